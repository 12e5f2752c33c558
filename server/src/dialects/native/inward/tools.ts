import type { AgentTool, ScriptLine } from '#domain/agent/state.ts'
import type { Vault } from '#services/ports.ts'
import { fail } from '../errors.ts'
import type { AgentDraft } from '../wire/agents.ts'

type Seal = Pick<Vault, 'seal'>
type Present = readonly AgentTool[] | undefined

/** An agent's tools, to be made from those there are: a secret that is not given stays as long as its URL does. */
export function toolsOf(drafts: AgentDraft['tools'], vault: Seal): (present: Present) => readonly AgentTool[] {
  const written = drafts.map(({ secret, ...tool }) => {
    return { tool, sealed: typeof secret === 'string' ? vault.seal(secret) : secret }
  })
  return (present) =>
    written.map(({ tool, sealed }) => {
      const sealedSecret = sealed === undefined ? keptSecret(tool, present) : sealed
      return { ...tool, ...(typeof sealedSecret === 'string' && { sealedSecret }) }
    })
}

/** Its own, or that of another which is at the same URL: none is ever sent elsewhere. */
function keptSecret({ name, url }: Pick<AgentTool, 'name' | 'url'>, present: Present = []): string | undefined {
  const there = present.filter((tool) => tool.url === url)
  return (there.find((tool) => tool.name === name) ?? there[0])?.sealedSecret
}

/** A script's lines; each tool that they use has to be one of the agent's. */
export function linesOf(
  { lines }: Extract<AgentDraft['speech'], { by: 'script' }>,
  tools: AgentDraft['tools'],
): readonly ScriptLine[] {
  const names = tools.map(({ name }) => name)
  return lines.map((line, index) => {
    if (typeof line === 'string') return line
    const { say, tool, widgets, handOver } = line
    if (tool && !names.includes(tool.name)) {
      const field = `speech.lines.${index}.tool.name`
      fail({ code: 'invalid', message: `The field ${field} takes the name of one of the agent's tools.`, field })
    }
    return { say, ...(tool && { tool }), ...(widgets && { widgets }), ...(handOver && { handOver }) }
  })
}
