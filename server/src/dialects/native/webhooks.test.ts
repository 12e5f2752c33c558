import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Webhook } from 'standardwebhooks'
import { recordedSender, type RecordedSender } from '#adapters/delivery/recorded/recorded-sender.ts'
import { captureTexts, startTrial, type Trial } from '#app/trial.ts'

const alice = '+12025550111'
const shop = '+12025550100'

describe('webhook endpoints', () => {
  let trial: Trial
  let sender: RecordedSender
  beforeEach(async () => {
    sender = recordedSender()
    trial = await startTrial({}, { sender })
    await captureTexts(trial, trial.dev, shop)
  })
  afterEach(() => trial.stop())

  const say = (text: string) =>
    trial.dev.post('/traffic', { events: [{ type: 'message.received', channel: 'SMS', from: alice, to: shop, text }] })
  const sentTo = (url: string) => sender.requests.filter((request) => request.url === url)
  const verify = (
    secret: string,
    { body, headers }: { body: string | null; headers: Readonly<Record<string, string>> },
  ) => new Webhook(secret).verify(body ?? '', { ...headers })

  test('are told of what they want, signed so that the official library accepts it', async () => {
    const all = (await trial.dev.post('/webhook-endpoints', { url: 'https://hooks.example.com/all' })).body
    const some = (
      await trial.dev.post('/webhook-endpoints', {
        url: 'https://hooks.example.com/some',
        events: ['communication.*', 'conversation.created'],
      })
    ).body
    await say('hello')
    await trial.app.delivery.settled()
    expect(
      sentTo('https://hooks.example.com/some').map(
        (request) => (verify(some.secret, request) as { type: string }).type,
      ),
    ).toEqual(['conversation.created', 'communication.created'])
    const bodies = sentTo('https://hooks.example.com/all').map(
      (request) => verify(all.secret, request) as { type: string; id: string },
    )
    expect(bodies.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['conversation.created', 'participant.added', 'communication.created']),
    )
    for (const [i, request] of sentTo('https://hooks.example.com/all').entries())
      expect(request.headers['webhook-id']).toBe(bodies[i]?.id)
    const [request] = sentTo('https://hooks.example.com/some')
    expect(() => verify(all.secret, request ?? { body: '', headers: {} })).toThrow('No matching signature')
    expect(() => verify(some.secret, { body: `${request?.body} `, headers: request?.headers ?? {} })).toThrow(
      'No matching signature',
    )
    const page = (await trial.dev.get('/events')).body.events
    expect(page.filter(({ type }: { type: string }) => type === 'communication.created')).toEqual([
      JSON.parse(sentTo('https://hooks.example.com/some')[1]?.body ?? ''),
    ])
  })

  test('are signed with both secrets while a rotation lasts', async () => {
    const { endpoint, secret } = (await trial.dev.post('/webhook-endpoints', { url: 'https://hooks.example.com/a' }))
      .body
    const rotated = (await trial.dev.post(`/webhook-endpoints/${endpoint.id}/rotate`)).body
    expect(rotated.secret).not.toBe(secret)
    expect(Date.parse(rotated.endpoint.oldSecretUntil)).toBeGreaterThan(Date.parse(endpoint.createdAt))
    await say('hello')
    await trial.app.delivery.settled()
    const last = sender.requests.at(-1) ?? { body: '', headers: {} }
    expect(verify(secret, last)).toEqual(verify(rotated.secret, last))
  })

  test('can be changed, stopped and deleted, and are then told nothing', async () => {
    const { endpoint } = (
      await trial.dev.post('/webhook-endpoints', { url: 'https://hooks.example.com/a', description: 'orders' })
    ).body
    const changed = (
      await trial.dev.patch(`/webhook-endpoints/${endpoint.id}`, {
        url: 'https://hooks.example.com/b',
        status: 'disabled',
      })
    ).body
    expect(changed).toMatchObject({ url: 'https://hooks.example.com/b', status: 'disabled', description: 'orders' })
    await say('one')
    await trial.app.delivery.settled()
    expect(sentTo('https://hooks.example.com/b')).toEqual([])
    await trial.dev.patch(`/webhook-endpoints/${endpoint.id}`, { status: 'enabled', events: ['communication.created'] })
    await say('two')
    await trial.app.delivery.settled()
    expect(sentTo('https://hooks.example.com/b')).toHaveLength(1)
    expect((await trial.dev.remove(`/webhook-endpoints/${endpoint.id}`)).body).toEqual({
      id: endpoint.id,
      deleted: true,
    })
    expect((await trial.dev.get(`/webhook-endpoints/${endpoint.id}`)).status).toBe(404)
    expect((await trial.dev.get('/webhook-endpoints')).body.endpoints).toEqual([])
    await say('three')
    await trial.app.delivery.settled()
    expect(sentTo('https://hooks.example.com/b')).toHaveLength(1)
  })

  test('of another account are not found', async () => {
    const { endpoint } = (await trial.dev.post('/webhook-endpoints', { url: 'https://hooks.example.com/a' })).body
    expect((await trial.test.get('/webhook-endpoints')).body.endpoints).toEqual([])
    for (const answer of [
      await trial.test.get(`/webhook-endpoints/${endpoint.id}`),
      await trial.test.patch(`/webhook-endpoints/${endpoint.id}`, { status: 'disabled' }),
      await trial.test.remove(`/webhook-endpoints/${endpoint.id}`),
      await trial.test.post(`/webhook-endpoints/${endpoint.id}/rotate`),
      await trial.test.post(`/webhook-endpoints/${endpoint.id}/test`),
    ])
      expect(answer.body).toMatchObject({ status: 404, code: 'not_found' })
  })

  test('can be tried with a signed event, and say what came back', async () => {
    const { endpoint, secret } = (await trial.dev.post('/webhook-endpoints', { url: 'https://hooks.example.com/a' }))
      .body
    expect((await trial.dev.post(`/webhook-endpoints/${endpoint.id}/test`)).body).toEqual({
      delivered: true,
      status: 200,
      error: null,
    })
    expect(verify(secret, sender.requests.at(-1) ?? { body: '', headers: {} })).toMatchObject({
      type: 'test',
      subject: endpoint.id,
    })
    sender.follow(() => ({ status: 500 }))
    expect((await trial.dev.post(`/webhook-endpoints/${endpoint.id}/test`)).body).toEqual({
      delivered: false,
      status: 500,
      error: null,
    })
    sender.follow(() => ({ error: 'The receiver hung up.', refused: false }))
    expect((await trial.dev.post(`/webhook-endpoints/${endpoint.id}/test`)).body).toEqual({
      delivered: false,
      status: null,
      error: 'The receiver hung up.',
    })
  })

  test.each([
    [{}, 'url'],
    [{ url: 'hooks.example.com' }, 'url'],
    [{ url: 'ftp://hooks.example.com' }, 'url'],
    [{ url: `https://hooks.example.com/${'x'.repeat(2048)}` }, 'url'],
    [{ url: 'https://a.example.com', events: ['conversation.exploded'] }, 'events.0'],
    [{ url: 'https://a.example.com', events: 'conversation.created' }, 'events'],
    [{ url: 'https://a.example.com', description: 'x'.repeat(257) }, 'description'],
    [{ url: 'https://a.example.com', secret: 'mine' }, 'secret'],
  ])('are not made from %j', async (draft, field) => {
    expect((await trial.dev.post('/webhook-endpoints', draft)).body).toMatchObject({
      status: 400,
      code: 'invalid',
      field,
    })
  })

  describe('whose receiver fails', () => {
    test('have their deliveries in a log, parked and then tried again by hand', async () => {
      const { endpoint, secret } = (
        await trial.dev.post('/webhook-endpoints', {
          url: 'https://hooks.example.com/a',
          events: ['communication.created'],
        })
      ).body
      sender.follow(() => ({ status: 503 }))
      await say('hello')
      await trial.app.delivery.settled()
      const parked = (await trial.dev.get('/deliveries?state=parked')).body.deliveries
      expect(parked).toMatchObject([
        {
          state: 'parked',
          target: endpoint.id,
          eventType: 'communication.created',
          url: 'https://hooks.example.com/a',
          lastStatus: 503,
          nextAt: expect.any(String),
          eventId: expect.stringMatching(/^event_/),
        },
      ])
      expect((await trial.dev.get(`/deliveries/${encodeURIComponent(parked[0].id)}`)).body).toEqual(parked[0])
      expect((await trial.test.get(`/deliveries/${encodeURIComponent(parked[0].id)}`)).status).toBe(404)
      expect((await trial.test.post(`/deliveries/${encodeURIComponent(parked[0].id)}/replay`)).status).toBe(404)
      expect((await trial.dev.get('/deliveries?state=dead')).body).toEqual({ deliveries: [], next: null })

      const arrived = Promise.withResolvers<void>()
      sender.follow((request) => {
        verify(secret, request)
        arrived.resolve()
        return { status: 200 }
      })
      expect((await trial.dev.post(`/deliveries/${encodeURIComponent(parked[0].id)}/replay`)).body).toEqual({
        queued: 1,
      })
      await arrived.promise
      const tokens = new Set(sentTo('https://hooks.example.com/a').map(({ headers }) => headers['webhook-id']))
      expect([...tokens]).toEqual([parked[0].eventId])
    })

    test('keep what waits while they are stopped, and give it up once they are deleted', async () => {
      const { endpoint } = (
        await trial.dev.post('/webhook-endpoints', {
          url: 'https://hooks.example.com/a',
          events: ['communication.created'],
        })
      ).body
      sender.follow(() => ({ status: 503 }))
      await say('hello')
      await trial.app.delivery.settled()
      const replayed = async (state: string, lastError: string) => {
        const [{ id }] = (await trial.dev.get('/deliveries?state=parked')).body.deliveries
        await trial.dev.post(`/deliveries/${encodeURIComponent(id)}/replay`)
        await vi.waitFor(async () =>
          expect((await trial.dev.get(`/deliveries/${encodeURIComponent(id)}`)).body).toMatchObject({
            state,
            lastError: expect.stringContaining(lastError),
          }),
        )
      }
      const sent = sender.requests.length
      await trial.dev.patch(`/webhook-endpoints/${endpoint.id}`, { status: 'disabled' })
      await replayed('parked', 'could not be made')
      await trial.dev.remove(`/webhook-endpoints/${endpoint.id}`)
      await replayed('dead', 'nobody to tell')
      expect(sender.requests).toHaveLength(sent)
    })

    test('are given up where the receiver says it is of no use, and all dead ones can be sent again', async () => {
      await trial.dev.post('/webhook-endpoints', {
        url: 'https://hooks.example.com/a',
        events: ['communication.created'],
      })
      sender.follow(() => ({ status: 410 }))
      await say('one')
      await say('two')
      await trial.app.delivery.settled()
      expect((await trial.dev.get('/deliveries?state=dead')).body.deliveries).toHaveLength(2)
      const texts: string[] = []
      const both = Promise.withResolvers<void>()
      sender.follow(({ body }) => {
        texts.push(JSON.parse(body ?? '').data.communication.content.text)
        if (texts.length === 2) both.resolve()
        return { status: 200 }
      })
      expect((await trial.dev.post('/deliveries/replay', { state: 'dead' })).body).toEqual({ queued: 2 })
      await both.promise
      expect(texts).toEqual(['one', 'two'])
    })
  })

  test('can be told a range of events again', async () => {
    const { endpoint } = (
      await trial.dev.post('/webhook-endpoints', {
        url: 'https://hooks.example.com/a',
        events: ['communication.created'],
      })
    ).body
    for (const text of ['one', 'two', 'three']) await say(text)
    await trial.app.delivery.settled()
    const ids = sentTo('https://hooks.example.com/a').map(({ headers }) => headers['webhook-id'])
    expect(ids).toHaveLength(3)
    const again = Promise.withResolvers<void>()
    sender.follow(() => {
      if (sentTo('https://hooks.example.com/a').length === 5) again.resolve()
      return { status: 200 }
    })
    const replayed = await trial.dev.post('/deliveries/replay', {
      fromEvent: ids[1],
      toEvent: ids[2],
      target: endpoint.id,
    })
    expect(replayed.body).toEqual({ queued: 2 })
    await again.promise
    expect(
      sentTo('https://hooks.example.com/a')
        .slice(3)
        .map(({ headers }) => headers['webhook-id']),
    ).toEqual(ids.slice(1))
    for (const body of [
      { fromEvent: 'event_x', toEvent: ids[2], target: endpoint.id },
      { state: 'delivered' },
      { fromEvent: ids[0] },
      {},
    ])
      expect((await trial.dev.post('/deliveries/replay', body)).status).toBe(400)
    expect(
      (await trial.test.post('/deliveries/replay', { fromEvent: ids[0], toEvent: ids[2], target: endpoint.id })).status,
    ).toBe(400)
  })
})
