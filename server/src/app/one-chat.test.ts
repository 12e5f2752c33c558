import type twilio from 'twilio'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { clientOf, startOfficial, whole, type Official } from '#conformance/twilio-client.ts'
import { homeOf } from '#domain/vocabulary/home.ts'
import { homeOfId } from '#domain/vocabulary/id.ts'
import { readId } from '#dialects/native/vocabulary.ts'
import type { Caller } from './trial.ts'

/**
 * One chat, seen through the native API and as communications of its conversation through the official Twilio client: a test for
 * each row of the lifecycle's section 4 that is about what is written.
 */

interface Chat {
  readonly id: string
  readonly state: string
  readonly outcome: string | null
  readonly end: { readonly cause: string; readonly at: string } | null
  readonly conversationIds: readonly string[]
}

describe('lifecycle section 4: a session and its conversation', () => {
  let official: Official
  let shop: Caller
  let client: twilio.Twilio
  let agentId: string
  beforeAll(async () => {
    official = await startOfficial()
  })
  afterAll(() => official.stop())
  beforeEach(async () => {
    shop = await official.trial.account('shop', 'test')
    const { made } = shop
    client = clientOf(official.url, made?.key.sid ?? '', made?.keySecret ?? '', made?.account.sid ?? '')
    agentId = await agent()
  })

  async function agent(more: object = {}): Promise<string> {
    const speech = { by: 'script', lines: ['We open at nine.', 'At six.', 'Yes.'], goodbye: 'Goodbye.' }
    return (await shop.post('/agents', { name: 'Ann', welcome: 'Hello!', speech, ...more })).body.id
  }
  async function open(user = 'alice', more: object = {}): Promise<Chat> {
    const opened = await shop.post('/sessions', { kind: 'text', agentId, user, ...more })
    expect(opened.status).toBe(201)
    return opened.body
  }
  const say = (id: string, text: string) => shop.post(`/sessions/${id}/messages`, { text })
  const read = async (id: string): Promise<Chat> => (await shop.get(`/sessions/${id}`)).body
  const end = (id: string) => shop.post(`/sessions/${id}/hang-up`)
  const pass = (by: string) => shop.post('/clock/advance', { by })
  const transcript = async (id: string): Promise<readonly string[]> =>
    (await shop.get(`/sessions/${id}/transcript`)).body.transcript.map(({ text }: { text: string }) => text)
  const twilioId = (id: string | undefined): string => `conv_${id}`
  const conversationOf = async (id: string): Promise<string> => twilioId((await read(id)).conversationIds.at(-1))
  const fetched = (id: string) => whole(client.conversations.v2.conversations(id).fetch())
  const set = (id: string, status: string) => client.conversations.v2.conversations(id).update({ status } as never)
  async function said(id: string) {
    const communications = await client.conversations.v2.communications(id).list()
    return communications.map(({ author, content, channelId }) => [
      author.channel,
      author.address,
      (content as { text: string }).text,
      channelId,
    ])
  }

  test('which conversation: found or made at its first words, in the home of its grouping key; without words there is none', async () => {
    const quiet = await open('bob', { agentId: await agent({ welcome: '' }) })
    expect(quiet.conversationIds).toEqual([])
    expect(await client.conversations.v2.conversations.list()).toEqual([])
    const { id, conversationIds } = await open()
    const [conversation] = await client.conversations.v2.conversations.list()
    expect(conversation?.id).toBe(twilioId(conversationIds[0]))
    const account = shop.made?.account.id ?? ''
    const home = homeOf(account, 'alice')
    expect(homeOfId(readId('session', id) ?? '')).toBe(home)
    expect(homeOfId(readId('conversation', conversationIds[0] ?? '') ?? '')).toBe(home)
    await say(quiet.id, 'hello')
    expect(await client.conversations.v2.conversations.list()).toHaveLength(2)
  })

  test('which conversation: one of the same parties that is open is found, whoever made it', async () => {
    const first = await open()
    await end(first.id)
    const second = await open()
    expect(second.conversationIds).toEqual(first.conversationIds)
    expect((await said(await conversationOf(second.id))).map(([, , , channelId]) => channelId)).toEqual([
      readId('session', first.id),
      readId('session', second.id),
    ])
    expect(await transcript(second.id)).toEqual(['Hello!'])
  })

  test('which conversation: made by the configuration that its agent names', async () => {
    const { related } = await client.conversations.v2.configurations.create({
      displayName: 'Chats',
      description: 'Support',
      conversationGroupingType: 'GROUP_BY_PARTICIPANT_ADDRESSES_AND_CHANNEL_TYPE',
      memoryStoreId: 'mem_store_01ka7n36096q14dr9gpqy77zxy',
      channelSettings: { CHAT: { statusTimeouts: { inactive: 5, closed: 10 }, captureRules: [] } },
    } as never)
    const { configurationId } = related as unknown as { configurationId: string }
    const named = await agent({ configurationId: configurationId.replace(/^conv_/, '') })
    const { id } = await open('alice', { agentId: named })
    const conversation = await conversationOf(id)
    expect((await fetched(conversation)).configurationId).toBe(configurationId)
    await pass('PT10M')
    expect((await fetched(conversation)).status).toBe('CLOSED')
    expect((await read(id)).state).toBe('live')
  })

  test('default configuration: a chat is inactive after 60 minutes, closed after 24 hours', async () => {
    const { id } = await open()
    const conversation = await conversationOf(id)
    await pass('PT59M')
    expect((await fetched(conversation)).status).toBe('ACTIVE')
    await pass('PT1M')
    expect((await fetched(conversation)).status).toBe('INACTIVE')
    await say(id, 'still there')
    expect((await fetched(conversation)).status).toBe('ACTIVE')
    await pass('PT23H59M')
    expect((await fetched(conversation)).status).toBe('INACTIVE')
    await pass('PT1M')
    expect((await fetched(conversation)).status).toBe('CLOSED')
  })

  test('channels, what is said: on CHAT, once, with the session as channel id; the transcript is a view over it', async () => {
    const { id } = await open()
    await say(id, 'When do you open?')
    const conversation = await conversationOf(id)
    const channelId = readId('session', id)
    expect(await said(conversation)).toEqual([
      ['CHAT', agentId, 'Hello!', channelId],
      ['CHAT', 'alice', 'When do you open?', channelId],
      ['CHAT', agentId, 'We open at nine.', channelId],
    ])
    const { participants } = await fetched(conversation)
    expect(
      participants.map(({ type, addresses = [] }) => [type, addresses[0]?.channel, addresses[0]?.address]),
    ).toEqual([
      ['CUSTOMER', 'CHAT', 'alice'],
      ['AGENT', 'CHAT', agentId],
    ])
    await client.conversations.v2.communications(conversation).create({
      author: { address: 'alice', channel: 'CHAT' },
      content: { type: 'TEXT', text: 'said elsewhere' },
      recipients: [{ address: agentId, channel: 'CHAT' }],
    } as never)
    expect(await transcript(id)).toEqual(['Hello!', 'When do you open?', 'We open at nine.'])
  })

  test('closed by request while a chat is live: it is completed in the same transaction', async () => {
    const { id } = await open()
    const other = await open()
    const conversation = await conversationOf(id)
    await set(conversation, 'CLOSED')
    for (const chat of [id, other.id]) {
      expect(await read(chat)).toMatchObject({ outcome: 'completed', end: { cause: 'conversation_closed' } })
      expect(await say(chat, 'hello?')).toMatchObject({ status: 409, body: { code: 'closed' } })
      expect((await end(chat)).body).toMatchObject({ outcome: 'completed' })
    }
    const { events } = (await shop.get('/events?limit=200')).body
    // One transaction is one run of the log, at one instant.
    const at = events.findIndex(
      (event: { type: string; data: { to?: string } }) =>
        event.type === 'conversation.moved' && event.data.to === 'closed',
    )
    const then = events.slice(at + 1, at + 5).filter(({ type }: { type: string }) => type === 'session.moved')
    expect(then).toHaveLength(2)
    for (const one of then) expect(one).toMatchObject({ time: events[at].time, data: { from: 'live', to: 'wrapping' } })
    expect((await fetched(conversation)).status).toBe('CLOSED')
    expect(await transcript(id)).toEqual(['Hello!'])
  })

  test('closed by request while the agent is answering: the session is completed, the answer discarded', async () => {
    const { id } = await open()
    const conversation = await conversationOf(id)
    const [answered] = await Promise.all([say(id, 'When?'), set(conversation, 'CLOSED')])
    expect((await read(id)).outcome).toBe('completed')
    const words = await said(conversation)
    expect([200, 409]).toContain(answered.status)
    expect(words.map(([, , text]) => text)).toEqual(['Hello!', 'When?', 'We open at nine.'].slice(0, words.length))
    expect((await client.conversations.v2.conversations.list()).length).toBe(1)
  })

  test('closed by its clocks while a chat is live: it goes on, and its next words start the next conversation', async () => {
    const { id } = await open()
    const first = await conversationOf(id)
    await pass('PT24H')
    expect((await fetched(first)).status).toBe('CLOSED')
    expect((await read(id)).state).toBe('live')
    await say(id, 'hello again')
    const { conversationIds, state } = await read(id)
    expect([conversationIds.length, state]).toEqual([2, 'live'])
    const second = await conversationOf(id)
    expect((await fetched(second)).status).toBe('ACTIVE')
    expect(await said(second)).toHaveLength(2)
    expect(await transcript(id)).toEqual(['Hello!', 'hello again', 'We open at nine.'])
    const { previousConversationId } = (await shop.get(`/conversations/${conversationIds[1]}`)).body
    expect(previousConversationId).toBe(conversationIds[0])
    await set(second, 'CLOSED')
    expect(await read(id)).toMatchObject({ outcome: 'completed', end: { cause: 'conversation_closed' } })
  })

  test('a session ends: its conversation does not close for it, its clocks decide', async () => {
    const { id } = await open()
    const conversation = await conversationOf(id)
    await end(id)
    expect((await fetched(conversation)).status).toBe('ACTIVE')
    await pass('PT60M')
    expect((await fetched(conversation)).status).toBe('INACTIVE')
    await pass('PT23H')
    expect((await fetched(conversation)).status).toBe('CLOSED')
  })

  test('a conversation is closed that its session has left: the session is not touched', async () => {
    const { id } = await open()
    const ended = await open()
    await end(ended.id)
    const before = await read(ended.id)
    await set(await conversationOf(id), 'CLOSED')
    expect(await read(ended.id)).toMatchObject({ end: before.end, outcome: before.outcome })
    expect(await read(id)).toMatchObject({ end: { cause: 'conversation_closed' } })
  })

  test('D37 deleted: refused while a session is live; afterwards the session stays, without its words', async () => {
    const { id } = await open()
    const conversation = await conversationOf(id)
    const remove = () => client.conversations.v2.conversations(conversation).remove()
    await expect(remove()).rejects.toMatchObject({ status: 409 })
    await end(id)
    await remove()
    await pass('PT1M')
    await expect(client.conversations.v2.conversations(conversation).fetch()).rejects.toMatchObject({ status: 404 })
    expect(await read(id)).toMatchObject({ state: 'ended', outcome: 'completed' })
    expect(await transcript(id)).toEqual([])
  })
})
