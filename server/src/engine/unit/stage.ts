import type { DomainEvent, Key } from '#domain/noun.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { AggregateWrite, EffectRow, EventWrite } from '../ports/rows.ts'
import type { Attempt, House } from './attempt.ts'
import { changes, keepSame, unchanged } from './diff.ts'
import { derive, handleKey, nothing, type Derived, type Lane } from './lane.ts'
import { onceKey } from './memo.ts'
import type { Touch } from './touch.ts'

/** What a unit writes, and the lanes it moved on in memory. */
export interface StagedUnit {
  readonly account: string
  readonly writes: readonly AggregateWrite[]
  readonly effects: readonly EffectRow[]
  /** One touch and one lane for each write, in order. */
  readonly touches: readonly Touch[]
  readonly lanes: readonly Lane[]
  readonly bytes: number
}

/** What the rows say beside the decision itself. */
export interface Stamp {
  /** Real time. */
  readonly recordedAt: Instant
  readonly request: string | null
  /** A stored answer goes along: then whatever was looked at is checked, and the answer can be found from it. */
  readonly answered: boolean
}

/** A guess of what a head costs in memory beside its text, and a write beside its rows. */
const laneBytes = 600
const writeBytes = 300

/** Moves the lanes on to the attempt's states, and says what has to be written for that. Empty: nothing has. */
export function stage(house: House, attempt: Attempt, stamp: Stamp): StagedUnit {
  const writes: AggregateWrite[] = []
  const effects: EffectRow[] = []
  const touches: Touch[] = []
  const lanes: Lane[] = []
  let bytes = 0
  for (const touch of attempt.touches.values()) {
    const staged =
      touch.events.length === 0 ? restOn(house, touch, attempt.now, stamp) : moveOn(house, touch, attempt.now, stamp)
    if (staged === undefined) continue
    writes.push(staged.write)
    lanes.push(staged.lane)
    touches.push(touch)
    bytes += writeBytes + (staged.write.head?.stateJson.length ?? 0)
    for (const event of staged.write.events) bytes += event.eventJson.length
    collectEffects(touch, attempt.now, effects)
  }
  return { account: attempt.account, writes, effects, touches, lanes, bytes }
}

interface StagedTouch {
  readonly write: AggregateWrite
  readonly lane: Lane
}

/** Nothing happened to it. Still, a state read on its way to the store counts only if it arrives; and due times are put right. */
function restOn(house: House, touch: Touch, now: Instant, stamp: Stamp): StagedTouch | undefined {
  const lane = touch.lane
  if (lane === undefined) return undefined
  const due = redue(touch, lane.due, now)
  if (due === undefined && lane.pending === 0 && !stamp.answered) return undefined
  lane.pending++
  if (due !== undefined) lane.due = due
  const { noun, id, account } = touch
  const clock = house.clockOf(account)
  const write = { noun: noun.name, aggregate: id, account, expected: touch.version, clock, events: [], ...unchanged }
  return { write: due === undefined ? write : { ...write, due }, lane }
}

function moveOn(house: House, touch: Touch, now: Instant, stamp: Stamp): StagedTouch {
  const { noun, id, account } = touch
  const before = touch.lane?.derived ?? nothing
  const after = keepSame(before, derive(noun, touch.state))
  const stateJson = after.erasing ? '{}' : JSON.stringify(touch.state)
  const due = redue(touch, touch.lane?.due ?? null, now)
  const write: AggregateWrite = {
    noun: noun.name,
    aggregate: id,
    account,
    expected: touch.version - touch.events.length,
    head: { version: touch.version, shape: noun.shape, at: touch.at, erasing: after.erasing, stateJson },
    // Erasing is housekeeping: it never waits for a test clock.
    clock: after.erasing ? 'wall' : house.clockOf(account),
    ...(due === undefined ? {} : { due }),
    events: touch.events.map((staged) => eventWrite(house, touch, staged, stamp)),
    ...changes(noun, before, after),
  }
  return { write, lane: moveLane(house, touch, after, stateJson.length * 2 + laneBytes, due) }
}

/** The stored due time may be early but never late: a deadline that moved out is not written. Undefined: leave it. */
function redue(touch: Touch, stored: Instant | null, now: Instant): Instant | null | undefined {
  if (touch.noun.erasing(touch.state)) return stored === 0 ? undefined : 0
  const deadline = touch.noun.deadline(touch.state)?.at ?? null
  const wanted = deadline === null || touch.idleUntil === undefined ? deadline : Math.max(deadline, touch.idleUntil)
  if (wanted === stored) return undefined
  if (wanted === null || stored === null || wanted < stored || stored <= now) return wanted
  return undefined
}

function moveLane(house: House, touch: Touch, derived: Derived, bytes: number, due: Instant | null | undefined): Lane {
  const { noun, id, account, state, version, at } = touch
  const known = touch.lane
  if (known === undefined) {
    const marks = { pending: 1, broken: false, hot: true, bytes }
    const lane: Lane = { noun, id, account, state, version, at, due: due ?? null, derived, ...marks }
    house.lanes.put(lane)
    return lane
  }
  known.state = state
  known.version = version
  known.at = at
  if (due !== undefined) known.due = due
  known.pending++
  house.lanes.advance(known, derived, bytes)
  return known
}

function eventWrite(house: House, touch: Touch, staged: { n: number; event: DomainEvent }, stamp: Stamp): EventWrite {
  const { n, event } = staged
  const role = touch.noun.part(event)
  const keys = touch.noun.keys(event)
  for (const key of keys) remember(house, touch, n, key)
  if (role !== undefined && 'overlays' in role) house.parts.move(`${touch.id}.${role.overlays}`)
  return { n, recordedAt: stamp.recordedAt, request: stamp.request, eventJson: JSON.stringify(event), ...role, keys }
}

function remember(house: House, touch: Touch, n: number, key: Key): void {
  if (key.use === 'once') house.recent.useOnce(onceKey(touch.id, key), n)
  else house.recent.addFind(handleKey(touch.account, key), touch.id)
}

/** Takes back what staging remembered, after the store refused the unit. */
export function unstage(house: House, unit: StagedUnit): void {
  for (const lane of unit.lanes) house.lanes.drop(lane)
  settleParts(house, unit)
  for (const write of unit.writes) {
    for (const key of write.events.flatMap((event) => event.keys)) {
      if (key.use === 'once') house.recent.forgetOnce(onceKey(write.aggregate, key))
      else house.recent.forgetFind(handleKey(write.account, key), write.aggregate)
    }
  }
}

/** The overlays of the unit have settled, one way or the other. */
export function settleParts(house: House, unit: StagedUnit): void {
  for (const write of unit.writes) {
    for (const event of write.events) {
      if (event.overlays !== undefined) house.parts.settle(`${write.aggregate}.${event.overlays}`)
    }
  }
}

function collectEffects(touch: Touch, now: Instant, effects: EffectRow[]): void {
  for (const { n, effects: wanted } of touch.events) {
    for (const { kind, mode, key, payload } of wanted) {
      effects.push({
        id: `${touch.id}.${n}.${key}`,
        account: touch.account,
        noun: touch.noun.name,
        aggregate: touch.id,
        kind,
        mode,
        key,
        payloadJson: JSON.stringify(payload),
        state: 'waiting',
        tries: 0,
        nextAt: now,
        error: null,
      })
    }
  }
}
