import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request for a chat completion, as far as it is looked at. */
export interface ChatRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: {
    readonly model: string
    readonly messages: readonly ChatMessage[]
    readonly tools?: readonly { readonly type: string; readonly function: { readonly name: string } }[]
    readonly [more: string]: unknown
  }
}

export interface ChatMessage {
  readonly role: string
  readonly content?: string | null
  readonly tool_calls?: readonly { readonly id: string; readonly function: CalledFunction }[]
  readonly tool_call_id?: string
}

interface CalledFunction {
  readonly name: string
  /** JSON as the model wrote it. */
  readonly arguments: string
}

/** What it does with a request: says something, calls tools, fails, or answers as it is told. */
export interface ChatAnswer {
  readonly content?: string | null
  readonly toolCalls?: readonly CalledFunction[]
  readonly finish?: string
  readonly status?: number
  /** Instead of a completion: an object as JSON, a text as it is. */
  readonly raw?: unknown
  /** Never answers. */
  readonly hangs?: true
  /** Instead of the chunks of a streamed answer: what is sent, piece by piece. */
  readonly pieces?: readonly string[]
  /** Waited for after the first piece of a streamed answer. */
  readonly after?: Promise<unknown>
  /** The connection breaks where a streamed answer should end. */
  readonly breaks?: true
}

export interface ChatEndpoint {
  /** What clients of the protocol are given. */
  readonly baseUrl: string
  readonly port: number
  readonly requests: readonly ChatRequest[]
  /** How it answers from now on. */
  answer(by: (request: ChatRequest) => ChatAnswer): void
  stop(): Promise<void>
}

/**
 * A server on loopback that speaks the chat completions protocol as it is published (create a chat completion, its chunks, tool calls;
 * the error object). It refuses what the protocol does, and wants the key if it has one.
 */
export async function startChatEndpoint(key?: string): Promise<ChatEndpoint> {
  const requests: ChatRequest[] = []
  let decide: (request: ChatRequest) => ChatAnswer = () => ({ content: 'Yes.' })
  const respond = (incoming: IncomingMessage, text: string, response: ServerResponse): void => {
    const { url: path = '', method, headers } = incoming
    if (method !== 'POST' || path !== '/v1/chat/completions')
      return send(response, 404, failure(`Unknown request URL: ${method} ${path}.`, null))
    if (key !== undefined && headers.authorization !== `Bearer ${key}`)
      return send(response, 401, failure(`Incorrect API key provided: ${headers.authorization}.`, 'invalid_api_key'))
    const body = JSON.parse(text) as ChatRequest['body']
    const wrong = problemOf(body)
    if (wrong !== undefined) return send(response, 400, failure(wrong, null))
    const request = { path, headers, body }
    requests.push(request)
    const given = decide(request)
    if (given.hangs) return
    if (body['stream'] === true && !('raw' in given) && given.status === undefined)
      return void stream(response, given, chunksOf(requests.length, body, given))
    send(response, given.status ?? 200, 'raw' in given ? given.raw : completion(requests.length, body.model, given))
  }
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => respond(incoming, Buffer.concat(chunks).toString(), response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    port,
    requests,
    answer: (by) => void (decide = by),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The error object, as it comes with every status that is none of 2xx. */
export function failure(message: string, code: string | null, type = 'invalid_request_error'): object {
  return { error: { message, type, param: null, code } }
}

const roles = new Set(['developer', 'system', 'user', 'assistant', 'tool'])

function problemOf(body: ChatRequest['body']): string | undefined {
  const { model, messages, tools, stream = false, stream_options: options, tool_choice: choice } = body
  if (typeof model !== 'string' || model === '') return 'you must provide a model parameter'
  if (!Array.isArray(messages) || messages.length === 0) return "[] is too short - 'messages'"
  if (!messages.every(isMessage)) return 'Invalid message.'
  if (!areAnswered(messages))
    return "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'."
  if (tools?.length === 0) return "[] is too short - 'tools'"
  if (tools && !tools.every((tool) => tool.type === 'function' && /^[\w-]{1,64}$/.test(tool.function.name)))
    return 'Invalid tool.'
  if (choice !== undefined && !tools) return "'tool_choice' is only allowed when 'tools' are specified."
  if (options !== undefined && stream !== true) return "'stream_options' is only allowed when 'stream' is enabled."
  return typeof stream === 'boolean' ? undefined : "Invalid type for 'stream'."
}

function isMessage({ role, content, tool_calls: calls }: ChatMessage): boolean {
  return roles.has(role) && (typeof content === 'string' || (role === 'assistant' && calls !== undefined))
}

/** Whether each call is answered at once, under its id, and nothing else is. */
function areAnswered(messages: readonly ChatMessage[]): boolean {
  const open = new Set<string>()
  for (const { role, tool_calls: calls = [], tool_call_id: id = '' } of messages) {
    if (role === 'tool' ? !open.delete(id) : open.size > 0) return false
    for (const call of calls) open.add(call.id)
  }
  return open.size === 0
}

function callsOf(number: number, { toolCalls = [] }: ChatAnswer) {
  return toolCalls.map((call, index) => ({ id: `call_${number}_${index}`, type: 'function', function: call }))
}

function usageOf(number: number): object {
  return { prompt_tokens: 40 + number, completion_tokens: 7, total_tokens: 47 + number }
}

function completion(number: number, model: string, answer: ChatAnswer): object {
  const { content = null, finish } = answer
  const calls = callsOf(number, answer)
  return {
    id: `chatcmpl-${number}`,
    object: 'chat.completion',
    created: 1_790_000_000,
    model: `${model}-2026-01-01`,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null, ...(calls.length > 0 && { tool_calls: calls }) },
        logprobs: null,
        finish_reason: finish ?? (calls.length > 0 ? 'tool_calls' : 'stop'),
      },
    ],
    usage: usageOf(number),
    system_fingerprint: null,
  }
}

