import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startMailServer } from '#conformance/mail-server.ts'
import { clientOf, startOfficial, type Official } from '#conformance/twilio-client.ts'
import { smtpTarget } from './smtp-url.ts'
import { startTrial, type Caller } from './trial.ts'

const alice = 'alice@example.org'
const speech = { by: 'script', lines: ['We open at nine.', 'At six.'], goodbye: 'Goodbye.' }
const writer = {
  name: 'Ann',
  welcome: 'Hello {name}!',
  speech,
  mail: { address: 'shop@example.com', subject: 'Your order' },
}

interface Recorded {
  readonly messageId: string
  readonly text: string
  readonly subject: string
  readonly inReplyTo: string | null
  readonly references: readonly string[]
}

describe('an exchange of mail over HTTP', () => {
  let official: Official
  let shop: Caller
  let agentId: string
  beforeAll(async () => {
    official = await startOfficial()
  })
  afterAll(() => official.stop())
  beforeEach(async () => {
    shop = await official.trial.account('shop', 'test')
    agentId = (await shop.post('/agents', writer)).body.id
  })
  const open = (more: object = {}, headers = {}) =>
    shop.post('/sessions', { kind: 'email', agentId, user: 'alice', to: alice, ...more }, headers)
  const pass = (by: string) => shop.post('/clock/advance', { by })
  const mails = async (who = shop): Promise<Recorded[]> => (await who.get('/mails')).body.mails
  const reply = (more: object) =>
    shop.post('/traffic', {
      events: [
        { type: 'message.received', channel: 'EMAIL', from: alice, to: 'shop@example.com', text: 'When?', ...more },
      ],
    })

  test('goes there and back in one thread, shown with its mail and its words', async () => {
    const opened = await open({ data: { name: 'Alice' } })
    expect(opened).toMatchObject({
      status: 201,
      body: {
        kind: 'email',
        state: 'dialing',
        waitingFor: 'mail',
        user: 'alice',
        mail: { to: alice, from: 'shop@example.com', subject: 'Your order' },
        nextTransition: { to: 'ended', because: 'its first mail was not sent in time' },
      },
    })
    await pass('PT1S')
    const { id } = opened.body
    expect((await shop.get(`/sessions/${id}`)).body).toMatchObject({
      state: 'live',
      nextTransition: { to: 'wrapping' },
    })
    const [first] = await mails()
    expect(first).toMatchObject({ text: 'Hello Alice!', subject: 'Your order', inReplyTo: null, references: [] })

    const told = { messageId: 'a@mail.example.org', inReplyTo: first!.messageId, subject: 'Aw:\r\n Your order' }
    const answered = await reply(told)
    expect(answered.body.results).toEqual([
      { status: 'recorded', conversationId: expect.any(String), communicationId: expect.any(String) },
    ])
    expect((await reply({ ...told, messageId: '<a@mail.example.org>' })).body.results).toMatchObject([
      { status: 'noted', communicationId: answered.body.results[0].communicationId },
    ])
    await pass('PT1S')
    const [second] = await mails()
    expect(second).toMatchObject({
      text: 'We open at nine.',
      subject: 'Re: Aw: Your order',
      inReplyTo: '<a@mail.example.org>',
      references: [first!.messageId, '<a@mail.example.org>'],
    })
    const header = `${second!.references.join('\r\n ')} ${second!.messageId}`
    await reply({ messageId: '<b@mail.example.org>', references: header, text: 'Bye' })
    await pass('PT1S')
    expect((await mails()).map(({ text }) => text)).toEqual(['Goodbye.', 'We open at nine.', 'Hello Alice!'])
    const { transcript } = (await shop.get(`/sessions/${id}/transcript`)).body
    expect(transcript).toEqual([
      { who: 'agent', text: 'Hello Alice!' },
      { who: 'user', text: 'When?' },
      { who: 'agent', text: 'We open at nine.' },
      { who: 'user', text: 'Bye' },
      { who: 'agent', text: 'Goodbye.' },
    ])
    expect((await shop.get(`/sessions/${id}`)).body).toMatchObject({
      state: 'ended',
      outcome: 'completed',
      userTurns: 2,
    })
    // What was written stands in the conversation alone.
    expect((await shop.get(`/sessions/${id}/timeline?limit=1000`)).text).not.toMatch(/nine|Your order/)
  })

  test('is shown to the official Twilio client as communications on CHAT', async () => {
    await open()
    await pass('PT1S')
    await reply({ inReplyTo: (await mails())[0]!.messageId })
    await pass('PT1S')
    const { made } = shop
    const client = clientOf(official.url, made?.key.sid ?? '', made?.keySecret ?? '', made?.account.sid ?? '')
    const [conversation] = await client.conversations.v2.conversations.list()
    const communications = await client.conversations.v2.communications(conversation!.id ?? '').list()
    const shown = JSON.parse(JSON.stringify(communications)) as { author: { channel: string; address: string } }[]
    expect(shown.map(({ author }) => [author.channel, author.address])).toEqual([
      ['CHAT', 'shop@example.com'],
      ['CHAT', alice],
      ['CHAT', 'shop@example.com'],
    ])
  })

  test('is the same order under the same Idempotency-Key or reference, and another account sees nothing of it', async () => {
    const one = await open({}, { 'idempotency-key': 'k1' })
    const again = await open({}, { 'idempotency-key': 'k1' })
    expect(again.body.id).toBe(one.body.id)
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect((await open({ user: 'bob' }, { 'idempotency-key': 'k1' })).status).toBe(409)
    await pass('PT1S')
    expect(await mails()).toHaveLength(1)
    const other = await official.trial.account('other', 'test')
    expect(await mails(other)).toEqual([])
    expect((await other.get(`/sessions/${one.body.id}`)).status).toBe(404)
  })

  test.each([
    [{ to: 'alice' }, 'to'],
    [{ to: 'alice@example.org\nBcc: eve@example.net' }, 'to'],
    [{ to: undefined }, 'to'],
    [{ from: 'a@b, c@d' }, 'from'],
    [{ subject: 'a\r\nBcc: eve@example.net' }, 'subject'],
    [{ user: '' }, 'user'],
    [{ idleSeconds: 1 }, 'idleSeconds'],
    [{ colour: 'red' }, 'colour'],
    [{ kind: 'fax' }, 'kind'],
  ])('with %j is refused', async (more, field) => {
    expect(await open(more)).toMatchObject({ status: 400, body: { code: 'invalid', field } })
    expect(await mails()).toEqual([])
  })

  test('ends when its own time says so', async () => {
    const { id } = (await open({ idleSeconds: 3600 })).body
    await pass('PT59M')
    expect((await shop.get(`/sessions/${id}`)).body).toMatchObject({ outcome: null })
    await pass('PT5M')
    expect((await shop.get(`/sessions/${id}`)).body).toMatchObject({ outcome: 'completed', end: { cause: 'idle' } })
  })

  test.each([
    [{ messageId: 'a b' }, 'messageId'],
    [{ messageId: '' }, 'messageId'],
    [{ references: [1] }, 'references.0'],
    [{ inReplyTo: 7 }, 'inReplyTo'],
    [{ channel: 'SMS', subject: 'x' }, 'subject'],
  ])('a reply with %j is refused', async (more, field) => {
    const { body } = await reply(more)
    expect(body.results[0]).toMatchObject({ status: 'refused', problem: { code: 'invalid', field } })
  })
})

