import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTrial, type Trial } from '#app/trial.ts'
import { failure, startChatEndpoint, type ChatEndpoint } from '#conformance/chat-endpoint.ts'

const key = 'sk-local-0123456789'
const alice = '+12025550101'
let endpoint: ChatEndpoint
let trial: Trial
let logged: string[]

beforeEach(async () => {
  endpoint = await startChatEndpoint(key)
  logged = []
  const keep = (facts: object, message: string): void => void logged.push(`${JSON.stringify(facts)} ${message}`)
  trial = await startTrial({}, { log: { info: keep, warn: keep, error: keep } })
  await trial.test.post('/phone-numbers', { number: '+12025550100' })
})
afterEach(async () => {
  await trial.stop()
  await endpoint.stop()
})

/** A call to the phone that talks in turn, and everything that can be read of it afterwards. */
async function call(given: string, more: object = {}) {
  const { baseUrl } = endpoint
  const speech = { by: 'openai', baseUrl, model: 'small', prompt: 'You talk with {name}.', key: given }
  const made = await trial.test.post('/agents', { name: 'Ann', welcome: 'Hello {name}!', speech, ...more })
  const placed = await trial.test.post('/sessions', { agentId: made.body.id, to: alice, data: { name: 'Alice' } })
  await trial.test.post('/clock/advance', { by: 'PT10M' })
  const { id } = placed.body
  const paths = [
    `/sessions/${id}`,
    `/sessions/${id}/transcript`,
    `/sessions/${id}/timeline?limit=500`,
    `/agents/${made.body.id}`,
    `/agents/${made.body.id}/versions`,
    '/agents',
    '/events?limit=1000',
  ]
  const reads = await Promise.all(paths.map((path) => trial.test.get(path)))
  for (const { status } of reads) expect(status).toBe(200)
  const [session, transcript] = reads.map(({ body }) => body)
  const everything = [made, placed, ...reads].map(({ text }) => text)
  return { session, transcript: transcript.transcript, everything: [...everything, ...logged].join('\n') }
}

test('a model talks on a call and hangs up, and its key is read nowhere', async () => {
  endpoint.answer(({ body: { messages } }) =>
    messages.length < 4
      ? { content: 'It comes tomorrow.' }
      : { content: 'Goodbye.', toolCalls: [{ name: 'end_call', arguments: '{"note": "all is said"}' }] },
  )
  const { session, transcript, everything } = await call(key)
  expect(session).toMatchObject({ state: 'ended', outcome: 'completed', end: { cause: 'agent_hangup', by: 'agent' } })
  expect(transcript.filter(({ who }: { who: string }) => who === 'agent')).toEqual([
    { who: 'agent', text: 'Hello Alice!' },
    { who: 'agent', text: 'It comes tomorrow.' },
    { who: 'agent', text: 'Goodbye.' },
  ])
  expect(endpoint.requests).toHaveLength(2)
  expect(endpoint.requests[0]?.body.messages).toEqual([
    { role: 'system', content: 'You talk with Alice.' },
    { role: 'assistant', content: 'Hello Alice!' },
    { role: 'user', content: expect.any(String) },
  ])
  expect(everything).toContain('all is said')
  expect(everything).not.toMatch(/sk-local|sealedKey|bearer/i)
})

test('a model looks something up while it talks on a call, and its tool is asked with a signature', async () => {
  const asked: IncomingMessage['headers'][] = []
  const shop = createServer((request, response) => {
    asked.push(request.headers)
    request.resume()
    response.end('{"eta": "Friday"}')
  })
  shop.listen(0, '127.0.0.1')
  await once(shop, 'listening')
  const url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/`
  const secret = `whsec_${Buffer.from('the secret of the shop').toString('base64')}`
  endpoint.answer(({ body: { messages } }) => {
    const last = messages.at(-1)
    if (last?.role === 'tool') return { content: `It comes: ${last.content}` }
    if (messages.some(({ role, content }) => role === 'assistant' && content?.startsWith('It comes')))
      return { content: 'Goodbye.', toolCalls: [{ name: 'end_call', arguments: '{}' }] }
    return { toolCalls: [{ name: 'order_status', arguments: '{}' }] }
  })
  const tools = [{ name: 'order_status', description: 'Where an order is', url, secret }]
  try {
    const { session, transcript, everything } = await call(key, { tools })
    expect(session).toMatchObject({ state: 'ended', end: { cause: 'agent_hangup' } })
    expect(transcript).toContainEqual({ who: 'agent', text: 'It comes: {"eta":"Friday"}' })
    expect(asked).toHaveLength(1)
    expect(asked[0]?.['webhook-signature']).toMatch(/^v1,/)
    expect(everything).not.toMatch(/whsec|sealedSecret/)
  } finally {
    shop.close()
  }
})

test('a model that cannot answer ends its call for a stated reason, and the key that its endpoint quotes is read nowhere', async () => {
  const { session, everything } = await call('sk-local-wrong')
  expect(session).toMatchObject({ state: 'ended', end: { cause: 'agent_error' } })
  expect(everything).toContain('its endpoint refused the key; give the agent a valid one (status 401)')
  expect(everything).not.toMatch(/sk-local|Incorrect API key/)
})

test('what its endpoint says is wrong is told in our words', async () => {
  endpoint.answer(() => ({ status: 429, raw: failure(`Alice (${key}) said too much`, 'insufficient_quota') }))
  const { session, everything } = await call(key)
  expect(session.end.cause).toBe('agent_error')
  expect(everything).toContain('the quota of its key is used up (status 429)')
  expect(everything).not.toMatch(/sk-local|too much/)
})
