import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { TurnInput, TurnReply } from '#services/calls/ports.ts'
import type { AskingNeed } from '../asking.ts'
import { Saying } from '../progress.ts'
import { Acts } from './acts.ts'
import type { Completion, Usage, WantedCall } from './completion.ts'
import { messagesOf, type Asking, type Message, type ModelSpeech } from './request.ts'
import { offeredTools } from './tools.ts'
import { ModelTrouble } from './trouble.ts'

/** How often the model is asked for one turn; the last time it has to answer. */
const maxRounds = 8

type Complete = (asking: Asking, saying: Saying) => Promise<Completion>

/** One turn: the model is asked, what it wants is done and told to it, and so on until it has said all. */
export async function modelTurn(
  need: AskingNeed,
  speech: ModelSpeech,
  input: TurnInput,
  complete: Complete,
): Promise<TurnReply> {
  const since = need.system.now()
  let firstWordMs: Milliseconds | undefined
  const saying = new Saying((progress) => {
    firstWordMs ??= Math.max(0, need.system.now() - since)
    input.onProgress?.(progress)
  })
  const acts = new Acts(need, input)
  const usage = await converse(speech, input, complete, saying, acts)
  const { toolsMs, ...done } = acts.reply()
  const took = { ...(firstWordMs !== undefined && { firstWordMs }), ...(toolsMs !== undefined && { toolsMs }) }
  return {
    ...(saying.text !== '' && { say: saying.text }),
    ...done,
    ...(Object.keys(took).length > 0 && { took }),
    // Under the name that the agent's definition has for the model, which is what a price is for.
    ...(usage && { usage: { model: speech.model, ...usage } }),
  }
}

/** What it took, of all rounds. */
async function converse(
  speech: ModelSpeech,
  input: TurnInput,
  complete: Complete,
  saying: Saying,
  acts: Acts,
): Promise<Usage | undefined> {
  const messages = messagesOf(speech, input)
  const tools = offeredTools(input)
  let usage: Usage | undefined
  for (let round = 1; ; round++) {
    const isLast = round === maxRounds
    const completion = await complete({ messages, tools, streams: input.onProgress !== undefined, isLast }, saying)
    usage = sum(usage, completion.usage)
    if (completion.calls.length === 0) return usage
    if (isLast) {
      if (saying.text !== '') return usage
      throw new ModelTrouble(`its model was asked ${maxRounds} times, and used tools instead of answering`)
    }
    const calls = named(completion.calls, round)
    const results = await acts.perform(calls)
    if (acts.isOver) return usage
    messages.push(assistant(completion.content, calls), ...results)
    saying.pause()
  }
}

/** Each call has an id of its own; nine letters and digits is what all endpoints take. */
function named(calls: readonly WantedCall[], round: number): readonly WantedCall[] {
  const ids = new Set<string>()
  return calls.map((call, index) => {
    const id = call.id === '' || ids.has(call.id) ? `call${round}${String(index).padStart(4, '0')}` : call.id
    ids.add(id)
    return { ...call, id }
  })
}

function assistant(content: string, calls: readonly WantedCall[]): Message {
  return {
    role: 'assistant',
    content: content === '' ? null : content.toWellFormed(),
    tool_calls: calls.map(({ id, name, arguments: args, more }) => ({
      ...more,
      id,
      type: 'function',
      function: { name, arguments: args },
    })),
  }
}

function sum(one: Usage | undefined, other: Usage | undefined): Usage | undefined {
  if (!one || !other) return one ?? other
  return {
    promptTokens: one.promptTokens + other.promptTokens,
    completionTokens: one.completionTokens + other.completionTokens,
  }
}
