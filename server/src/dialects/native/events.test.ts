import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { realSystem } from '#adapters/system/real/real-system.ts'
import { captureTexts, startTrial, type Caller, type Trial } from '#app/trial.ts'
import type { System } from '#engine/ports.ts'
import { eventTypes } from './vocabulary.ts'

const alice = '+12025550111'
const shop = '+12025550100'

describe('events', () => {
  let trial: Trial
  let url: string
  let shopkeeper: Caller
  beforeAll(async () => {
    trial = await startTrial({ port: 0 })
    url = await trial.app.listen()
  })
  afterAll(() => trial.stop())
  beforeEach(async () => {
    shopkeeper = await trial.account('shop', 'test')
    await captureTexts(trial, shopkeeper, shop)
  })

  const say = (text: string) =>
    shopkeeper.post('/traffic', { events: [{ type: 'message.received', channel: 'SMS', from: alice, to: shop, text }] })

  /** The messages of an event stream as they come in; ends when the test no longer wants any. */
  async function* listen(headers: Record<string, string> = {}, query = '') {
    const stop = new AbortController()
    const response = await fetch(`${url}/api/v1/events${query}`, {
      headers: { ...shopkeeper.headers, accept: 'text/event-stream', ...headers },
      signal: stop.signal,
    })
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    try {
      let rest = ''
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const messages = (rest + chunk).split('\n\n')
        rest = messages.pop() ?? ''
        for (const message of messages) {
          const fields = Object.fromEntries(
            [...message.matchAll(/^(\w+): ?(.*)$/gm)].map(([, name, value]) => [name, value]),
          )
          if (fields['data'] !== undefined)
            yield { id: fields['id'] ?? '', type: fields['event'], event: JSON.parse(fields['data']) }
          else if (message.startsWith(': the stream is open')) yield { id: '', type: 'open', event: undefined }
        }
      }
    } finally {
      stop.abort()
    }
  }

  test('are CloudEvents in order, in pages that can be gone on with', async () => {
    await say('hello')
    const seen: { id: string; type: string; time: string; subject: string; data: Record<string, unknown> }[] = []
    let after = ''
    for (;;) {
      const { body } = await shopkeeper.get(`/events?limit=2${after && `&after=${after}`}`)
      expect(body.events.length).toBeLessThanOrEqual(2)
      seen.push(...body.events)
      after = body.next
      if (body.events.length === 0) break
    }
    const types = seen.map(({ type }) => type)
    expect(types.slice(-4)).toEqual([
      'conversation.created',
      'participant.added',
      'participant.added',
      'communication.created',
    ])
    for (const type of types) expect(eventTypes).toContain(type)
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length)
    expect(seen.at(-1)).toMatchObject({
      specversion: '1.0',
      id: expect.stringMatching(/^event_[0-9a-z]{26}\.\d+$/),
      source: `/api/v1/accounts/account_${shopkeeper.made?.account.id}`,
      subject: expect.stringMatching(/^conversation_/),
      data: { communication: { content: { text: 'hello' } } },
    })
    await say('more')
    const next = await shopkeeper.get(`/events?after=${after}`)
    expect(next.body.events.map(({ type }: { type: string }) => type)).toEqual(['communication.created'])
  })

  test('hold no secret of webhook endpoints or keys', async () => {
    const made = await shopkeeper.post('/webhook-endpoints', { url: 'https://hooks.example.com/a' })
    await shopkeeper.post(`/webhook-endpoints/${made.body.endpoint.id}/rotate`)
    const { text } = await shopkeeper.get('/events')
    expect(text).toContain('endpoint.created')
    expect(text).not.toMatch(/sealed|whsec_|hash/i)
  })

  test('of one account are not shown to another', async () => {
    await say('secret')
    const other = await trial.account('other', 'test')
    const { events } = (await other.get('/events')).body
    expect(events.map(({ type }: { type: string }) => type)).toEqual(['configuration.written']) // its default one
    const { next } = (await shopkeeper.get('/events')).body
    expect((await other.get(`/events?after=${next}`)).body).toMatchObject({ code: 'invalid', field: 'cursor' })
  })

  test('come live as they are stored, the same as in pages', async () => {
    const stream = listen()
    expect((await stream.next()).value?.type).toBe('open')
    const { body } = await say('hello')
    const live = []
    for (let i = 0; i < 4; i++) live.push((await stream.next()).value?.event)
    await stream.return(undefined)
    expect(live.map(({ type }) => type)).toEqual([
      'conversation.created',
      'participant.added',
      'participant.added',
      'communication.created',
    ])
    expect(live[0].subject).toBe(body.results[0].conversationId)
    expect((await shopkeeper.get('/events')).body.events.slice(-4)).toEqual(live)
  })

  test('go on after a break where the reader says, without a gap and without another account’s', async () => {
    await say('one')
    const first = listen({ 'last-event-id': 'oldest' })
    const seen: { id: string; event: { type: string } }[] = []
    for await (const message of first) {
      if (message.event) seen.push(message as (typeof seen)[number])
      if (message.event?.type === 'communication.created') break
    }
    await say('two')
    const stranger = await trial.account('stranger', 'test')
    await captureTexts(trial, stranger, shop)
    await stranger.post('/traffic', {
      events: [{ type: 'message.received', channel: 'SMS', from: alice, to: shop, text: 'not yours' }],
    })
    const second = listen({ 'last-event-id': seen.at(-1)?.id ?? '' })
    expect((await second.next()).value?.type).toBe('open')
    expect((await second.next()).value?.event.data.communication.content.text).toBe('two')
    await say('three')
    expect((await second.next()).value?.event.data.communication.content.text).toBe('three')
    await second.return(undefined)
  })

  test('are refused to a place that nobody handed out', async () => {
    expect((await shopkeeper.get('/events?after=123')).body).toMatchObject({ status: 400, field: 'cursor' })
    const response = await fetch(`${url}/api/v1/events`, {
      headers: { ...shopkeeper.headers, accept: 'text/event-stream', 'last-event-id': 'zzz' },
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'invalid' })
  })
})

