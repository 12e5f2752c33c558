import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import { canonicalAddress } from '#domain/vocabulary/address.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Engine, Outcome, Unit } from '#engine/api.ts'
import type { Agents, CallDraft, Numbers, PlacedCall, SessionView } from '../api.ts'
import { lookUp, makeSession, orderOf } from './placing.ts'
import { sessionNamed } from './references.ts'
import { unknownSession, type Views } from './views.ts'

export interface OrderingNeed {
  readonly engine: Engine
  readonly agents: Pick<Agents, 'get' | 'version'>
  readonly numbers: Pick<Numbers, 'find' | 'list'>
  readonly views: Pick<Views, 'named'>
}

/** How often an order is looked at anew because another took its reference, or gave it back, meanwhile. */
const mostLooks = 5

/** An outbound call; an order whose reference names a call that is there already is answered with that one. */
export async function place(need: OrderingNeed, ask: Ask<SessionView>, draft: CallDraft): Promise<Outcome<PlacedCall>> {
  for (let look = 1; ; look++) {
    const earlier = draft.reference && (await need.views.named(ask.account, draft.reference.key))
    // What was ordered before is answered whatever has become of its agent and number.
    const answer = earlier ? (unit: Unit) => repeated(unit, earlier, draft) : await maker(need, ask.account, draft)
    let isOutdated = false
    const outcome = await need.engine.execute<PlacedCall>(ask, (unit) => {
      const holder = sessionNamed(unit, draft.reference)
      if (isRefused(holder)) return holder
      isOutdated = holder !== earlier?.session.id
      return isOutdated ? refuse('busy', 'The reference was taken or given back just now: try again.') : answer(unit)
    })
    if (!outcome.refusal || !isOutdated || look === mostLooks) return outcome
  }
}

/** Makes the call. Refused in the unit, so that an order sent again under its key is answered as it was, whatever has gone meanwhile. */
async function maker(
  need: OrderingNeed,
  account: string,
  draft: CallDraft,
): Promise<(unit: Unit) => PlacedCall | Refused> {
  const ordered = await lookUp(need, account, draft)
  if (isRefused(ordered)) return () => ordered
  return (unit) => {
    const done = makeSession(unit, ordered, draft)
    if (isRefused(done)) return done
    return { session: done.state, version: done.version, order: orderOf(draft), definition: ordered.definition }
  }
}

function repeated(unit: Unit, earlier: SessionView, draft: CallDraft): PlacedCall | Refused {
  const session = unit.state(noun, earlier.session.id)
  if (!session) return unknownSession()
  if (isSameOrder(session, draft)) return { ...earlier, session, version: unit.version(session.id), repeated: true }
  return refuse('in_use', 'This reference names a session of another user, agent or kind: use another one.', {
    field: 'reference',
    conflicting: { noun: 'session', id: session.id },
  })
}

function isSameOrder({ kind, direction, agent, user }: Session, { agentId, to }: CallDraft): boolean {
  return (
    kind === 'telephone' && direction === 'outbound' && agent.id === agentId && user === canonicalAddress('VOICE', to)
  )
}
