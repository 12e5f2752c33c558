import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** An agent's program, and a model behind the chat completions protocol. */
export interface Thinker {
  readonly url: string
  /** How long it thinks about each answer from now on. */
  think(ms: number): void
  stop(): Promise<void>
}

export async function openThinker(): Promise<Thinker> {
  let thinksMs = 0
  const server = createServer((request, response) => void answer(request, response, thinksMs))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    think: (ms) => {
      thinksMs = ms
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, thinksMs: number): Promise<void> {
  await text(request)
  if (thinksMs > 0) await new Promise((resolve) => setTimeout(resolve, thinksMs))
  const say = 'It comes tomorrow.'
  const message = { role: 'assistant', content: say }
  const usage = { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 }
  const completion = { choices: [{ index: 0, message, finish_reason: 'stop' }], usage }
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(request.url?.startsWith('/v1') ? completion : { say }))
}
