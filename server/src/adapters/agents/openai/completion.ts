import type { TurnReply } from '#services/calls/ports.ts'
import { fieldsIn, isFields, type Fields } from '../json.ts'
import type { Saying } from '../progress.ts'
import { ModelTrouble, refusal } from './trouble.ts'

/** One answer of the model; what it says is said by who reads it. */
export interface Completion {
  /** Of this answer alone, as it came. */
  readonly content: string
  readonly calls: readonly WantedCall[]
  readonly finish: unknown
  readonly usage?: Usage
}

export interface WantedCall {
  /** Empty where the endpoint gives none. */
  readonly id: string
  readonly name: string
  /** JSON as the model wrote it. */
  readonly arguments: string
  /** What else the endpoint has in it, and wants back. */
  readonly more: Fields
}

export type Usage = Omit<NonNullable<TurnReply['usage']>, 'model'>

/** As with a program: more is no turn of a conversation. */
const maxSay = 4_000

/** Reads a chat completion that came in one piece: its first choice. */
export function readCompletion(status: number, body: string, saying: Saying): Completion {
  const answer = fieldsIn(body)
  // Gateways answer with status 200 for what failed behind them.
  if (status !== 200 || isFields(answer?.['error'])) throw refusal(status, answer?.['error'])
  if (!answer) throw new ModelTrouble('its endpoint did not answer with a JSON object')
  const [choice] = listIn(answer, 'choices')
  const message = isFields(choice) ? choice['message'] : undefined
  if (!isFields(choice) || !isFields(message)) throw new ModelTrouble('its endpoint answered without a message')
  const content = contentOf(message)
  const calls = listIn(message, 'tool_calls').map(readCall)
  say(saying, content)
  const usage = readUsage(answer['usage'])
  return checked({ content, calls, finish: choice['finish_reason'], ...(usage && { usage }) })
}

export function listIn(fields: Fields, name: string): readonly unknown[] {
  const list = fields[name]
  return Array.isArray(list) ? list : []
}

/** A refusal is what the model says instead. */
export function contentOf(message: Fields): string {
  const content = message['content'] ?? message['refusal'] ?? ''
  if (typeof content !== 'string') throw new ModelTrouble('its endpoint answered with a "content" that is no text')
  return content
}

export function say(saying: Saying, content: string): void {
  saying.add(content)
  if (saying.isLonger(maxSay))
    throw new ModelTrouble(`its model says more than ${maxSay} characters at once; set maxTokens, or ask for less`)
}

/** A call, or a piece of one: what is not there is empty. */
export function readCall(given: unknown): WantedCall {
  const { id, type: _, index: __, function: called, ...more } = isFields(given) ? given : {}
  const { name, arguments: args } = isFields(called) ? called : {}
  return { id: textOr(id), name: textOr(name), arguments: isFields(args) ? JSON.stringify(args) : textOr(args), more }
}

function textOr(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Silence is an answer; having been cut off before the first word is none. */
export function checked(completion: Completion): Completion {
  const { content, calls, finish } = completion
  if (content.trim() !== '' || calls.length > 0) return completion
  if (finish === 'length') throw new ModelTrouble('its model used up maxTokens before it said anything')
  if (finish === 'error') throw new ModelTrouble('its endpoint failed while it answered')
  if (finish === 'content_filter') throw new ModelTrouble('its endpoint filtered the answer')
  return completion
}

export function readUsage(usage: unknown): Usage | undefined {
  if (!isFields(usage)) return undefined
  const promptTokens = usage['prompt_tokens']
  const completionTokens = usage['completion_tokens']
  return isCount(promptTokens) && isCount(completionTokens) ? { promptTokens, completionTokens } : undefined
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