test('a reader of events who makes no room is told so and let go, and nothing more is kept for it', async () => {
  const patience: (() => void)[] = []
  const real = realSystem()
  const waiting = Promise.withResolvers<void>()
  const after: System['after'] = (ms, callback) => {
    if (ms !== 30_000) return real.after(ms, callback)
    patience.push(callback)
    waiting.resolve()
    return () => {}
  }
  const trial = await startTrial({ port: 0 }, { system: { ...real, after } })
  await captureTexts(trial, trial.test, shop)
  const { port } = new URL(await trial.app.listen())
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(
    `GET /api/v1/events HTTP/1.1\r\nhost: a\r\nauthorization: ${trial.test.headers['authorization']}\r\naccept: text/event-stream\r\nconnection: close\r\n\r\n`,
  )
  await new Promise((resolve) => socket.once('data', resolve))
  socket.pause()
  const text = 'x'.repeat(1_000_000)
  const say = () =>
    trial.test.post('/traffic', { events: [{ type: 'message.received', channel: 'SMS', from: alice, to: shop, text }] })
  for (let i = 0; i < 30; i++) await say()
  await waiting.promise
  patience.at(-1)?.()
  for (let i = 0; i < 3; i++) await say()
  const got = (await socket.resume().toArray()).join('')
  expect(got).toContain('too slow: connect again with Last-Event-ID')
  expect(got.length).toBeLessThan(30_000_000)
  await trial.stop()
}, 30_000)

test('event streams end with a word when the server stops', async () => {
  const trial = await startTrial({ port: 0 })
  const url = await trial.app.listen()
  const response = await fetch(`${url}/api/v1/events`, {
    headers: { ...trial.test.headers, accept: 'text/event-stream' },
  })
  const [text] = await Promise.all([response.text(), trial.stop()])
  expect(text).toContain('the server is stopping; connect again with Last-Event-ID')
})

test('an event stream that is quiet says that it is still there', async () => {
  const beats: (() => void)[] = []
  const real = realSystem()
  const after: System['after'] = (ms, callback) => {
    if (ms !== 15_000) return real.after(ms, callback)
    beats.push(callback)
    return () => {}
  }
  const trial = await startTrial({ port: 0 }, { system: { ...real, after } })
  const url = await trial.app.listen()
  const response = await fetch(`${url}/api/v1/events`, {
    headers: { ...trial.test.headers, accept: 'text/event-stream' },
  })
  beats.at(-1)?.()
  beats.at(-1)?.()
  const [text] = await Promise.all([response.text(), trial.stop()])
  expect(text.match(/: still here\n\n/g)).toHaveLength(2)
})

test('an event stream ends when the key it was opened with is revoked', async () => {
  const beats: (() => void)[] = []
  const real = realSystem()
  const after: System['after'] = (ms, callback) => {
    if (ms !== 15_000) return real.after(ms, callback)
    beats.push(callback)
    return () => {}
  }
  const trial = await startTrial({ port: 0 }, { system: { ...real, after } })
  const url = await trial.app.listen()
  const { bearer, key } = (await trial.test.post('/account/keys', { name: 'reader' })).body
  const open = (headers: Record<string, string>) =>
    fetch(`${url}/api/v1/events`, { headers: { ...headers, accept: 'text/event-stream' } })
  const revoked = await open({ authorization: `Bearer ${bearer}` })
  const other = await open({ ...trial.test.headers })
  for (const beat of beats.splice(0)) beat()
  await trial.test.remove(`/account/keys/${key.sid}`)
  for (const beat of beats.splice(0)) beat()
  const text = await revoked.text()
  expect(text.match(/: still here\n\n/g)).toHaveLength(2)
  expect(text).toContain('the credential of this stream is no longer valid')
  const [rest] = await Promise.all([other.text(), trial.stop()])
  expect(rest).toContain('the server is stopping')
})
