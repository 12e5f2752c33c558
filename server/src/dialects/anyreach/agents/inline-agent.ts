import type { SessionView } from '#services/calls/api.ts'
import { aboutAgent, newAgent, withAbout } from './about-agent.ts'
import { definitionOf, sealed } from './agent-config.ts'
import type { Api } from '../api.ts'
import { canonical } from '../canonical.ts'
import type { ChosenAgent } from './choosing.ts'
import { agentConfig } from '../wire/agent-config.ts'
import { plain, type FieldProblem, type Problem } from '../errors.ts'

/**
 * An agent for one conversation alone: no list shows it. `earlier`: the session that the order's reference names; the same order again
 * is given the agent of that one.
 */
export function chooseInline(
  { context: { vault } }: Api,
  config: unknown,
  earlier: SessionView | undefined,
): ChosenAgent | Problem {
  const parsed = agentConfig.safeParse(config)
  if (!parsed.success) return mistaken(parsed.error.issues)
  const mark = vault.sign(`inline agent ${canonical(parsed.data)}`)
  if (earlier)
    return aboutAgent(earlier.definition).mark === mark
      ? { pin: earlier.session.agent, definition: earlier.definition }
      : plain(409, 'This UUID names another conversation: use a new one.')
  const drawn = definitionOf(sealed(parsed.data, vault), newAgent('Inline agent'))
  return { definition: { ...drawn, unlisted: true, vendor: withAbout(drawn, { ...aboutAgent(drawn), mark }) } }
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
