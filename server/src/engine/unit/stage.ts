import type { Claim, Facets, Handle, Key } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { AggregateWrite, EffectRow, EventWrite, ListRow } from '../ports/rows.ts'
import type { Attempt, House } from './attempt.ts'
import { derive, handleKey, nothing, type Derived, type Lane } from './lane.ts'
import { onceKey } from './memo.ts'
import type { Touch } from './touch.ts'

/** What a unit writes, and the lanes it moved on in memory. */
export interface StagedUnit {
  readonly account: string
  readonly writes: readonly AggregateWrite[]
  readonly effects: readonly EffectRow[]
  /** One for each write, in order. */
  readonly touches: readonly Touch[]
  readonly lanes: readonly Lane[]
  readonly bytes: number
  /** It changes nothing, and stands on nothing that is on its way. */
  readonly empty: boolean
}

/** A guess of what a head costs in memory beside its text. */
const laneBytes = 600

/** Moves the lanes on to the attempt's states, and says what has to be written for that. */
export function stage(
  house: House,
  attempt: Attempt,
  recordedAt: Instant,
  request: string | null,
  clockOf: (account: string) => string,
): StagedUnit {
  const writes: AggregateWrite[] = []
  const effects: EffectRow[] = []
  const touches: Touch[] = []
  const lanes: Lane[] = []
  let bytes = 0
  for (const touch of attempt.touches.values()) {
    const write = writeOf(house, touch, recordedAt, request, clockOf(touch.account), attempt.now, lanes)
    if (write === undefined) continue
    writes.push(write)
    touches.push(touch)
    bytes += 300 + (write.head?.stateJson.length ?? 0)
    for (const event of write.events) bytes += 100 + event.eventJson.length
    if (touch.events.length > 0) collectEffects(touch, attempt.now, effects)
  }
  return {
    account: attempt.account,
    writes,
    effects,
    touches,
    lanes,
    bytes,
    empty: writes.length === 0 && effects.length === 0,
  }
}

function writeOf(
  house: House,
  touch: Touch,
  recordedAt: Instant,
  request: string | null,
  clock: string,
  now: Instant,
  lanes: Lane[],
): AggregateWrite | undefined {
  const lane = touch.lane
  if (touch.events.length === 0) {
    if (lane === undefined) return undefined
    const due = redue(touch, lane.due, now)
    // A state read while it is on its way: the unit counts only if that arrives.
    if (due === undefined && lane.pending === 0) return undefined
    lanes.push(lane)
    lane.pending++
    if (due !== undefined) lane.due = due
    return {
      noun: touch.noun.name,
      aggregate: touch.id,
      account: touch.account,
      expected: touch.version,
      clock,
      ...(due === undefined ? {} : { due }),
      ...unchanged,
    }
  }
  const before = lane?.derived ?? nothing
  const after = keepSame(before, derive(touch.noun, touch.state))
  const stateJson = after.erasing ? '{}' : JSON.stringify(touch.state)
  const due = redue(touch, lane?.due ?? null, now)
  const moved = moveLane(house, touch, after, stateJson.length * 2 + laneBytes, due)
  lanes.push(moved)
  return {
    noun: touch.noun.name,
    aggregate: touch.id,
    account: touch.account,
    expected: touch.version - touch.events.length,
    head: { version: touch.version, shape: touch.noun.shape, at: touch.at, erasing: after.erasing, stateJson },
    // Erasing is housekeeping: it never waits for a test clock.
    clock: after.erasing ? 'wall' : clock,
    ...(due === undefined ? {} : { due }),
    events: touch.events.map((staged) => eventWrite(house, touch, staged.n, staged.event, recordedAt, request)),
    takes: without(after.claims, before.claims, sameClaim),
    releases: without(before.claims, after.claims, sameClaim),
    handlesAdded: without(after.handles, before.handles, sameHandle),
    handlesRemoved: without(before.handles, after.handles, sameHandle),
    ...listChanges(touch, before.facets, after.facets),
  }
}

const unchanged = {
  events: [],
  takes: [],
  releases: [],
  handlesAdded: [],
  handlesRemoved: [],
  rowsAdded: [],
  rowsRemoved: [],
} as const

/** The stored due time may be early but never late: a deadline that moved out is not written again. Undefined: leave it. */
function redue(touch: Touch, stored: Instant | null, now: Instant): Instant | null | undefined {
  if (touch.noun.erasing(touch.state)) return stored === 0 ? undefined : 0
  const deadline = touch.noun.deadline(touch.state)?.at ?? null
  const wanted = deadline === null || touch.idleUntil === undefined ? deadline : Math.max(deadline, touch.idleUntil)
  if (wanted === stored) return undefined
  if (wanted === null || stored === null || wanted < stored || stored <= now) return wanted
  return undefined
}

