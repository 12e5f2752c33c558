import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request for a chat completion, as far as it is looked at. */
export interface ChatRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: {
    readonly model: string
    readonly messages: readonly { readonly role: string; readonly content: string }[]
    readonly tools?: readonly { readonly type: string; readonly function: { readonly name: string } }[]
    readonly [more: string]: unknown
  }
}

/** What it does with a request: says something, calls tools, fails, or answers as it is told. */
export interface ChatAnswer {
  readonly content?: string | null
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: string }[]
  readonly finish?: string
  readonly status?: number
  /** Instead of a completion: an object as JSON, a text as it is. */
  readonly raw?: unknown
  /** Never answers. */
  readonly hangs?: true
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
 * A server on loopback that speaks the chat completions protocol as it is published (create a chat completion; the error object). It
 * refuses what the protocol does, and wants the key if it has one.
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

function problemOf({ model, messages, tools = [], stream = false }: ChatRequest['body']): string | undefined {
  if (typeof model !== 'string' || model === '') return 'you must provide a model parameter'
  if (!Array.isArray(messages) || messages.length === 0) return "[] is too short - 'messages'"
  if (!messages.every(({ role, content }) => roles.has(role) && typeof content === 'string')) return 'Invalid message.'
  if (!tools.every((tool) => tool.type === 'function' && /^[\w-]{1,64}$/.test(tool.function.name)))
    return 'Invalid tool.'
  return stream === false ? undefined : 'This server does not stream.'
}

function completion(number: number, model: string, { content = null, toolCalls = [], finish }: ChatAnswer): object {
  const calls = toolCalls.map((call, index) => ({ id: `call_${number}_${index}`, type: 'function', function: call }))
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
    usage: { prompt_tokens: 40 + number, completion_tokens: 7, total_tokens: 47 + number },
    system_fingerprint: null,
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
