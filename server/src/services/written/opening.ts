import { agent as agentNoun } from '#domain/agent/agent.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { Create } from '#domain/session/commands.ts'
import type { MailOrder } from '#domain/session/mail/state.ts'
import { session as noun } from '#domain/session/session.ts'
import type { AgentPin, Direction, Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Engine, Unit } from '#engine/api.ts'
import type { Agents, SessionView } from '../calls/api.ts'
import { configurationOf, isTooMuch, orderOf } from '../calls/sessions/placing.ts'
import { sessionNamed } from '../calls/sessions/references.ts'
import { Views } from '../calls/sessions/views.ts'
import type { WrittenDraft } from '../texts/api.ts'

export interface OpeningNeed {
  readonly engine: Engine
  readonly agents: Pick<Agents, 'get' | 'version'>
}

/** What a session is opened as, beside its draft. */
export interface Opening {
  readonly kind: Exclude<Session['kind'], 'telephone'>
  readonly direction: Direction
  readonly to: Create['to']
  /** The address of our side. */
  readonly own: string
  /** The route whose home it is made in. */
  readonly route: string
  readonly policy: Create['policy']
  /** E-mail: where it goes. */
  readonly mail?: MailOrder
}

export interface Opened {
  readonly view: SessionView
  /** Its reference named a session that was there already. */
  readonly repeated: boolean
}

/** Who it is to be with: the agent as it is, or as it was in the version asked for; without a pin it is still to be made. */
interface Chosen {
  readonly pin?: AgentPin
  readonly definition: AgentDefinition
}

/** What a session with this agent is opened as. */
type OpeningOf = (definition: AgentDefinition, agent: Id) => Opening | Refused

/**
 * Makes the session of an order that no telephone carries, or finds the one that its reference names already: the same kind, user
 * and agent. Refused with `not_found` (agent, version), `invalid`, or `in_use` where the reference names another.
 */
export async function openWritten(
  need: OpeningNeed,
  { account, by, request }: Ask,
  draft: WrittenDraft,
  openingOf: OpeningOf,
): Promise<Opened | Refused> {
  const wrong = checkDraft(draft)
  if (wrong) return wrong
  const chosen = await choose(need.agents, account, draft.agent)
  const ask = { account, by, ...(request !== undefined && { request }) }
  const outcome = await need.engine.execute<{ readonly id: Id; readonly repeated: boolean }>(ask, (unit) => {
    // What was ordered before is answered whatever has become of its agent.
    const earlier = sessionNamed(unit, draft.reference)
    if (isRefused(earlier)) return earlier
    if (earlier !== undefined) return repeatedAs(unit, earlier, draft, chosen, openingOf)
    return isRefused(chosen) ? chosen : made(unit, draft, chosen, openingOf)
  })
  if (outcome.value === undefined) return outcome.refusal ? { refusal: outcome.refusal } : unknownAgent()
  const { id, repeated } = outcome.value
  const view = await new Views(need.engine, need.agents).get(account, id)
  return view ? { view, repeated } : refuse('not_found', 'The session was erased at this moment.')
}

function made(
  unit: Unit,
  draft: WrittenDraft,
  { pin, definition }: Chosen,
  openingOf: OpeningOf,
): { readonly id: Id; readonly repeated: false } | Refused {
  const agent = pin ? pinned(unit, pin) : newAgent(unit, definition)
  if (isRefused(agent)) return agent
  const opening = openingOf(definition, agent.id)
  if (isRefused(opening)) return opening
  const done = unit.run(noun, unit.id(opening.route), createOf(agent, definition, draft, opening))
  return isRefused(done) ? done : { id: done.state.id, repeated: false }
}

function pinned(unit: Unit, pin: AgentPin): AgentPin | Refused {
  return unit.state(agentNoun, pin.id)?.status === 'live' ? pin : unknownAgent()
}

function newAgent(unit: Unit, definition: AgentDefinition): AgentPin | Refused {
  const done = unit.run(agentNoun, unit.id(), { type: 'create', definition })
  return isRefused(done) ? done : { id: done.state.id, version: done.state.version }
}

function createOf(agent: AgentPin, definition: AgentDefinition, draft: WrittenDraft, opening: Opening): Create {
  const { kind, direction, to, own, policy, mail } = opening
  return {
    type: 'create',
    kind,
    direction,
    to,
    agent,
    user: draft.user,
    own,
    route: kind,
    policy: { ...policy, ...draft.policy },
    ...configurationOf(definition),
    ...(draft.reference && { reference: draft.reference }),
    order: { ...orderOf(draft), ...(mail && { mail }) },
    because: 'opened by request',
  }
}

function repeatedAs(
  unit: Unit,
  id: Id,
  { agent, user, reference }: WrittenDraft,
  chosen: Chosen | Refused,
  openingOf: OpeningOf,
): { readonly id: Id; readonly repeated: true } | Refused {
  const session = unit.state(noun, id)
  const named = 'id' in agent ? agent.id : undefined
  const opening = isRefused(chosen) || named === undefined ? undefined : openingOf(chosen.definition, named)
  const kind = !opening || isRefused(opening) ? session?.kind : opening.kind
  const isSame = session?.agent.id === named && session?.user === user && session.kind === kind
  if (isSame) return { id, repeated: true }
  return refuse('in_use', 'This reference names a session of another user, agent or kind: use another one.', {
    field: 'reference',
    ...(reference && { conflicting: { noun: 'session', id } }),
  })
}

async function choose(
  agents: OpeningNeed['agents'],
  account: string,
  agent: WrittenDraft['agent'],
): Promise<Chosen | Refused> {
  if (!('id' in agent)) return agent
  const { id, version } = agent
  const present = await agents.get(account, id)
  if (!present) return unknownAgent()
  const pin = { id, version: version ?? present.agent.version }
  if (pin.version === present.agent.version) return { pin, definition: present.definition }
  const definition = await agents.version(account, id, pin.version)
  return definition ? { pin, definition } : refuse('not_found', 'The agent has no such version.', { field: 'version' })
}

function checkDraft({ user, data }: WrittenDraft): Refused | undefined {
  if (user.trim() === '') return refuse('invalid', 'Say whom the session is with.', { field: 'user' })
  if (isTooMuch(data)) return refuse('invalid', 'The data of an order is at most 25 KB as JSON.', { field: 'data' })
  return undefined
}

function unknownAgent(): Refused {
  return refuse('not_found', 'There is no such agent.', { field: 'agentId' })
}
