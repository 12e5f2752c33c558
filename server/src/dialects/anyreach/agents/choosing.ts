import type { AgentDefinition } from '#domain/agent/state.ts'
import type { AgentPin } from '#domain/session/state.ts'
import { canonicalAddress } from '#domain/vocabulary/address.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { SessionView } from '#services/calls/api.ts'
import { aboutAgent } from './about-agent.ts'
import { readAgentId } from './agent-ids.ts'
import type { Api } from '../api.ts'
import { notFound, wrong, type Problem } from '../errors.ts'
import { chooseInline } from './inline-agent.ts'
import { pinOf, presentPin, versionNamed, versionOf, type Version } from './versions.ts'
import type { Channel } from '../vocabulary.ts'

/** What a create says of the agent it wants (4.1); null says nothing. */
export interface AgentWish {
  readonly channel: Channel
  readonly agent_id?: string | null | undefined
  readonly version?: number | 'latest' | null | undefined
  readonly agent_version_id?: string | null | undefined
  readonly agent_config?: unknown
  readonly agent_number?: string | null | undefined
  /** The key of the reference the caller gives the order (D2): what it asked for before is chosen again, whatever has become of it. */
  readonly reference?: string | undefined
}

/** Who is to talk, by which version. Without a pin it is an agent for this one conversation, to be made together with it. */
export interface ChosenAgent {
  readonly pin?: AgentPin
  readonly definition: AgentDefinition
}

/** The agent of a create: exactly one of the ways to name one, published and active; else what is wrong with it. */
export async function chooseAgent(api: Api, account: string, wish: AgentWish): Promise<ChosenAgent | Problem> {
  const problem = wrongWish(wish)
  if (problem) return problem
  const earlier =
    wish.reference === undefined ? undefined : await api.context.services.sessions.named(account, wish.reference)
  if (isGiven(wish.agent_config)) return chooseInline(api, wish.agent_config, earlier)
  const found = await findAgent(api, account, wish, earlier)
  return 'status' in found ? found : (askedBefore(found.agent, earlier) ?? usable(api, account, found))
}

/** Whom an agent or a number may name, before it is looked at whether they can be had. */
interface Found {
  readonly agent: Id
  /** Undefined: nothing of it is published. */
  readonly pin: AgentPin | undefined
  /** Where it was named. */
  readonly field: string
}

async function findAgent(
  api: Api,
  account: string,
  { agent_id: id, version, agent_version_id: versionId, agent_number: number }: AgentWish,
  earlier: SessionView | undefined,
): Promise<Found | Problem> {
  if (isGiven(versionId))
    return foundVersion(await versionNamed(api, account, versionId), 'agent_version_id', 'Agent version')
  if (!isGiven(id)) return byNumber(api, account, number ?? '', earlier)
  const agent = readAgentId(id)
  if (agent === undefined) return notFound('Agent')
  if (earlier?.session.agent.id === agent) return { agent, pin: earlier.session.agent, field: 'agent_id' }
  const view = await api.context.services.agents.get(account, agent)
  if (!view || view.definition.unlisted) return notFound('Agent')
  if (!isGiven(version) || version === 'latest') return { agent, pin: presentPin(view), field: 'agent_id' }
  return foundVersion(await versionOf(api, account, agent, version), 'version', 'Agent version')
}

function foundVersion(version: Version | undefined, field: string, what: string): Found | Problem {
  if (!version) return notFound(what)
  const agent = version.is === 'draft' ? version.view.draft.agentId : version.pin.id
  return { agent, pin: pinOf(version), field }
}

/** The version in the number's outbound slot. */
async function byNumber(
  api: Api,
  account: string,
  text: string,
  earlier: SessionView | undefined,
): Promise<Found | Problem> {
  const field = 'agent_number'
  const number = canonicalAddress('VOICE', text)
  if (earlier?.session.own === number) return { agent: earlier.session.agent.id, pin: earlier.session.agent, field }
  const own = await api.context.services.numbers.find(account, number)
  if (!own) return wrong(['body', field], 'This is none of the numbers of the organization.')
  if (!own.outbound)
    return wrong(
      ['body', field],
      'No agent has the outbound slot of this number: name the agent, or publish one to it.',
    )
  return { agent: own.outbound.id, pin: own.outbound, field }
}

/** What was asked for before is answered as it was (D2). */
function askedBefore(agent: Id, earlier: SessionView | undefined): ChosenAgent | undefined {
  if (earlier?.session.agent.id !== agent) return undefined
  return { pin: earlier.session.agent, definition: earlier.definition }
}

async function usable({ context: { services } }: Api, account: string, found: Found): Promise<ChosenAgent | Problem> {
  const { agent, pin, field } = found
  const view = await services.agents.get(account, agent)
  if (!view) return notFound('Agent')
  if (!pin) return wrong(['body', field], 'This version is not published: publish it first, or name one that is.')
  if (!aboutAgent(view.definition).active)
    return wrong(['body', field], 'This agent is not active: set its `active` to true first, or name another.')
  const definition = await services.agents.version(account, pin.id, pin.version)
  return definition ? { pin, definition } : notFound('Agent version')
}

/** Exactly one of three, and `version` only with `agent_id` (4.1, D20). */
function wrongWish(wish: AgentWish): Problem | undefined {
  const { channel, agent_id: id, agent_version_id: versionId, agent_config: config, version } = wish
  const given = [id, versionId, config].filter(isGiven).length
  if (given > 1) return wrong(['body', 'agent_id'], 'Give exactly one of agent_id, agent_version_id and agent_config.')
  if (given === 0 && (channel !== 'telephone' || !isGiven(wish.agent_number))) {
    const ways = channel === 'telephone' ? 'agent_id, agent_version_id or agent_number' : three
    return wrong(['body', 'agent_id'], `Name the agent: give ${ways}.`, 'missing')
  }
  if (channel === 'telephone' && isGiven(config))
    return wrong(['body', 'agent_config'], 'A telephone call takes no inline configuration: name an agent.')
  if (isGiven(version) && !isGiven(id))
    return wrong(['body', 'version'], 'The version belongs to agent_id: leave it out, or name the agent by agent_id.')
  return undefined
}

const three = 'agent_id, agent_version_id or agent_config'

function isGiven<Value>(value: Value): value is NonNullable<Value> {
  return value !== undefined && value !== null
}
