import type { AgentSpeech } from '#domain/agent/state.ts'
import type { AgentRuntime } from '#services/calls/ports.ts'

/** The runtime that each agent's definition names. */
export function chosenRuntime(runtimes: Readonly<Record<AgentSpeech['by'], AgentRuntime>>): AgentRuntime {
  return {
    turn: (input) => runtimes[input.definition.speech.by].turn(input),
    summarise: async (input) => runtimes[input.definition.speech.by].summarise?.(input),
  }
}
