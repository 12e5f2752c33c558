import { agent as agentNoun } from '#domain/agent/agent.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { Create } from '#domain/session/commands.ts'
import { referenceClaim } from '#domain/session/finding.ts'
import type { MailOrder } from '#domain/session/mail/state.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Direction, Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Engine, Unit } from '#engine/api.ts'
import type { Agents, SessionView } from '../calls/api.ts'
import { configurationOf, isTooMuch, orderOf } from '../calls/sessions/placing.ts'
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
  /** The other party's address; absent: the draft's user. */
  readonly user?: string
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

/** Who it is to be with: the agent as it is, or as it was in the version asked for. */
interface Chosen {
  readonly pin: Session['agent']
  readonly definition: AgentDefinition
}

/**
 * Makes the session of an order that no telephone carries, or finds the one that its reference names already: the same kind, user
 * and agent. Refused with `not_found` (agent, version), `invalid`, or `in_use` where the reference names another.
 */
export async function openWritten(
  need: OpeningNeed,
  { account, by, request }: Ask,
  draft: WrittenDraft,
  openingOf: (definition: AgentDefinition) => Opening | Refused,
): Promise<Opened | Refused> {
  const wrong = checkDraft(draft)
  if (wrong) return wrong
  const chosen = await choose(need.agents, account, draft.agent)
  const opening = isRefused(chosen) ? chosen : openingOf(chosen.definition)
  const ask = { account, by, ...(request !== undefined && { request }) }
  const outcome = await need.engine.execute<{ readonly id: Id; readonly repeated: boolean }>(ask, (unit) => {
    // What was ordered before is answered whatever has become of its agent.
    const earlier = draft.reference && unit.holder(referenceClaim(draft.reference))
    if (earlier !== undefined) return repeatedAs(unit, earlier, draft, opening)
    if (isRefused(chosen)) return chosen
    if (isRefused(opening)) return opening
    if (unit.state(agentNoun, chosen.pin.id)?.status !== 'live') return unknownAgent()
    const done = unit.run(noun, unit.id(opening.route), createOf(chosen, draft, opening))
    return isRefused(done) ? done : { id: done.state.id, repeated: false }
  })
  if (outcome.value === undefined) return outcome.refusal ? { refusal: outcome.refusal } : unknownAgent()
  const { id, repeated } = outcome.value
  const view = await new Views(need.engine, need.agents).get(account, id)
  return view ? { view, repeated } : refuse('not_found', 'The session was erased at this moment.')
}

function createOf({ pin, definition }: Chosen, draft: WrittenDraft, opening: Opening): Create {
  const { kind, direction, to, own, user = draft.user, policy, mail } = opening
  return {
    type: 'create',
    kind,
    direction,
    to,
    agent: pin,
    user,
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
  opening: Opening | Refused,
): { readonly id: Id; readonly repeated: true } | Refused {
  const session = unit.state(noun, id)
  const wanted = isRefused(opening) ? { user } : { kind: opening.kind, user: opening.user ?? user }
  const isSame = session?.agent.id === agent.id && session.user === wanted.user
  if (session && isSame && session.kind === (wanted.kind ?? session.kind)) return { id, repeated: true }
  return refuse('in_use', 'This reference names a session of another user, agent or kind: use another one.', {
    field: 'reference',
    ...(reference && { conflicting: { noun: 'session', id } }),
  })
}

async function choose(
  agents: OpeningNeed['agents'],
  account: string,
  { id, version }: WrittenDraft['agent'],
): Promise<Chosen | Refused> {
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
