import type { Context, Decision } from '../noun.ts'
import type { Instant } from '../vocabulary/instant.ts'
import type { OfferSlot } from './commands.ts'
import { endAttempt } from './ending.ts'
import type { SessionEvent } from './events.ts'
import { deferredMs, limits, missedMs, policyOf } from './limits.ts'
import { move } from './moves.ts'
import type { Cause, Session } from './state.ts'

type Deciders = Context<SessionEvent>

/**
 * The dial gate, in this order (Bolna 5.2): still wanted, usable, inside its calling hours, paid for, dialled. Without a slot
 * only the hours are looked at, so that a call out of hours is told at once (B9).
 */
export function decideOffer(session: Session, offer: OfferSlot, context: Deciders): Decision<SessionEvent> {
  const { state } = session
  if ((state !== 'queued' && state !== 'deferred') || offer.attempt !== session.attempt.number + 1) {
    return { events: stale(session, offer, context) }
  }
  const stopped = stopAtGate(session, offer, context)
  if (stopped) return { events: [...giveBack(offer, 'it is not dialled', context), ...stopped] }
  if (offer.gate.closed) return { events: defer({ ...session, state }, offer, offer.gate.closed.openings, context) }
  const { slot, lease, gate } = offer
  if (slot === undefined) {
    return { events: state === 'queued' && !session.wantsSlot ? [{ type: 'slot.asked', at: context.now }] : [] }
  }
  if (gate.balance === 'low') {
    const ended = endAttempt(session, { cause: 'balance_low' }, context)
    return { events: [...giveBack(offer, 'it is not dialled', context), ...ended] }
  }
  const told = { at: context.now, by: context.by, because: 'a slot is free' }
  const held = { attempt: offer.attempt, slot, ...(lease !== undefined && { lease: lease.slice(0, limits.lease) }) }
  return { events: [move(state, 'dialing', { ...told, ...held })] }
}

/** What makes the dial senseless whatever the hours are. */
function stopAtGate(session: Session, { slot, gate }: OfferSlot, context: Deciders): SessionEvent[] | undefined {
  const cause: Cause | undefined = hasMissed(session, context.now)
    ? 'time_missed'
    : slot === undefined
      ? undefined
      : gate.unusable
  return cause && endAttempt(session, { cause }, context)
}

/** Only what was never looked at since its time came; a retry is dialled however late. */
function hasMissed({ state, wantsSlot, dueAt, retries }: Session, now: Instant): boolean {
  return state === 'queued' && !wantsSlot && retries === 0 && dueAt !== undefined && now - dueAt > missedMs
}

function defer(
  session: Session & { readonly state: 'queued' | 'deferred' },
  offer: OfferSlot,
  found: readonly Instant[],
  context: Deciders,
): SessionEvent[] {
  const { now: at, by } = context
  const openings = found.filter((opening) => opening > at).slice(0, limits.openings)
  const first = openings[0]
  const why = 'outside the calling hours'
  if (session.state === 'deferred') {
    // It stays as it is and asks again at the next opening.
    if (offer.slot === undefined) return []
    return giveBack(offer, why, context).map((event) => (first === undefined ? event : { ...event, openings }))
  }
  const back = giveBack(offer, why, context)
  if (first === undefined) return [...back, ...endAttempt(session, { cause: 'no_calling_window' }, context)]
  const { queuedAt = at } = session
  const giveUpAt = Math.min(queuedAt + policyOf(session).queueMs + (first - at), queuedAt + deferredMs)
  return [...back, move('queued', 'deferred', { at, by, because: why, openings, giveUpAt })]
}

/** A slot that came too late is given back. Offered again for the attempt that holds one, it is that attempt's own (rule 7). */
function stale(session: Session, offer: OfferSlot, context: Deciders): SessionEvent[] {
  const { attempt, state } = session
  const holds = attempt.number === offer.attempt && attempt.slot !== undefined
  return holds ? [] : giveBack(offer, `it is ${state} by now`, context)
}

type Returned = Extract<SessionEvent, { type: 'slot.returned' }>

function giveBack({ slot, attempt }: OfferSlot, because: string, { now: at }: Deciders): Returned[] {
  return slot === undefined ? [] : [{ type: 'slot.returned', at, attempt, because }]
}