function moveLane(house: House, touch: Touch, derived: Derived, bytes: number, due: Instant | null | undefined): Lane {
  const known = touch.lane
  if (known === undefined) {
    const lane: Lane = {
      noun: touch.noun,
      id: touch.id,
      account: touch.account,
      state: touch.state,
      version: touch.version,
      at: touch.at,
      due: due ?? null,
      derived,
      pending: 1,
      broken: false,
      hot: true,
      bytes,
    }
    house.lanes.put(lane)
    return lane
  }
  known.state = touch.state
  known.version = touch.version
  known.at = touch.at
  if (due !== undefined) known.due = due
  known.pending++
  house.lanes.advance(known, derived, bytes)
  return known
}

function eventWrite(
  house: House,
  touch: Touch,
  n: number,
  event: Touch['events'][number]['event'],
  recordedAt: Instant,
  request: string | null,
): EventWrite {
  const role = touch.noun.part(event)
  const keys = touch.noun.keys(event)
  for (const key of keys) remember(house, touch, n, key)
  if (role !== undefined && 'overlays' in role) house.parts.move(`${touch.id}.${role.overlays}`)
  return { n, recordedAt, request, eventJson: JSON.stringify(event), ...role, keys }
}

function remember(house: House, touch: Touch, n: number, key: Key): void {
  if (key.use === 'once') house.recent.useOnce(onceKey(touch.id, key), n)
  else house.recent.addFind(handleKey(touch.account, key), touch.id)
}

/** Takes back what staging remembered, after the store refused the unit. */
export function unstage(house: House, unit: StagedUnit): void {
  for (const lane of unit.lanes) house.lanes.drop(lane)
  settleParts(house, unit)
  for (const [i, write] of unit.writes.entries()) {
    for (const event of write.events) {
      for (const key of event.keys) {
        if (key.use === 'once') house.recent.forgetOnce(onceKey(write.aggregate, key))
        else house.recent.forgetFind(handleKey(unit.touches[i]?.account ?? '', key), write.aggregate)
      }
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

/** Keeps the very objects of before where nothing changed, so that "the same" costs one comparison. */
function keepSame(before: Derived, after: Derived): Derived {
  const claims = sameItems(before.claims, after.claims, sameClaim) ? before.claims : after.claims
  const handles = sameItems(before.handles, after.handles, sameHandle) ? before.handles : after.handles
  return { claims, handles, facets: after.facets, erasing: after.erasing }
}

function sameItems<Item>(a: readonly Item[], b: readonly Item[], same: (a: Item, b: Item) => boolean): boolean {
  return a === b || (a.length === b.length && a.every((item, i) => same(item, b[i] as Item)))
}

function without<Item>(
  items: readonly Item[],
  others: readonly Item[],
  same: (a: Item, b: Item) => boolean,
): readonly Item[] {
  if (items === others) return []
  return items.filter((item) => !others.some((other) => same(item, other)))
}

function sameClaim(a: Claim, b: Claim): boolean {
  return a.key === b.key && a.kind === b.kind && a.route === b.route
}

function sameHandle(a: Handle, b: Handle): boolean {
  return a.key === b.key && a.kind === b.kind
}

function listChanges(
  touch: Touch,
  before: Facets,
  after: Facets,
): { rowsAdded: readonly ListRow[]; rowsRemoved: readonly ListRow[] } {
  if (sameFacets(before, after)) return { rowsAdded: [], rowsRemoved: [] }
  return { rowsAdded: rowsOf(touch, after), rowsRemoved: rowsOf(touch, before) }
}

function rowsOf(touch: Touch, facets: Facets): ListRow[] {
  const rows: ListRow[] = []
  for (const [list, shape] of Object.entries(touch.noun.lists)) {
    const equal = facets[shape.equal]
    const sort = facets[shape.sort]
    if (equal === undefined || sort === undefined || typeof sort === 'boolean') continue
    rows.push({ list, equal: String(equal), sort, facets })
  }
  return rows
}

function sameFacets(a: Facets, b: Facets): boolean {
  const keys = Object.keys(b)
  return keys.length === Object.keys(a).length && keys.every((key) => a[key] === b[key])
}

function collectEffects(touch: Touch, now: Instant, effects: EffectRow[]): void {
  for (const staged of touch.events) {
    for (const effect of staged.effects) {
      effects.push({
        id: `${touch.id}.${staged.n}.${effect.key}`,
        account: touch.account,
        noun: touch.noun.name,
        aggregate: touch.id as Id,
        kind: effect.kind,
        mode: effect.mode,
        key: effect.key,
        payloadJson: JSON.stringify(effect.payload),
        state: 'waiting',
        tries: 0,
        nextAt: now,
        error: null,
      })
    }
  }
}
