import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { captureTexts, startTrial, type Caller, type Trial } from '#app/trial.ts'
import * as wire from './wire.ts'

const alice = '+12025550111'
const bob = '+12025550112'
const shop = '+12025550100'

describe('conversations', () => {
  let trial: Trial
  let shopkeeper: Caller
  beforeAll(async () => {
    trial = await startTrial()
  })
  afterAll(() => trial.stop())
  beforeEach(async () => {
    shopkeeper = await trial.account('shop', 'test')
    await captureTexts(trial, shopkeeper, shop)
  })

  async function say(from: string, text: string, more: object = {}): Promise<string> {
    const { body } = await shopkeeper.post('/traffic', {
      events: [{ type: 'message.received', channel: 'SMS', from, to: shop, text, ...more }],
    })
    return body.results[0].conversationId
  }

  test('say what time will bring, and why', async () => {
    const id = await say(alice, 'hello')
    const { body } = await shopkeeper.get(`/conversations/${id}`)
    expect(body).toMatchObject({
      id,
      status: 'active',
      name: null,
      metadata: {},
      openStreams: [],
      previousConversationId: null,
    })
    const last = Date.parse(body.lastCommunicationAt.SMS)
    expect(body.nextTransition).toMatchObject({
      to: 'inactive',
      at: new Date(last + 10 * 60_000).toISOString(),
      because: expect.stringContaining('SMS'),
    })
    expect(body.participants.map(({ type }: { type: string }) => type).toSorted()).toEqual(['agent', 'customer'])
  })

  test('keep a timeline of what happened, with who and why', async () => {
    const id = await say(alice, 'hello')
    await shopkeeper.post('/clock/advance', { by: 'PT10M' })
    await say(alice, 'still here')
    await shopkeeper.patch(`/conversations/${id}`, { status: 'closed' })
    await shopkeeper.post('/traffic', { events: [{ type: 'stream.ended', callSid: 'CA1' }] })
    const entries = (await shopkeeper.get(`/conversations/${id}/timeline`)).body.timeline
    const moves = entries.filter(({ to }: { to?: string }) => to !== undefined)
    expect(moves.map(({ from, to }: { from: string; to: string }) => `${from} > ${to}`)).toEqual([
      'null > active',
      'active > inactive',
      'inactive > active',
      'active > closed',
    ])
    for (const move of moves)
      expect(move).toMatchObject({
        at: expect.stringMatching(/Z$/),
        by: expect.any(String),
        because: expect.stringMatching(/./),
        refused: false,
      })
    expect(moves[1].by).toBe('deadline')
    expect(moves[3].by).toBe('api')
  })

  test('are listed newest first, by status, address, configuration, channel id and time', async () => {
    const one = await say(alice, 'hello', { channelId: 'SM1' })
    await shopkeeper.post('/clock/advance', { by: 'PT1M' })
    const other = await say(bob, 'hi')
    await shopkeeper.patch(`/conversations/${one}`, { status: 'closed' })
    const ids = async (query: string) =>
      (await shopkeeper.get(`/conversations${query}`)).body.conversations.map(({ id }: { id: string }) => id)
    expect(await ids('')).toEqual([other, one])
    expect(await ids('?status=closed')).toEqual([one])
    expect(await ids('?status=active,inactive')).toEqual([other])
    expect(await ids('?status=active&status=closed')).toEqual([other, one])
    expect(await ids(`?address=${encodeURIComponent(bob)}&address=${encodeURIComponent(shop)}`)).toEqual([other])
    expect(await ids(`?address=${encodeURIComponent(alice)}&status=closed`)).toEqual([one])
    expect(await ids('?channelId=SM1')).toEqual([one])
    const { configuration, createdAt } = (await shopkeeper.get(`/conversations/${other}`)).body
    expect(await ids(`?configurationId=${configuration.id}`)).toEqual([other, one])
    expect(await ids(`?createdBefore=${createdAt}`)).toEqual([one])
    expect(await ids(`?createdAfter=${encodeURIComponent('2999-01-01T00:00:00+01:00')}`)).toEqual([])
  })

  test('are listed in pages whose cursor keeps the filters, and takes no others', async () => {
    for (let i = 0; i < 5; i++) await say(`+1202555012${i}`, 'hello')
    const seen: string[] = []
    const cursors: string[] = []
    for (let query = 'status=active&limit=2'; query !== '';) {
      const { body } = await shopkeeper.get(`/conversations?${query}`)
      seen.push(...body.conversations.map(({ id }: { id: string }) => id))
      if (body.next !== null) cursors.push(body.next)
      query = body.next === null ? '' : `limit=2&cursor=${body.next}`
    }
    expect(new Set(seen).size).toBe(5)
    expect(cursors).toHaveLength(2)
    const [cursor] = cursors
    const elsewhere = [
      await shopkeeper.get(`/conversations?status=closed&cursor=${cursor}`),
      await shopkeeper.get(`/conversations/stuck?cursor=${cursor}`),
      await trial.dev.get(`/conversations?cursor=${cursor}`),
    ]
    for (const { body } of elsewhere) expect(body).toMatchObject({ status: 400, code: 'invalid', field: 'cursor' })
  })

  test('show what was said, oldest first, one by one and in pages', async () => {
    const id = await say(alice, 'one', { resourceId: 'SM1' })
    await say(alice, 'two')
    await say(alice, 'three')
    const first = await shopkeeper.get(`/conversations/${id}/communications?limit=2`)
    expect(first.body.communications.map(({ content }: { content: { text: string } }) => content.text)).toEqual([
      'one',
      'two',
    ])
    const rest = await shopkeeper.get(`/conversations/${id}/communications?limit=2&cursor=${first.body.next}`)
    expect(rest.body).toMatchObject({ communications: [{ content: { type: 'text', text: 'three' } }], next: null })
    const [communication] = first.body.communications
    expect(communication).toMatchObject({
      conversationId: id,
      resourceId: 'SM1',
      author: { channel: 'SMS', address: alice },
      recipients: [{ address: shop }],
    })
    expect((await shopkeeper.get(`/conversations/${id}/communications/${communication.id}`)).body).toEqual(
      communication,
    )
    const { participants } = (await shopkeeper.get(`/conversations/${id}/participants`)).body
    expect(participants.map((one: { id: string }) => one.id)).toContain(communication.author.participantId)
  })

  test('can be named, described, paused and closed, and then never change', async () => {
    const id = await say(alice, 'hello')
    const changed = await shopkeeper.patch(`/conversations/${id}`, {
      name: 'Order 4471',
      metadata: { case: 'C-1', old: 'x' },
      status: 'inactive',
    })
    expect(changed.body).toMatchObject({ name: 'Order 4471', metadata: { case: 'C-1', old: 'x' }, status: 'inactive' })
    expect((await shopkeeper.patch(`/conversations/${id}`, { metadata: { old: null } })).body.metadata).toEqual({
      case: 'C-1',
    })
    expect((await shopkeeper.patch(`/conversations/${id}`, { status: 'closed' })).body).toMatchObject({
      status: 'closed',
      nextTransition: null,
    })
    expect((await shopkeeper.patch(`/conversations/${id}`, { status: 'active' })).body).toMatchObject({
      status: 409,
      code: 'closed',
    })
    expect((await shopkeeper.patch(`/conversations/${id}`, { name: 'late' })).body).toMatchObject({
      status: 409,
      code: 'closed',
    })
  })

  test('are changed once with an idempotency key, and the answer comes again, byte by byte', async () => {
    const id = await say(alice, 'hello')
    const key = { 'idempotency-key': '"change-1"' }
    const first = await shopkeeper.patch(`/conversations/${id}`, { name: 'first' }, key)
    expect(z.strictObject(wire.conversation.shape).safeParse(first.body).error).toBeUndefined()
    await shopkeeper.patch(`/conversations/${id}`, { name: 'second' })
    const again = await shopkeeper.patch(`/conversations/${id}`, { name: 'first' }, key)
    expect(again).toMatchObject({ status: 200, text: first.text, headers: { 'idempotency-replayed': 'true' } })
    expect((await shopkeeper.get(`/conversations/${id}`)).body.name).toBe('second')
    expect((await shopkeeper.patch(`/conversations/${id}`, { name: 'other' }, key)).body).toMatchObject({
      status: 422,
      code: 'idempotency_reused',
    })
    const removed = { 'idempotency-key': 'remove-1' }
    expect((await shopkeeper.remove(`/conversations/${id}`, removed)).status).toBe(200)
    expect(await shopkeeper.remove(`/conversations/${id}`, removed)).toMatchObject({
      status: 200,
      body: { deleted: true },
    })
    expect((await shopkeeper.remove(`/conversations/${id}`)).status).toBe(404)
  })

  test('are gone when deleted', async () => {
    const id = await say(alice, 'hello')
    expect((await shopkeeper.remove(`/conversations/${id}`)).body).toEqual({ id, deleted: true })
    for (const path of ['', '/timeline', '/communications', '/participants'])
      expect((await shopkeeper.get(`/conversations/${id}${path}`)).status).toBe(404)
    expect(await say(alice, 'hello again')).not.toBe(id)
  })

  test('that nothing but the three-year limit will end are shown as stuck', async () => {
    await say(alice, 'hello')
    const { configuration } = (await shopkeeper.get('/conversations')).body.conversations[0]
    const silent = await trial.app.services.conversations.create(
      { account: shopkeeper.made?.account.id ?? '', by: 'test' },
      {
        configurationId: configuration.id.replace('configuration_', ''),
        participants: [{ addresses: [{ channel: 'VOICE', address: bob }] }],
      },
    )
    const id = silent.value && 'created' in silent.value ? `conversation_${silent.value.created.conversation.id}` : ''
    const stuck = (await shopkeeper.get('/conversations/stuck')).body.conversations
    expect(stuck).toMatchObject([
      { id, status: 'active', lastCommunicationAt: {}, nextTransition: { to: 'closed', at: stuck[0].endsBy } },
    ])
    await shopkeeper.patch(`/conversations/${id}`, { status: 'closed' })
    expect((await shopkeeper.get('/conversations/stuck')).body.conversations).toEqual([])
  })

  test('of another account are not found, whatever is asked', async () => {
    const id = await say(alice, 'hello')
    for (const path of ['', '/timeline', '/communications', '/participants'])
      expect((await trial.dev.get(`/conversations/${id}${path}`)).body).toMatchObject({
        status: 404,
        code: 'not_found',
      })
    expect((await trial.dev.patch(`/conversations/${id}`, { status: 'closed' })).status).toBe(404)
    expect((await trial.dev.remove(`/conversations/${id}`)).status).toBe(404)
    expect((await shopkeeper.get(`/conversations/${id}`)).body.status).toBe('active')
  })

  test.each([
    'conversation_x',
    'conversation_00000000000000000000000000',
    'participant_00000000000000000000000000',
    '%00',
    'x'.repeat(201),
  ])('with the id %s are not found', async (id) => {
    expect((await shopkeeper.get(`/conversations/${id}`)).status).toBeGreaterThanOrEqual(400)
    expect((await shopkeeper.get(`/conversations/${id}`)).status).toBeLessThan(405)
  })

  test.each([
    ['?status=open', 'status.0'],
    ['?limit=0', 'limit'],
    ['?limit=1001', 'limit'],
    ['?limit=many', 'limit'],
    ['?createdAfter=yesterday', 'createdAfter'],
    ['?createdAfter=2026-11-20', 'createdAfter'],
    ['?configurationId=x', 'configurationId'],
    ['?cursor=forged', 'cursor'],
    ['?cursor=e30.AAAAAAAAAAAAAAAAAAAAAA', 'cursor'],
    ['?colour=red', 'colour'],
  ])('are not listed by %s', async (query, field) => {
    expect((await shopkeeper.get(`/conversations${query}`)).body).toMatchObject({ status: 400, code: 'invalid', field })
  })

  test.each([
    [{ status: 'open' }, 'status'],
    [{ name: 7 }, 'name'],
    [{ name: 'x'.repeat(257) }, 'name'],
    [{ metadata: { key: 1 } }, 'metadata.key'],
    [{ metadata: [] }, 'metadata'],
    [{ participants: [] }, 'participants'],
    [[], undefined],
  ])('are not changed by %j', async (change, field) => {
    const id = await say(alice, 'hello')
    const { body } = await shopkeeper.patch(`/conversations/${id}`, change)
    expect(body).toMatchObject({ status: 400, ...(field !== undefined && { code: 'invalid', field }) })
  })
})

describe('configurations', () => {
  test('are read, with their rules', async () => {
    const trial = await startTrial()
    const id = await captureTexts(trial, trial.test, shop)
    const { body } = await trial.test.get('/configurations')
    expect(body).toMatchObject({
      configurations: [
        {
          id: `configuration_${id}`,
          version: 1,
          channels: { SMS: { timeoutsMinutes: { inactive: 10, closed: 30 } }, VOICE: { timeoutsMinutes: null } },
        },
        { displayName: 'Default', channels: { VOICE: { timeoutsMinutes: null, capture: [] } } },
      ],
      next: null,
    })
    expect((await trial.test.get(`/configurations/configuration_${id}`)).body).toEqual(body.configurations[0])
    expect((await trial.dev.get(`/configurations/configuration_${id}`)).status).toBe(404)
    await trial.stop()
  })
})
