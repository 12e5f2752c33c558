import { agent as agentNoun } from '#domain/agent/agent.ts'
import { blankAgent } from '#domain/agent/blank.ts'
import type { Create } from '#domain/session/commands.ts'
import { session as noun } from '#domain/session/session.ts'
import type { AgentPin, Reference } from '#domain/session/state.ts'
import { placedId, type Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Engine, Outcome, Unit } from '#engine/api.ts'
import type { Agents, PastSession, PlacedCall, SessionView } from '../api.ts'
import { orderOf } from './placing.ts'
import { sessionNamed } from './references.ts'
import type { Views } from './views.ts'

interface Need {
  readonly engine: Engine
  readonly agents: Pick<Agents, 'get'>
  readonly views: Pick<Views, 'get'>
}

interface Kept {
  readonly id: Id
  readonly repeated: boolean
}

/**
 * Keeps a session that took place elsewhere. It is born ended: it holds no slot, has no deadline, and nothing is done or told because of
 * it. Its id carries the time at which it was made there, so that lists have it in its place.
 */
export async function importSession(
  { engine, agents, views }: Need,
  { account, by, request }: Ask<SessionView>,
  draft: PastSession,
): Promise<Outcome<PlacedCall>> {
  const known = draft.agentId === null ? undefined : await agents.get(account, draft.agentId)
  const ask = { account, by, ...(request !== undefined && { request }) }
  const outcome = await engine.execute<Kept>(ask, (unit) => {
    const holder = sessionNamed(unit, draft.reference)
    if (isRefused(holder)) return holder
    if (holder !== undefined) return toldBefore(unit, holder, draft.reference)
    const agent = known?.definition.unlisted ? unknownAgent() : agentOf(unit, draft.agentId)
    if (isRefused(agent)) return agent
    const id = placedId(unit.id(draft.user), draft.was.createdAt, draft.place)
    const done = unit.run(noun, id, createOf(draft, agent))
    return isRefused(done) ? done : { id, repeated: false }
  })
  if (outcome.value === undefined) return outcome.refusal ? { refusal: outcome.refusal } : erased()
  const { id, repeated } = outcome.value
  const view = await views.get(account, id)
  return view ? { value: { ...view, ...(repeated && { repeated }) } } : erased()
}

function agentOf(unit: Unit, id: Id | null): AgentPin | Refused {
  if (id !== null) {
    const agent = unit.state(agentNoun, id)
    return agent?.status === 'live' ? { id, version: agent.version } : unknownAgent()
  }
  const definition = { ...blankAgent('Elsewhere'), unlisted: true } as const
  const done = unit.run(agentNoun, unit.id(), { type: 'create', definition })
  return isRefused(done) ? done : { id: done.state.id, version: done.state.version }
}

function unknownAgent(): Refused {
  return refuse('not_found', 'There is no such agent.', { field: 'agentId' })
}

function createOf({ was, items, summary, ...draft }: PastSession, agent: AgentPin): Create {
  const { kind, direction, user, own = '', reference } = draft
  return {
    type: 'create',
    kind,
    direction,
    to: 'ended',
    agent,
    user,
    own,
    route: 'elsewhere',
    policy: {},
    ...(reference && { reference }),
    imported: { ...was, userTurns: items.filter((item) => item.is === 'turn' && item.who === 'user').length },
    told: { items, ...(summary !== undefined && { summary }) },
    order: orderOf({ ...draft, data: null }),
    because: 'imported by request',
  }
}

/** The same again makes nothing; what is told of another one of that name is refused. */
function toldBefore(unit: Unit, id: Id, told: Reference | undefined): Kept | Refused {
  const digest = unit.state(noun, id)?.reference?.digest
  if (digest !== undefined && digest === told?.digest) return { id, repeated: true }
  return refuse('in_use', 'This reference names another session: use another one.', {
    field: 'reference',
    conflicting: { noun: 'session', id },
  })
}

function erased(): Refused {
  return refuse('not_found', 'The session was erased at this moment.')
}
