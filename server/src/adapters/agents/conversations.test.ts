import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTrial, type Trial } from '#app/trial.ts'
import { startChatEndpoint, type ChatEndpoint } from '#conformance/chat-endpoint.ts'
import { readId } from '#dialects/native/vocabulary.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { TurnProgress } from '#services/calls/ports.ts'

const widget = { type: 'order_tracker', data: { order: 'A-118' } }
const looked = { name: 'order_status', arguments: { order: 'A-118' }, output: { eta: 'Friday' }, isError: false }
const closing: (() => unknown)[] = []
let trial: Trial
let endpoint: ChatEndpoint
/** A program at `/turn` that talks, and one at `/tool` that knows when orders come. */
let base: string

beforeAll(async () => {
  const server = createServer((request, response) => {
    void json(request).then((asked) => {
      const { on, stream } = asked as { readonly on?: string; readonly stream?: boolean }
      if (request.url === '/tool') return response.end('{"eta": "Friday"}')
      if (on === 'summary') return response.end('{"summary": "A program sums up."}')
      const rest = { toolCalls: [looked], widgets: [widget] }
      if (!stream) return response.end(JSON.stringify({ say: 'It comes on Friday.', ...rest }))
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const event of [{ delta: 'It comes ' }, { delta: 'on Friday.' }, { done: true, ...rest }])
        response.write(`data: ${JSON.stringify(event)}\n\n`)
      return response.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  endpoint = await startChatEndpoint()
  endpoint.answer(({ body: { messages, tools } }) => {
    if (!tools) return { content: 'A model sums up.' }
    if (messages.at(-1)?.role === 'tool') return { content: 'It comes on Friday.' }
    const look = { name: 'order_status', arguments: '{"order": "A-118"}' }
    return { toolCalls: [look, { name: 'show_widget', arguments: JSON.stringify(widget) }] }
  })
  trial = await startTrial()
  closing.push(
    () => trial.stop(),
    () => endpoint.stop(),
    () => server.closeAllConnections(),
    () => server.close(),
  )
})
afterAll(async () => {
  for (const close of closing) await close()
})

const speeches: Readonly<Record<string, () => object>> = {
  script: () => {
    const tool = { name: looked.name, arguments: looked.arguments }
    const line = { say: 'It comes on Friday.', tool, widgets: [widget] }
    return { by: 'script', lines: [line, line] }
  },
  http: () => ({ by: 'http', url: `${base}/turn` }),
  openai: () => ({ by: 'openai', baseUrl: endpoint.baseUrl, model: 'small', prompt: 'You are Ann.' }),
}
const summaries: Readonly<Record<string, string>> = {
  script: 'The user said "Where is A-118?". The user spoke 2 times, the agent spoke 3 times.',
  http: 'A program sums up.',
  openai: 'A model sums up.',
}

function got<Value extends object>(value: Value | Refused): Value {
  if (isRefused(value)) throw new Error(value.refusal.message)
  return value
}

test.each(Object.keys(speeches))(
  'a text conversation with %s: a tool, a widget, as a stream, a summary',
  async (by) => {
    const tools = [{ name: 'order_status', description: 'Where an order is', url: `${base}/tool` }]
    const draft = { name: 'Ann', welcome: 'Hello.', speech: speeches[by]?.(), makes: { summary: true } }
    const made = await trial.test.post('/agents', by === 'http' ? draft : { ...draft, tools })
    const { texts } = trial.app.services
    const { body } = await trial.test.get('/account')
    const ask = { account: readId('account', body.id) ?? '', by: 'test' }
    const agent = { id: readId('agent', made.body.id) ?? '' }
    const { view, greeting } = got(await texts.open(ask, { agent, user: 'bob', data: null }))
    expect(greeting).toBe('Hello.')
    const reply = { say: 'It comes on Friday.', toolCalls: [looked], widgets: [widget] }
    const { id } = view.session
    expect(got(await texts.say(ask, id, { text: 'Where is A-118?', rich: true })).reply).toMatchObject(reply)
    const told: TurnProgress[] = []
    const onProgress = (progress: TurnProgress): void => void told.push(progress)
    expect(got(await texts.say(ask, id, { text: 'And now?', rich: true, onProgress })).reply).toMatchObject(reply)
    expect(told.flatMap((one) => (one.is === 'text' ? [one.delta] : [])).join('')).toBe(reply.say)
    expect(told.flatMap((one) => (one.is === 'tool' ? [one.call] : []))).toMatchObject([looked])
    const items = await texts.items(view)
    expect(items.map((item) => (item.is === 'turn' ? item.who : item.call.name))).toEqual([
      'agent',
      'user',
      'order_status',
      'agent',
      'user',
      'order_status',
      'agent',
    ])
    expect(got(await texts.end(ask, id)).summary).toBe(summaries[by])
  },
)
