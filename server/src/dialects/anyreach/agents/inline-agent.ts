import type { AgentDefinition } from '#domain/agent/state.ts'
import type { Ask } from '#engine/api.ts'
import type { AgentView, SessionView } from '#services/calls/api.ts'
import { aboutAgent, newAgent, withAbout } from './about-agent.ts'
import { definitionOf, sealed } from './agent-config.ts'
import type { Api } from '../api.ts'
import type { ChosenAgent } from './choosing.ts'
import { agentConfig } from '../wire/agent-config.ts'
import { plain, problemOf, type FieldProblem, type Problem } from '../errors.ts'

export interface InlineWish {
  readonly config: unknown
  readonly reference: string | undefined
  /** The session that the reference names. */
  readonly earlier: SessionView | undefined
}

/** An agent for one conversation alone: no list shows it. The same order again is given the same one. */
export async function chooseInline(
  api: Api,
  ask: Ask,
  { config, reference, earlier }: InlineWish,
): Promise<ChosenAgent | Problem> {
  const { services, vault } = api.context
  const parsed = agentConfig.safeParse(config)
  if (!parsed.success) return mistaken(parsed.error.issues)
  const mark = vault.sign(`inline agent ${ordered(parsed.data)}`)
  if (earlier)
    return aboutAgent(earlier.definition).mark === mark
      ? { pin: earlier.session.agent, definition: earlier.definition }
      : plain(409, 'This UUID names another conversation: use a new one.')
  const drawn = definitionOf(sealed(parsed.data, vault), newAgent('Inline agent'))
  const about = { ...aboutAgent(drawn), mark }
  const definition: AgentDefinition = { ...drawn, unlisted: true, vendor: withAbout(drawn, about) }
  if (reference !== undefined) return named(api, ask, { definition, reference, mark })
  const made = await services.agents.create(ask, definition)
  if (!made.value) return refused(made)
  const { agent } = made.value
  const unused = async (): Promise<void> => {
    await services.agents.remove(ask, agent.id, { purge: true })
  }
  return { ...chosen(made.value), unused }
}

/** Two orders of one reference at once are given one agent; one that was never used waits for the order to be sent again. */
async function named(
  { context: { services } }: Api,
  ask: Ask,
  { definition, reference, mark }: { definition: AgentDefinition; reference: string; mark: string },
): Promise<ChosenAgent | Problem> {
  const render = ({ agent }: AgentView) => ({ status: 201, headers: {}, body: agent.id })
  const once = { scope: `${ask.account}|anyreach.inline`, key: reference, fingerprint: mark, render }
  const made = await services.agents.create({ ...ask, once }, definition)
  if (made.value) return chosen(made.value)
  if (!made.replayed) return refused(made)
  const earlier = await services.agents.get(ask.account, made.replayed.body)
  if (earlier) return chosen(earlier)
  const again = await services.agents.create(ask, definition)
  return again.value ? chosen(again.value) : refused(again)
}

function chosen({ agent: { id, version }, definition }: AgentView): ChosenAgent {
  return { pin: { id, version }, definition }
}

function refused({ refusal }: { readonly refusal?: Parameters<typeof problemOf>[0] | undefined }): Problem {
  return refusal ? problemOf(refusal) : plain(500, 'The server failed at this.')
}

interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly code?: string
}

function mistaken(issues: readonly Issue[]): Problem {
  const errors = issues.map(({ path, message, code }): FieldProblem => {
    const loc = ['body', 'agent_config', ...path.map((part) => (typeof part === 'number' ? part : String(part)))]
    return { loc, msg: message, type: code ?? 'value_error' }
  })
  const [first] = errors
  return { status: 422, detail: first ? `${first.loc.slice(1).join('.')}: ${first.msg}` : '', errors }
}

/** JSON whose keys come in one order, however they were sent. */
function ordered(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  )
}
