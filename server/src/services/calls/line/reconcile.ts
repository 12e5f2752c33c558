import { referenceOf } from '#domain/session/requests.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Engine, Unit } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { Accounts, Position } from '../../api.ts'
import type { Logger } from '../../ports.ts'
import { persist, within } from '../patience.ts'
import type { LegStanding, Telephony } from '../ports.ts'
import { sessionsIn } from '../sessions/lists.ts'
import { catchUp, type Leg } from './reports.ts'

export interface ReconcileNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'after'>
  readonly telephony: Telephony
  readonly accounts: Pick<Accounts, 'list'>
  /** The name of this server process. */
  readonly lease: string
  readonly log?: Logger
}

/** How many calls the carrier is asked about at once. */
const askedAtOnce = 16
/** How long it may take to answer, in real time. */
const askingMs: Milliseconds = 10_000

/** Where the carrier could not be asked: how soon it is asked again, in real time, and how often. */
const againMs: Milliseconds = 10_000
const mostRounds = 60

/** Asks about the calls of the process before; resolves when all have been asked about once. */
export async function reconcile(need: ReconcileNeed, stopped: () => boolean, round = 1): Promise<void> {
  const unasked = await askAbout(need, stopped)
  if (unasked === 0 || round === mostRounds || stopped()) return
  need.system.after(againMs, () => {
    if (!stopped()) void reconcile(need, stopped, round + 1)
  })
}

/**
 * After a start: every call that another process held is asked about. What the carrier knows is taken as if it were reported
 * now, and this process talks on; what it knows nothing of is lost, but for one that was being dialled, which its deadline ends.
 */
async function askAbout(need: ReconcileNeed, stopped: () => boolean): Promise<number> {
  let unasked = 0
  try {
    let after: Position | undefined
    do {
      const page = await need.accounts.list(after)
      for (const { id } of page.items) unasked += await ofAccount(need, id, stopped)
      after = page.next
    } while (after && !stopped())
    return unasked
  } catch (error) {
    const name = error instanceof Error ? error.name : typeof error
    need.log?.error({ error: name }, 'The calls of the process before could not be looked up.')
    return 1
  }
}

/** Answers with how many could not be asked about. */
async function ofAccount(need: ReconcileNeed, account: string, stopped: () => boolean): Promise<number> {
  let unasked = 0
  const asked = new Set<Promise<void>>()
  for await (const { state } of sessionsIn(need.engine, account, 'in_flight', 'true')) {
    if (stopped()) break
    const isUp = state.state === 'dialing' || state.state === 'ringing' || state.state === 'live'
    if (state.kind !== 'telephone' || !isUp || state.attempt.lease === need.lease) continue
    const one: Promise<void> = reconcileOne(need, state).then((isDone) => {
      asked.delete(one)
      if (!isDone) unasked++
    })
    asked.add(one)
    if (asked.size >= askedAtOnce) await Promise.race(asked)
  }
  await Promise.all(asked)
  return unasked
}

/** False: nobody knows, since the carrier could not be asked. Its deadlines end the call in any case. */
async function reconcileOne(need: ReconcileNeed, session: Session): Promise<boolean> {
  const { account, id, attempt } = session
  const { telephony, log } = need
  try {
    const reference = referenceOf(id, attempt.number)
    const first = await standingOf(need, account, reference)
    const other = session.control?.second
    const isUp = other !== undefined && other.state !== 'ended'
    const second = isUp ? await standingOf(need, account, referenceOf(id, attempt.number, other.leg)) : undefined
    const outcome = await persist<unknown>(need, { account, by: 'restart' }, (unit) =>
      takeOver(unit, session, { first, second }, need.lease),
    )
    if (outcome.refusal && outcome.refusal.code !== 'not_found') throw new Error(outcome.refusal.message)
    // It came in, and the process before was gone before it could be answered.
    const isUnanswered = session.direction === 'inbound' && session.state === 'ringing' && !session.control
    if (isUnanswered && first !== 'unknown') await telephony.answer(account, reference)
    return true
  } catch (error) {
    const name = error instanceof Error ? error.name : typeof error
    log?.error({ account, session: id, error: name }, 'The carrier could not be asked about a call.')
    return false
  }
}

type Standing = LegStanding | 'unknown'

async function standingOf({ system, telephony }: ReconcileNeed, account: string, reference: string): Promise<Standing> {
  const standing = await within(system, askingMs, () => telephony.query(account, reference))
  if (standing === undefined) throw new Error('The carrier did not answer in time.')
  return standing
}

/** The legs of a call as the carrier has them now; this process carries what is left. */
function takeOver(
  unit: Unit,
  { id, attempt: { number }, control }: Session,
  { first, second }: { readonly first: Standing; readonly second: Standing | undefined },
  lease: string,
): Refused | object {
  const present = unit.state(noun, id)
  if (present?.attempt.number !== number || present.attempt.lease === lease) return {}
  const leg = { session: id, attempt: number }
  if (first === 'unknown')
    return present.state === 'dialing' ? {} : unit.run(noun, id, { type: 'lose', attempt: number, cause: 'lost_lease' })
  const caughtUp = catchUp(unit, leg, first, lease)
  if (isRefused(caughtUp)) return caughtUp
  const name = control?.second?.leg
  const other = second && name !== undefined ? catchUpSecond(unit, { ...leg, leg: name }, second, lease) : undefined
  return isRefused(other) ? other : unit.run(noun, id, { type: 'take_lease', lease })
}

/** Nobody knows the other party any more: it is gone, but for one that is being dialled, whose deadline ends it. */
function catchUpSecond(
  unit: Unit,
  leg: Leg & { readonly leg: string },
  standing: Standing,
  lease: string,
): Refused | object {
  const second = unit.state(noun, leg.session)?.control?.second
  if (second?.leg !== leg.leg || second.state === 'ended') return {}
  if (standing !== 'unknown') return catchUp(unit, leg, standing, lease)
  if (second.state === 'dialing') return {}
  const { attempt, leg: name } = leg
  return unit.run(noun, leg.session, {
    type: 'report',
    attempt,
    leg: name,
    sequence: second.reports + 1,
    what: { is: 'ended', verdict: 'dropped' },
  })
}
