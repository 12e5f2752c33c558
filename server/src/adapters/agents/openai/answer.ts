import type { TurnReply } from '#services/calls/ports.ts'
import { endCall, maxNote } from './tools.ts'
import { ModelTrouble, refusal } from './trouble.ts'

/** As with a program: more is no turn of a conversation. */
const maxSay = 4_000

type Fields = Readonly<Record<string, unknown>>

/** Reads a chat completion: its first choice's words and tool calls, and the tokens it took of `model`. */
export function readAnswer(status: number, body: string, model: string): TurnReply {
  const answer = parsed(body)
  // Gateways answer with status 200 for what failed behind them.
  if (status !== 200 || isFields(answer?.['error'])) throw refusal(status, answer?.['error'])
  if (!answer) throw new ModelTrouble('its endpoint did not answer with a JSON object')
  const [choice] = listIn(answer, 'choices')
  const message = isFields(choice) ? choice['message'] : undefined
  if (!isFields(choice) || !isFields(message)) throw new ModelTrouble('its endpoint answered without a message')
  const say = sayOf(message)
  const end = endOf(message)
  if (say === undefined && !end) checkEnding(choice['finish_reason'])
  const usage = usageOf(answer['usage'], model)
  return { ...(say !== undefined && { say }), ...(end && { end }), ...(usage && { usage }) }
}

function parsed(body: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listIn(fields: Fields, name: string): readonly unknown[] {
  const list = fields[name]
  return Array.isArray(list) ? list : []
}

/** A refusal is what the model says instead. */
function sayOf(message: Fields): string | undefined {
  const said = message['content'] ?? message['refusal'] ?? ''
  if (typeof said !== 'string') throw new ModelTrouble('its endpoint answered with a "content" that is no text')
  const text = said.trim()
  if (text.length > maxSay)
    throw new ModelTrouble(`its model says more than ${maxSay} characters at once; set maxTokens, or ask for less`)
  return text === '' ? undefined : text.toWellFormed()
}

/** Silence is an answer; having been cut off before the first word is none. */
function checkEnding(reason: unknown): void {
  if (reason === 'length') throw new ModelTrouble('its model used up maxTokens before it said anything')
  if (reason === 'error') throw new ModelTrouble('its endpoint failed while it answered')
  if (reason === 'content_filter') throw new ModelTrouble('its endpoint filtered the answer')
}

/** An act that was not offered is not done, so what is said along with it cannot be true. */
function endOf(message: Fields): TurnReply['end'] {
  let end: TurnReply['end']
  for (const call of listIn(message, 'tool_calls')) {
    const called = isFields(call) ? call['function'] : undefined
    if (!isFields(called) || called['name'] !== endCall)
      throw new ModelTrouble('its model called a tool that it was not offered')
    end ??= noteIn(called['arguments'])
  }
  return end
}

/** The arguments are JSON as the model wrote it. That it ends is clear also where its note cannot be read. */
function noteIn(given: unknown): { readonly note?: string } {
  const note = typeof given === 'string' ? parsed(given)?.['note'] : undefined
  return typeof note === 'string' && note !== '' ? { note: note.slice(0, maxNote).toWellFormed() } : {}
}

/** Under the name that the agent's definition has for the model, which is what a price is for. */
function usageOf(usage: unknown, model: string): TurnReply['usage'] {
  if (!isFields(usage)) return undefined
  const promptTokens = usage['prompt_tokens']
  const completionTokens = usage['completion_tokens']
  return isCount(promptTokens) && isCount(completionTokens) ? { model, promptTokens, completionTokens } : undefined
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
