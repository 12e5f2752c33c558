import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { captureTexts, startTrial, type Trial } from '#app/trial.ts'

const alice = '+12025550111'
const bob = '+12025550112'
const shop = '+12025550100'

describe('traffic', () => {
  let trial: Trial
  beforeAll(async () => {
    trial = await startTrial()
    await captureTexts(trial, trial.test, shop)
  })
  afterAll(() => trial.stop())

  const say = (from: string, text: string, more: object = {}) => ({
    type: 'message.received',
    channel: 'SMS',
    from,
    to: shop,
    text,
    ...more,
  })

  test('starts conversations, one for each pair of parties', async () => {
    const { status, body } = await trial.test.post('/traffic', {
      events: [say(alice, 'hello'), say(bob, 'hi'), say(alice, 'are you there?')],
    })
    expect(status).toBe(200)
    const [first, other, again] = body.results
    expect(first).toEqual({
      status: 'recorded',
      conversationId: expect.stringMatching(/^conversation_[0-9a-z]{26}$/),
      communicationId: expect.stringMatching(/^communication_/),
    })
    expect(again.conversationId).toBe(first.conversationId)
    expect(other.conversationId).not.toBe(first.conversationId)
  })

  test('of which one item is bad is taken but for that one', async () => {
    const events = [
      say(alice, 'one'),
      { type: 'message.received', channel: 'PIGEON', from: alice, to: shop, text: '?' },
      'nonsense',
      say(alice, 'two', { colour: 'red' }),
      say(alice, 'three'),
    ]
    const { status, body } = await trial.test.post('/traffic', { events })
    expect(status).toBe(200)
    expect(body.results.map((result: { status: string }) => result.status)).toEqual([
      'recorded',
      'refused',
      'refused',
      'refused',
      'recorded',
    ])
    expect(body.results[1].problem).toMatchObject({ code: 'invalid', field: 'channel' })
    expect(body.results[3].problem).toMatchObject({
      code: 'invalid',
      field: 'colour',
      detail: 'There is no field colour.',
    })
  })

  test('is taken once with an idempotency key, and the answer comes again, byte by byte', async () => {
    const body = { events: [say(alice, 'only once'), { type: 'nonsense' }] }
    const first = await trial.test.post('/traffic', body, { 'idempotency-key': 'traffic-1' })
    const second = await trial.test.post('/traffic', body, { 'idempotency-key': 'traffic-1' })
    expect(second.text).toBe(first.text)
    const words = await trial.test.get(
      `/conversations/${first.body.results[0].conversationId}/communications?limit=1000`,
    )
    expect(
      words.body.communications.filter(({ content }: { content: { text: string } }) => content.text === 'only once'),
    ).toHaveLength(1)
    const other = await trial.test.post(
      '/traffic',
      { events: [say(alice, 'another')] },
      { 'idempotency-key': 'traffic-1' },
    )
    expect(other.body).toMatchObject({ status: 422, code: 'idempotency_reused' })
    expect((await trial.test.post('/traffic', body, { 'idempotency-key': 'a b' })).body).toMatchObject({
      code: 'invalid',
      field: 'Idempotency-Key',
    })
  })

  test('updates what was reported before under the same resource id', async () => {
    const events = [
      say(bob, 'firts', { resourceId: 'SM-typo' }),
      say(bob, 'first', { resourceId: 'SM-typo' }),
      { type: 'delivery.updated', resourceId: 'SM-typo', status: 'delivered' },
    ]
    const { body } = await trial.test.post('/traffic', { events })
    expect(body.results.map(({ status }: { status: string }) => status)).toEqual(['recorded', 'updated', 'updated'])
    expect(body.results[1].communicationId).toBe(body.results[0].communicationId)
  })

  test('of a call becomes a conversation with its first word and ends with its stream (T19, T22)', async () => {
    const call = { callSid: 'CA1', from: '+12025550113', to: shop }
    const { body } = await trial.test.post('/traffic', {
      events: [
        { type: 'stream.started', direction: 'inbound', ...call },
        {
          type: 'utterance',
          callSid: 'CA1',
          track: 'inbound',
          text: 'hello?',
          transcription: { confidence: 0.9, words: [{ text: 'hello' }] },
        },
        { type: 'tts.fragment', callSid: 'CA1', text: 'Good morning.' },
        { type: 'stream.ended', callSid: 'CA1' },
      ],
    })
    const [started, utterance, fragment, ended] = body.results
    expect(started.conversationId).toBeUndefined()
    expect([utterance.status, fragment.status, ended.status]).toEqual(['recorded', 'recorded', 'ended'])
    const conversation = await trial.test.get(`/conversations/${utterance.conversationId}`)
    expect(conversation.body.status).toBe('closed')
  })

  test('that names a configuration may do so in the form of another API of this server', async () => {
    const { configurations } = (await trial.test.get('/configurations')).body
    const [{ id }] = configurations
    const started = (configurationId: string, callSid: string) => ({
      type: 'stream.started',
      direction: 'inbound',
      from: '+12025550114',
      to: '+12025550115',
      callSid,
      configurationId,
    })
    const { results } = (
      await trial.test.post('/traffic', {
        events: [started(id, 'CA70'), started(`conv_${id}`, 'CA71'), started(`conv_conv_${id}`, 'CA72')],
      })
    ).body
    expect(results.map(({ status }: { status: string }) => status)).toEqual(['attached', 'attached', 'refused'])
    expect((await trial.test.get(`/conversations?configurationId=conv_${id}`)).status).toBe(200)
  })

  test('that is compressed is refused with the reason, not as bad JSON', async () => {
    const send = (encoding: string) =>
      trial.app.fastify.inject({
        method: 'POST',
        url: '/api/v1/traffic',
        payload: gzipSync('{"events": []}'),
        headers: { ...trial.test.headers, 'content-type': 'application/json', 'content-encoding': encoding },
      })
    expect((await send('gzip')).json()).toMatchObject({
      status: 415,
      code: 'unsupported_media_type',
      detail: 'Send the body as it is: Content-Encoding gzip is not read here.',
    })
    expect((await send('identity')).json()).toMatchObject({ status: 400, code: 'malformed' })
  })

  test('that no rule captures is ignored, and says so', async () => {
    const { body } = await trial.test.post('/traffic', { events: [{ ...say(alice, 'hello'), to: '+12025550199' }] })
    expect(body.results).toEqual([{ status: 'ignored', because: expect.any(String) }])
  })

  test.each([
    ['nothing', undefined, 400],
    ['no list', { events: {} }, 400],
    ['an empty list', { events: [] }, 400],
    ['too many', { events: Array.from({ length: 1001 }, () => ({})) }, 400],
    ['another field', { events: [{}], more: 1 }, 400],
    ['a list alone', [{}], 400],
  ])('that is %s is refused as a whole', async (_what, body, status) => {
    const answer = await trial.test.post('/traffic', body)
    expect(answer).toMatchObject({
      status,
      headers: { 'content-type': expect.stringContaining('application/problem+json') },
    })
  })

  test('that is no JSON, or of another type, or too large, is refused as a whole', async () => {
    const send = (payload: string | Buffer, type: string) =>
      trial.app.fastify.inject({
        method: 'POST',
        url: '/api/v1/traffic',
        payload,
        headers: { ...trial.test.headers, 'content-type': type },
      })
    expect((await send('{"events": [', 'application/json')).json()).toMatchObject({ status: 400, code: 'malformed' })
    expect((await send('{"events": [{"__proto__": {}}]}', 'application/json')).statusCode).toBe(400)
    expect((await send('{"events": [{"text": "\\ud800"}]}', 'application/json')).json()).toMatchObject({
      status: 400,
      code: 'malformed',
      detail: expect.stringContaining('surrogate'),
    })
    const broken = Buffer.from('{"events": [{"text": "\u00ff"}]}', 'latin1')
    expect((await send(broken, 'application/json')).json()).toMatchObject({
      status: 400,
      code: 'malformed',
      detail: expect.stringContaining('UTF-8'),
    })
    expect((await send('events=1', 'application/x-www-form-urlencoded')).json()).toMatchObject({
      status: 415,
      code: 'unsupported_media_type',
    })
    expect((await send(`{"events": ["${'x'.repeat(40 * 1024 * 1024)}"]}`, 'application/json')).json()).toMatchObject({
      status: 413,
      code: 'too_large',
    })
  })

  test.each([
    [{ type: 'message.received' }, 'channel'],
    [{ type: 'message.lost' }, 'type'],
    [say(alice, 'x', { occurredAt: 'noon' }), 'occurredAt'],
    [say('', 'x'), 'from'],
    [say('x'.repeat(255), 'x'), 'from'],
    [{ ...say(alice, 'x'), text: null }, 'text'],
    [{ type: 'delivery.updated', resourceId: 'SM1', status: 'lost' }, 'status'],
    [{ type: 'stream.started', callSid: 'CA9', from: alice, to: shop, direction: 'up' }, 'direction'],
    [
      { type: 'stream.started', callSid: 'CA9', from: alice, to: shop, direction: 'inbound', conversationId: 'x' },
      'conversationId',
    ],
    [
      { type: 'utterance', callSid: 'CA9', track: 'inbound', text: 'x', transcription: { confidence: 2 } },
      'transcription.confidence',
    ],
    [{ type: 'stream.ended', callSid: '' }, 'callSid'],
    [null, undefined],
    [[], undefined],
  ])('with the item %j says what is wrong with it', async (item, field) => {
    const { status, body } = await trial.test.post('/traffic', { events: [item] })
    expect(status).toBe(200)
    expect(body.results[0]).toMatchObject({
      status: 'refused',
      problem: { code: 'invalid', ...(field !== undefined && { field }) },
    })
  })
})
