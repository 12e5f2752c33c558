import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { System } from '#engine/ports.ts'
import { within } from '../patience.ts'
import type { AgentRuntime, TurnInput, TurnReply } from '../ports.ts'

/** How long an agent may take that has no limit of its own, in real time; and what is added to its own for the way. */
const turnMs: Milliseconds = 15_000
const onTheWayMs: Milliseconds = 1_000
/** Nobody waits longer for a written answer, nor for one that takes tools. */
const longestMs: Milliseconds = 60_000

/** Asks an agent for its turn, for as long as it may take. What goes wrong is said in words for the record. */
export async function askAgent(
  runtime: AgentRuntime,
  system: Pick<System, 'after'>,
  input: Omit<TurnInput, 'signal'>,
  stopped: AbortSignal,
): Promise<TurnReply | { readonly failed: string }> {
  const limit = limitOf(input)
  const reply = await within(system, limit, (signal) => answered(runtime, { ...input, signal }), stopped)
  return reply ?? { failed: 'The agent did not answer in time.' }
}

async function answered(runtime: AgentRuntime, input: TurnInput): Promise<TurnReply | { readonly failed: string }> {
  try {
    return await runtime.turn(input)
  } catch (error) {
    // Only its name: what it says may hold what somebody said.
    const name = error instanceof Error ? error.name : 'unknown'
    return { failed: `The agent could not answer (${name}).` }
  }
}

/** Tools have times of their own, and a model is asked again after each: only a program has the same time for all of its turn. */
function limitOf({ definition, channel, rich }: Omit<TurnInput, 'signal'>): Milliseconds {
  const { speech, tools = [] } = definition
  if (speech.by !== 'http' && (tools.length > 0 || rich === true)) return longestMs
  const own = speech.by === 'script' ? turnMs : speech.timeoutMs + onTheWayMs
  return channel === 'text' ? Math.min(own, longestMs) : own
}
