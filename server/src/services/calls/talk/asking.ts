import type { ToolCall, Took } from '#domain/session/events.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { System } from '#engine/ports.ts'
import { newestTold } from '../conversation/told.ts'
import { within } from '../patience.ts'
import type { AgentRuntime, TurnInput, TurnReply } from '../ports.ts'

/** How long an agent may take that has no limit of its own, in real time; and what is added to its own for the way. */
const turnMs: Milliseconds = 15_000
const onTheWayMs: Milliseconds = 1_000
/** Nobody waits longer for a written answer, nor for one that takes tools. */
const longestMs: Milliseconds = 60_000

/** An agent's turn, and how long it took in real time. */
export interface Answer extends Omit<TurnReply, 'took'> {
  readonly took: Took
  /** What the user had said last when it was asked for, where whoever asked says so. */
  readonly answers?: Id | null
}

/** A turn that was asked for, and came to nothing. */
export interface FailedTurn {
  /** In words for the record. */
  readonly failed: string
  /** What it used all the same, in order. */
  readonly toolCalls?: readonly ToolCall[]
  /** Nothing of it was done: the agent could not be reached. */
  readonly unreached?: true
}

type Asking = Omit<TurnInput, 'signal' | 'onTool'>

/**
 * Asks an agent for its turn, for as long as it may take, and tells it the newest of what was said. `late`: told of a tool that came back
 * when nobody waited for the turn any more.
 */
export async function askAgent(
  runtime: AgentRuntime,
  system: Pick<System, 'now' | 'after'>,
  input: Asking,
  stopped: AbortSignal,
  late: (call: ToolCall) => void,
): Promise<Answer | FailedTurn> {
  const from = system.now()
  const used: ToolCall[] = []
  let isOver = false
  const onTool = (call: ToolCall): void => void (isOver ? late(call) : used.push(call))
  const asked = { ...input, ...newestTold(input.said), ...(input.turn !== undefined && { turn: input.turn }), onTool }
  const limit = limitOf(input)
  const reply = await within(system, limit, (signal) => answered(runtime, { ...asked, signal }), stopped)
  isOver = true
  const given = reply ?? { failed: 'The agent did not answer in time.' }
  if (!('failed' in given)) return { ...given, took: { totalMs: Math.max(0, system.now() - from), ...given.took } }
  if (used.length === 0) return given
  return { failed: given.failed, toolCalls: used }
}

async function answered(runtime: AgentRuntime, input: TurnInput): Promise<TurnReply | FailedTurn> {
  try {
    return await runtime.turn(input)
  } catch (error) {
    // Only its name: what it says may hold what somebody said.
    const name = error instanceof Error ? error.name : 'unknown'
    const isUnreached = error instanceof Error && 'unreached' in error && error.unreached === true
    return { failed: `The agent could not answer (${name}).`, ...(isUnreached && { unreached: true }) }
  }
}

/** Tools have times of their own, and a model is asked again after each: only a program has the same time for all of its turn. */
function limitOf({ definition, channel, rich }: Asking): Milliseconds {
  const { speech, tools = [] } = definition
  if (speech.by !== 'http' && (tools.length > 0 || rich === true)) return longestMs
  const own = speech.by === 'script' ? turnMs : speech.timeoutMs + onTheWayMs
  return channel === 'text' ? Math.min(own, longestMs) : own
}
