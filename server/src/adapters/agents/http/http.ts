import type { AgentDefinition } from '#domain/agent/state.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { AgentRuntime, SummaryInput, TurnInput, TurnReply } from '#services/calls/ports.ts'
import type { Asked } from '#services/ports.ts'
import { askInTime, isUnsent, namedHeaders, summaryMs, type AskingNeed, type Question } from '../asking.ts'
import { tellWhole } from '../progress.ts'
import { askForEvents } from '../streaming.ts'
import { filled } from '../variables.ts'
import { readAnswer, readSummary } from './answer.ts'
import { summaryBody, summaryId, turnBody, turnId } from './request.ts'
import { StreamedAnswer } from './streamed.ts'
import { AgentTrouble } from './trouble.ts'

/** Waits before it is asked again, where nothing was sent; the agent's own time is the bound of all. */
const againMs: readonly Milliseconds[] = [200, 600]

/** Asks the user's program for every turn but the welcome, in real time. */
export function httpAgent(need: AskingNeed): AgentRuntime {
  return {
    turn: async (input): Promise<TurnReply> => {
      const { definition, data, on, onProgress } = input
      if (on !== 'start' || definition.welcome === '') return answered(need, input)
      const welcome = { say: filled(definition.welcome, data) }
      tellWhole(onProgress, welcome)
      return welcome
    },
    summarise: async (input) => {
      if (!input.said.some(({ who }) => who === 'user')) return undefined
      const asked = await askInTime(need, questionOf(need, input, summaryId(input), summaryBody(input), summaryMs))
      const { status, body } = reached(asked)
      return readSummary(status, body)
    },
  }
}

async function answered(need: AskingNeed, input: TurnInput): Promise<TurnReply> {
  const { onProgress } = input
  const question = questionOf(need, input, turnId(input), turnBody(input))
  if (!onProgress) {
    const { status, body } = reached(await askInTime(need, question))
    return readAnswer(status, body, input)
  }
  const answer = new StreamedAnswer(input, need.system)
  const streamed = await askForEvents(need, question, (data) => answer.take(data))
  if ('value' in streamed) return streamed.value
  const { status, body } = reached(streamed.asked)
  if (streamed.isStream) throw new AgentTrouble('its program stopped before it was done')
  const reply = readAnswer(status, body, input)
  tellWhole(onProgress, reply)
  return reply
}

function questionOf(
  need: AskingNeed,
  { account, definition, signal }: Pick<TurnInput | SummaryInput, 'account' | 'definition' | 'signal'>,
  id: string,
  body: string,
  leastMs: Milliseconds = 0,
): Question {
  const { url, timeoutMs, sealedSecret } = programOf(definition)
  const headers = (): Record<string, string> => namedHeaders(need, sealedSecret, id, body)
  return { account, url, headers, body, until: need.system.now() + Math.max(timeoutMs, leastMs), againMs, signal }
}

function programOf({ speech }: AgentDefinition): Extract<AgentDefinition['speech'], { by: 'http' }> {
  if (speech.by !== 'http') throw new AgentTrouble('it has no program')
  return speech
}

function reached(asked: Asked): Extract<Asked, { body: string }> {
  if ('error' in asked)
    throw new AgentTrouble(`its program could not be asked: ${asked.error}`, { unreached: isUnsent(asked) })
  return asked
}
