import type { AgentTool } from '#domain/agent/state.ts'
import type { ToolCall } from '#domain/session/events.ts'
import { limits } from '#domain/session/limits.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { TurnInput } from '#services/calls/ports.ts'
import type { Asked } from '#services/ports.ts'
import { askInTime, namedHeaders, type AskingNeed } from './asking.ts'
import { fits, type Fields } from './json.ts'

/** One use of a tool that is wanted. */
export interface ToolUse {
  readonly id: string
  readonly name: string
  readonly arguments: Fields
}

type About = Pick<TurnInput, 'account' | 'session' | 'agent' | 'definition' | 'signal'>

/** Room for the other fields of a call, within the bound of all of it. */
const besides = 1_024
const againMs: readonly Milliseconds[] = [200]

/** The name of a turn's use of a tool, the same for the same turn however often it is asked for. */
export function useId({ said, turn, news }: Pick<TurnInput, 'said' | 'turn' | 'news'>, number: number): string {
  return `call_${turn ?? said.length}${news ? `_${news.name}` : ''}_${number}`
}

/**
 * Has the program behind a tool do its work, and says what came of it; what goes wrong is said in words of ours, for the model to
 * read. Nothing of the answer is in them.
 */
export async function runTool(need: AskingNeed, about: About, use: ToolUse): Promise<ToolCall> {
  const tool = about.definition.tools?.find(({ name }) => name === use.name)
  if (!tool) return refused(use, 'There is no such tool.')
  if (!fits(use.arguments, limits.tool - besides))
    return refused({ ...use, arguments: {} }, 'The arguments are larger than 64 KB, or nested too deep.')
  const since = need.system.now()
  const asked = await askTool(need, about, tool, use)
  const latencyMs = Math.max(0, need.system.now() - since)
  const call = { ...use, ...outcomeOf(asked), latencyMs }
  if (fits(call, limits.tool)) return call
  const output = 'The tool answered with more than 64 KB, or with something nested too deep.'
  return { ...call, output, isError: true }
}

/** A use that came to nothing before anybody was asked. */
export function refused(use: ToolUse, output: string): ToolCall {
  return { ...use, output, isError: true, latencyMs: 0 }
}

function askTool(need: AskingNeed, about: About, tool: AgentTool, use: ToolUse): Promise<Asked> {
  const { account, session, agent, signal } = about
  const body = JSON.stringify({ session: `session_${session}`, agent: `agent_${agent}`, ...use })
  return askInTime(need, {
    account,
    url: tool.url,
    headers: () => namedHeaders(need, tool.sealedSecret, `tool_${session}.${use.id}`, body),
    body,
    until: need.system.now() + tool.timeoutMs,
    againMs,
    signal,
  })
}

/** 204: it is done, and there is nothing to say. */
function outcomeOf(asked: Asked): Pick<ToolCall, 'output' | 'isError'> {
  if ('error' in asked) return { output: `The tool could not be asked: ${asked.error}`, isError: true }
  if (asked.status === 204) return { output: null, isError: false }
  if (asked.status !== 200) return { output: `The tool answered with status ${asked.status}.`, isError: true }
  return { output: readOutput(asked.body), isError: false }
}

/** JSON, or else the text as it is. */
function readOutput(body: string): unknown {
  try {
    return JSON.parse(body) as unknown
  } catch {
    return body
  }
}