/** Words and arguments come in pieces of a few characters; the tokens, where they are wanted, in a chunk without a choice. */
function chunksOf(
  number: number,
  { model, stream_options: options }: ChatRequest['body'],
  answer: ChatAnswer,
): string[] {
  const calls = callsOf(number, answer)
  const deltas: object[] = [{ role: 'assistant', content: calls.length > 0 ? null : '', refusal: null }]
  for (const content of piecesOf(answer.content ?? '')) deltas.push({ content })
  for (const [index, { id, type, function: called }] of calls.entries()) {
    deltas.push({ tool_calls: [{ index, id, type, function: { name: called.name, arguments: '' } }] })
    for (const args of piecesOf(called.arguments))
      deltas.push({ tool_calls: [{ index, function: { arguments: args } }] })
  }
  const finish = answer.finish ?? (calls.length > 0 ? 'tool_calls' : 'stop')
  const shared = { id: `chatcmpl-${number}`, object: 'chat.completion.chunk', created: 1_790_000_000, model }
  const choice = (delta: object, reason: string | null) => [{ index: 0, delta, logprobs: null, finish_reason: reason }]
  const wantsUsage = (options as { readonly include_usage?: boolean } | undefined)?.include_usage === true
  const chunks: object[] = [
    ...deltas.map((delta) => ({ ...shared, choices: choice(delta, null) })),
    { ...shared, choices: choice({}, finish) },
    ...(wantsUsage ? [{ ...shared, choices: [], usage: usageOf(number) }] : []),
  ]
  return [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n']
}

function piecesOf(text: string): readonly string[] {
  return text.match(/[^]{1,7}/g) ?? []
}

async function stream(
  response: ServerResponse,
  { pieces, after, breaks }: ChatAnswer,
  chunks: string[],
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  const [first = '', ...rest] = pieces ?? chunks
  await new Promise((resolve) => response.write(first, resolve))
  await after
  for (const piece of rest) await new Promise((resolve) => response.write(piece, resolve))
  if (breaks) response.destroy()
  else response.end()
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