test('with --smtp-url mail goes to the server, from the usual address where an agent has none, and none is kept here', async () => {
  const server = await startMailServer()
  const smtp = smtpTarget(`smtp://127.0.0.1:${server.port}`) ?? null
  const trial = await startTrial({ smtp, mailFrom: 'office@example.com', mailDomain: 'mail.example.com' })
  const { mail: _mail, ...nameless } = writer
  const agentId = (await trial.test.post('/agents', nameless)).body.id
  const opened = await trial.test.post('/sessions', { kind: 'email', agentId, user: 'alice', to: alice })
  await trial.test.post('/clock/advance', { by: 'PT1S' })
  expect((await trial.test.get(`/sessions/${opened.body.id}`)).body.state).toBe('live')
  expect(server.mails).toMatchObject([{ from: 'office@example.com', to: [alice], text: 'Hello !\r\n' }])
  const { headers } = server.mails[0]!
  expect(headers['message-id']).toMatch(/^<[0-9a-z]{26}\.[0-9a-z]{26}@mail\.example\.com>$/)
  const now = Date.parse((await trial.test.get('/clock')).body.now)
  expect(now - Date.parse(headers['date'] ?? '')).toBeLessThan(5_000)
  expect((await trial.test.get('/mails')).body).toMatchObject({ status: 404, code: 'not_found' })
  await trial.stop()
  await server.stop()
})

test('a mail server that is busy is tried again, one that refuses for good ends it', async () => {
  const refusals = [451, 550]
  const server = await startMailServer({}, (step) => {
    const code = step === 'rcpt' ? refusals.shift() : undefined
    return code === undefined ? undefined : { code, text: 'no' }
  })
  const trial = await startTrial({ smtp: smtpTarget(`smtp://127.0.0.1:${server.port}`) ?? null })
  const { test: own } = trial
  const agentId = (await own.post('/agents', writer)).body.id
  const open = async () =>
    (await own.post('/sessions', { kind: 'email', agentId, user: 'alice', to: alice })).body.id as string
  const read = async (id: string) => (await own.get(`/sessions/${id}`)).body
  const busy = await open()
  await own.post('/clock/advance', { by: 'PT30S' })
  expect(await read(busy)).toMatchObject({
    state: 'dialing',
    nextTransition: { because: 'its first mail was not sent in time' },
  })
  const refused = await open()
  await own.post('/clock/advance', { by: 'PT1M' })
  expect(await read(refused)).toMatchObject({
    outcome: 'failed',
    end: { cause: 'mail_not_sent', by: 'carrier', note: 'the mail server answered 550' },
  })
  expect((await read(busy)).state).toBe('live')
  expect(server.mails).toHaveLength(1)
  await trial.stop()
  await server.stop()
})
