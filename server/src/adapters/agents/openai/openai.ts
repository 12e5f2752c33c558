import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { AgentRuntime, SummaryInput, TurnInput, TurnReply } from '#services/calls/ports.ts'
import { askInTime, isUnsent, summaryMs, type AskingNeed, type Question } from '../asking.ts'
import { Saying, tellWhole } from '../progress.ts'
import { askForEvents } from '../streaming.ts'
import { filled } from '../variables.ts'
import { Chunks } from './chunks.ts'
import { readCompletion, type Completion } from './completion.ts'
import { bodyOf, summaryMessages, urlOf, type Asking, type ModelSpeech } from './request.ts'
import { modelTurn } from './rounds.ts'
import { ModelTrouble } from './trouble.ts'

/** Wait before the one further try, where nothing was sent. */
const againMs: readonly Milliseconds[] = [200]
/** The longest summary that is kept, in characters. */
const maxSummary = 1_000

/** Asks a language model for every turn but the welcome, in real time. Without a welcome the user speaks first. */
export function modelAgent(need: AskingNeed): AgentRuntime {
  return {
    turn: async (input): Promise<TurnReply> => {
      const { definition, data, on, onProgress } = input
      const speech = speechOf(input)
      if (on !== 'start')
        return modelTurn(need, speech, input, (asking, saying) => complete(need, speech, input, asking, saying))
      if (definition.welcome === '') return {}
      const welcome = { say: filled(definition.welcome, data) }
      tellWhole(onProgress, welcome)
      return welcome
    },
    summarise: async (input) => {
      if (!input.said.some(({ who }) => who === 'user')) return undefined
      const saying = new Saying(undefined)
      const asking = { messages: summaryMessages(input.said), tools: [], streams: false, isLast: true }
      const speech = speechOf(input)
      const patient = { ...speech, timeoutMs: Math.max(speech.timeoutMs, summaryMs) }
      await complete(need, patient, input, asking, saying)
      return saying.text === '' ? undefined : saying.text.slice(0, maxSummary).toWellFormed()
    },
  }
}

function speechOf({ definition: { speech } }: TurnInput | SummaryInput): ModelSpeech {
  if (speech.by !== 'openai') throw new ModelTrouble('it has no model')
  return speech
}

/** One answer of the model, within its time; what it says is said as it comes. */
async function complete(
  need: AskingNeed,
  speech: ModelSpeech,
  { account, signal }: Pick<TurnInput, 'account' | 'signal'>,
  asking: Asking,
  saying: Saying,
): Promise<Completion> {
  if (signal.aborted) throw new ModelTrouble('nobody waits for its answer any more')
  const question: Question = {
    account,
    url: urlOf(speech),
    headers: () => headersOf(need, speech),
    body: bodyOf(speech, asking),
    until: need.system.now() + speech.timeoutMs,
    againMs,
    signal,
  }
  if (!asking.streams) return whole(await askInTime(need, question), saying)
  const chunks = new Chunks(saying)
  const streamed = await askForEvents(need, question, (data) => chunks.take(data))
  if ('value' in streamed) return streamed.value
  if ('error' in streamed.asked || !streamed.isStream) return whole(streamed.asked, saying)
  return chunks.ended()
}

function whole(asked: Awaited<ReturnType<typeof askInTime>>, saying: Saying): Completion {
  if ('error' in asked)
    throw new ModelTrouble(`its endpoint could not be asked: ${asked.error}`, { unreached: isUnsent(asked) })
  return readCompletion(asked.status, asked.body, saying)
}

function headersOf({ vault }: AskingNeed, { sealedKey }: ModelSpeech): Record<string, string> {
  return sealedKey === undefined ? {} : { authorization: `Bearer ${vault.open(sealedKey)}` }
}
