import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How long it thinks about each answer. */
const thinksMs = 20

/** An agent's program, and a model behind the chat completions protocol, that knows how long it took for each turn. */
export interface Thinker {
  readonly url: string
  /** Of the turn that was marked so (`turn-1-2`), and once; 0: it was not asked. */
  tookMs(mark: string): number
  stop(): Promise<void>
}

export async function openThinker(): Promise<Thinker> {
  const took = new Map<string, number>()
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now()
    const mark = (await textOf(request)).match(/turn-\d+-\d+/g)?.at(-1) ?? ''
    await new Promise((resolve) => setTimeout(resolve, thinksMs))
    const say = 'It comes tomorrow.'
    const message = { role: 'assistant', content: say }
    const usage = { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 }
    const completion = { choices: [{ index: 0, message, finish_reason: 'stop' }], usage }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(request.url?.startsWith('/v1') ? completion : { say }))
    took.set(mark, performance.now() - started)
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tookMs: (mark) => {
      const ms = took.get(mark) ?? 0
      took.delete(mark)
      return ms
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
