import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCallsHouse, talker, type CallsHouse, type HouseOptions } from '#conformance/calls-house.ts'
import { handAgent } from '#conformance/hand-agent.ts'
import { handMailer } from '#conformance/hand-mailer.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import { dayMs, hourMs, minuteMs } from '#domain/vocabulary/instant.ts'
import { homeOfId, type Id } from '#domain/vocabulary/id.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { TrafficEvent, TrafficResult } from '../api.ts'
import type { AgentRuntime, OutgoingMail, TurnInput, TurnReply } from '../calls/ports.ts'
import type { MailDraft, OpenedMail } from './api.ts'

const shop = 'shop@example.com'
const alice = 'alice@example.org'
const writer: Partial<AgentDefinition> = {
  mail: { address: shop, subject: 'Your order' },
  speech: { by: 'script', lines: ['We open at nine.', 'On Sundays, too.', 'Yes.'], goodbye: 'Goodbye.' },
}

let house: CallsHouse
beforeEach(async () => {
  house = await openCallsHouse()
})
afterEach(() => house.close())

async function refurnish(own: HouseOptions): Promise<void> {
  await house.close()
  house = await openCallsHouse(own)
}

function got<Value>(answer: Value | Refused): Value {
  if (isRefused(answer)) throw new Error(`${answer.refusal.code}: ${answer.refusal.message}`)
  return answer
}

async function tryOpen(draft: Partial<MailDraft> & Pick<MailDraft, 'agent'>): Promise<OpenedMail | Refused> {
  return house.services.mails.open(house.ask, { user: 'alice', to: alice, data: null, ...draft })
}

async function open(definition: Partial<AgentDefinition> = {}, draft: Partial<MailDraft> = {}): Promise<Id> {
  const opened = got(await tryOpen({ agent: { id: await house.agent({ ...writer, ...definition }) }, ...draft }))
  return opened.view.session.id
}

/** Live, its first mail sent. */
async function live(definition: Partial<AgentDefinition> = {}): Promise<{ id: Id; first: OutgoingMail }> {
  const id = await open(definition)
  await house.pass(1)
  return { id, first: house.mailer.sent.at(-1)! }
}

type Reply = Extract<TrafficEvent, { type: 'message.received' | 'message.sent' }>

const replying = (to: OutgoingMail, more: Partial<Reply> = {}): Reply => ({
  type: 'message.received',
  channel: 'EMAIL',
  from: alice,
  to: shop,
  text: 'When do you open?',
  inReplyTo: to.messageId,
  ...more,
})

async function tell(...events: readonly TrafficEvent[]): Promise<readonly TrafficResult[]> {
  const outcome = await house.services.traffic.ingest(house.ask, events)
  return outcome.value ?? []
}

async function said(id: Id): Promise<readonly string[]> {
  const words = await house.services.sessions.transcript(await house.session(id))
  return words.map(({ who, text }) => `${who}: ${text}`)
}

async function types(id: Id): Promise<readonly string[]> {
  return (await house.events(id)).map(({ type }) => type)
}

const texts = (): readonly string[] => house.mailer.sent.map(({ text }) => text)

/** An agent that says the same each time. */
function answering(reply: TurnReply): AgentRuntime {
  return { turn: async ({ on }) => (on === 'start' ? { say: 'Hello.' } : reply) }
}

describe('an e-mail session', () => {
  it('is dialing until its first mail was sent, then live', async () => {
    const id = await open()
    expect(await house.session(id)).toMatchObject({
      kind: 'email',
      direction: 'outbound',
      state: 'dialing',
      user: 'alice',
      own: shop,
    })
    await house.pass(1)
    expect(await house.states(id)).toEqual(['dialing', 'live'])
    const [mail, ...others] = house.mailer.sent
    expect(others).toEqual([])
    expect(mail).toMatchObject({ from: shop, to: alice, subject: 'Your order', text: talker.welcome })
    expect(mail?.messageId).toMatch(new RegExp(`^<[0-9a-z]{26}\\.${id}@colloquy\\.test>$`))
    expect(mail).not.toHaveProperty('inReplyTo')
    expect(await said(id)).toEqual([`agent: ${talker.welcome}`])
  })

  it('is a conversation on EMAIL with its communications, made in its home; the address there is that of the mail', async () => {
    const { id, first } = await live()
    await tell(replying(first))
    const [conversation, ...others] = await house.conversations()
    expect(others).toEqual([])
    expect(homeOfId(conversation!.id)).toBe(homeOfId(id))
    expect(conversation!.participants.map(({ type, addresses }) => [type, addresses])).toEqual([
      ['customer', [{ channel: 'EMAIL', address: alice }]],
      ['agent', [{ channel: 'EMAIL', address: shop }]],
    ])
    const page = await house.services.conversations.communications(house.account, conversation!.id, {
      after: 0,
      limit: 10,
    })
    const [greeting, reply] = page!.items.map(({ communication }) => communication)
    expect(greeting).toMatchObject({
      channelId: id,
      resourceId: first.messageId,
      author: { address: shop },
      recipients: [{ address: alice, delivery: 'in_progress' }],
    })
    expect(reply).toMatchObject({ channelId: id, author: { address: alice }, content: { text: 'When do you open?' } })
  })

  it('takes from, subject, agent version, context and data from its order', async () => {
    const asked: TurnInput[] = []
    await refurnish({ runtime: { turn: async (input) => (asked.push(input), { say: 'Hello.' }) } })
    const draft = { from: 'bob@example.com', subject: 'Grüße', context: 'He waits.', data: { name: 'Alice' } }
    const id = await open({}, draft)
    await house.pass(1)
    expect(house.mailer.sent).toMatchObject([{ from: 'bob@example.com', subject: 'Grüße', text: 'Hello.' }])
    expect(asked).toMatchObject([
      { session: id, channel: 'email', on: 'start', said: [], data: { name: 'Alice' }, context: 'He waits.' },
    ])
    const view = await house.services.sessions.get(house.account, id)
    expect(view?.order.mail).toEqual({ to: alice, from: 'bob@example.com', subject: 'Grüße' })
  })

  it.each([
    [{ to: 'nobody' }, 'to'],
    [{ to: 'alice@example.org\r\nBcc: bob@example.org' }, 'to'],
    [{ from: 'Shop <shop@example.com>' }, 'from'],
    [{ subject: 'Hello\r\nBcc: bob@example.org' }, 'subject'],
    [{ to: 'SHOP@example.com' }, 'to'],
    [{ user: '' }, 'user'],
    [{ context: 'x'.repeat(64 * 1024 + 1) }, 'order.context'],
    [{ policy: { setupMs: 1 } }, 'policy.setupMs'],
  ] as const)('with %j is refused, and nothing is sent', async (draft, field) => {
    const agent = { id: await house.agent(writer) }
    const refused = await tryOpen({ agent, ...draft })
    expect(isRefused(refused) && refused.refusal).toMatchObject({ code: 'invalid', field })
    await house.pass(1)
    expect(texts()).toEqual([])
  })

  it('needs an address to be from: the order’s, the agent’s or the server’s', async () => {
    const refused = await tryOpen({ agent: { id: await house.agent({}) } })
    expect(isRefused(refused) && refused.refusal).toMatchObject({ code: 'invalid', field: 'from' })
    const unknown = await tryOpen({ agent: { id: '01ka7n36096q14dr9gpqy77zxy' } })
    expect(isRefused(unknown) && unknown.refusal).toMatchObject({ code: 'not_found' })
  })

  it('ordered twice under one reference is one session and one mail', async () => {
    const agent = { id: await house.agent(writer) }
    const draft = { agent, reference: { key: 'order-1' } }
    const [one, other] = await Promise.all([tryOpen(draft), tryOpen(draft)])
    expect(got(one).view.session.id).toBe(got(other).view.session.id)
    expect(new Set([got(one).repeated, got(other).repeated])).toEqual(new Set([false, true]))
    await house.pass(1)
    expect(texts()).toHaveLength(1)
    const taken = await tryOpen({ ...draft, user: 'bob' })
    expect(isRefused(taken) && taken.refusal).toMatchObject({ code: 'in_use', conflicting: { noun: 'session' } })
  })

  it('fails where the agent has nothing to say', async () => {
    const id = await open({ welcome: '' })
    await house.pass(1)
    expect(await house.session(id)).toMatchObject({
      state: 'ended',
      outcome: 'failed',
      end: { cause: 'mail_not_sent', by: 'agent', note: 'The agent has nothing to write: give it a welcome.' },
    })
    expect(texts()).toEqual([])
  })

  it('ends after a week without mail; each mail moves that', async () => {
    const { id, first } = await live()
    await house.pass(6 * dayMs)
    await tell(replying(first))
    await house.pass(6 * dayMs)
    expect((await house.session(id)).state).toBe('live')
    await house.pass(dayMs)
    expect(await house.session(id)).toMatchObject({ state: 'ended', outcome: 'completed', end: { cause: 'idle' } })
  })

  it('keeps the tools of its first mail and of an answer', async () => {
    const call = { id: 't1', name: 'look', arguments: {}, output: 'nine', isError: false, latencyMs: 3 }
    await refurnish({ runtime: { turn: async () => ({ say: 'Nine.', toolCalls: [call] }) } })
    const { id, first } = await live()
    await tell(replying(first))
    await house.pass(1)
    expect((await types(id)).filter((type) => type === 'tool.called')).toHaveLength(2)
    expect(texts()).toEqual(['Nine.', 'Nine.'])
    const view = await house.services.sessions.get(house.account, id)
    const items = await house.services.texts.items(view!)
    expect(items.map((item) => (item.is === 'turn' ? item.who : item.call.name))).toEqual([
      'look',
      'agent',
      'user',
      'look',
      'agent',
    ])
  })

  it('is transferred when its agent hands over, once its mail is out, and completed when it ends', async () => {
    await refurnish({ runtime: answering({ say: 'A person writes to you.', handOver: { note: 'too hard' } }) })
    const { id, first } = await live()
    await tell(replying(first))
    await house.pass(1)
    expect(texts()).toEqual(['Hello.', 'A person writes to you.'])
    expect(await house.session(id)).toMatchObject({
      state: 'ended',
      outcome: 'transferred',
      end: { cause: 'handed_over', note: 'too hard' },
    })
    await refurnish({ runtime: answering({ end: {} }) })
    const silent = await live()
    await tell(replying(silent.first))
    await house.pass(1)
    expect(texts()).toEqual(['Hello.'])
    expect(await house.session(silent.id)).toMatchObject({ outcome: 'completed', end: { cause: 'agent_hangup' } })
  })
})

describe('a reply', () => {
  it('is recorded and answered in its thread, there and back (RFC 5322 section 3.6.4)', async () => {
    const { id, first } = await live()
    const one = { messageId: '<a@example.org>', subject: 'AW: Your order' }
    await tell(replying(first, one))
    await house.pass(1)
    const second = house.mailer.sent[1]!
    expect(second).toMatchObject({
      from: shop,
      to: alice,
      subject: 'Re: AW: Your order',
      text: 'We open at nine.',
      inReplyTo: '<a@example.org>',
      references: [first.messageId, '<a@example.org>'],
    })
    const other = {
      messageId: '<b@example.org>',
      references: [...second.references!, second.messageId],
      text: 'And on Sundays?',
    }
    await tell(replying(second, other))
    await house.pass(1)
    expect(house.mailer.sent[2]).toMatchObject({
      subject: 'Re: Your order',
      inReplyTo: '<b@example.org>',
      references: [first.messageId, '<a@example.org>', second.messageId, '<b@example.org>'],
    })
    expect(new Set(house.mailer.sent.map(({ messageId }) => messageId)).size).toBe(3)
    expect(await said(id)).toEqual([
      `agent: ${talker.welcome}`,
      'user: When do you open?',
      'agent: We open at nine.',
      'user: And on Sundays?',
      'agent: On Sundays, too.',
    ])
    expect(await house.session(id)).toMatchObject({ userTurns: 2 })
  })

  it('finds its session by any mail of ours it names, also where others are named after it', async () => {
    const { id, first } = await live()
    const { inReplyTo: _none, ...bare } = replying(first)
    const [result] = await tell({ ...bare, references: [first.messageId, '<x@example.org>', '<1.2@colloquy.test>'] })
    expect(result?.status).toBe('recorded')
    await house.pass(1)
    expect(await said(id)).toHaveLength(3)
  })

  it('without a Message-ID is answered as what it answers', async () => {
    const { first } = await live()
    await tell(replying(first))
    await house.pass(1)
    expect(house.mailer.sent[1]).toMatchObject({ inReplyTo: first.messageId, references: [first.messageId] })
  })

  it('told twice is recorded and answered once, also within one request and after a restart', async () => {
    const { id, first } = await live()
    const reply = replying(first, { messageId: '<a@example.org>' })
    const results = await tell(reply, reply)
    expect(results.map(({ status }) => status)).toEqual(['recorded', 'noted'])
    await house.pass(1)
    house = await house.restart()
    const [again] = await tell(reply)
    expect(again).toMatchObject({ status: 'noted', communicationId: expect.any(String) })
    await house.pass(1)
    expect(await said(id)).toHaveLength(3)
    expect(texts()).toEqual([])
  })

  it('that is our own mail come back is only noted', async () => {
    const { id, first } = await live()
    const [result] = await tell(replying(first, { from: shop, to: alice, messageId: first.messageId }))
    expect(result?.status).toBe('noted')
    await house.pass(1)
    expect(await said(id)).toHaveLength(1)
  })

  it.each([shop, 'SHOP@Example.com', 'The shop <shop@example.com>'])(
    'that says to be from our own address (%s) is none: it is ignored',
    async (from) => {
      const { id, first } = await live()
      const forged = replying(first, { from, text: 'You get a full refund.', messageId: '<x@evil.example>' })
      expect(await tell(forged)).toMatchObject([{ status: 'ignored' }])
      await house.pass(1)
      expect([await said(id), texts()]).toEqual([[`agent: ${talker.welcome}`], [talker.welcome]])
      expect((await house.session(id)).userTurns).toBeUndefined()
    },
  )

  it('before the word that its mail was sent, where the agent wanted to end with it, is traffic as any other', async () => {
    const hand = handMailer()
    const runtime: AgentRuntime = { turn: async () => ({ say: 'Your order was shipped.', end: {} }) }
    await refurnish({ mailer: hand.mailer, runtime })
    const id = await open()
    const { mail, sent } = await hand.handed(0)
    const reply = replying(mail, { messageId: '<a@example.org>' })
    expect(await tell(reply)).toMatchObject([{ status: 'ignored' }])
    expect(await house.session(id)).toMatchObject({ outcome: 'completed', end: { cause: 'agent_hangup' } })
    sent()
    await house.pass(1)
    expect(await said(id)).toEqual(['agent: Your order was shipped.'])
    expect(await tell(reply)).toMatchObject([{ status: 'ignored' }])
  })

  it.each(['auto-replied', 'auto-generated', 'Auto-Replied; owner-email="x"', 'x-weird'])(
    'marked %s is recorded and never answered (RFC 3834)',
    async (autoSubmitted) => {
      const { id, first } = await live()
      const [result] = await tell(replying(first, { autoSubmitted, messageId: '<away@example.org>' }))
      expect(result?.status).toBe('recorded')
      await house.pass(hourMs)
      expect(await said(id)).toHaveLength(2)
      expect(texts()).toHaveLength(1)
    },
  )

  it('marked "no" is a person’s', async () => {
    const { first } = await live()
    await tell(replying(first, { autoSubmitted: 'No' }))
    await house.pass(1)
    expect(texts()).toHaveLength(2)
  })

  it('to an ended session does not revive it: it is traffic as any other', async () => {
    const { id, first } = await live()
    await house.services.sessions.hangUp(house.ask, id)
    await house.pass(minuteMs)
    const [result] = await tell(replying(first))
    expect(result).toMatchObject({ status: 'ignored' })
    expect((await house.session(id)).state).toBe('ended')
    await house.pass(1)
    expect(texts()).toHaveLength(1)
  })

  it('of another account, or to a mail that was never written, finds nothing', async () => {
    const { id, first } = await live()
    const other = got(await house.services.accounts.create('test', { name: 'bob', clock: 'test' }))
    const outcome = await house.services.traffic.ingest({ account: other.account.id, by: 'test' }, [replying(first)])
    expect(outcome.value).toMatchObject([{ status: 'ignored' }])
    const forged = `<01ka7n36096q14dr9gpqy77zxy.${id}@colloquy.test>`
    expect(await tell(replying(first, { inReplyTo: forged }))).toMatchObject([{ status: 'ignored' }])
    expect(await said(id)).toHaveLength(1)
  })

  it('goes on in the next conversation where its own was closed by request', async () => {
    const { id, first } = await live()
    const [conversation] = await house.conversations()
    await house.services.conversations.change(house.ask, conversation!.id, { status: 'closed' })
    await tell(replying(first))
    await house.pass(1)
    const [, second, ...others] = await house.conversations()
    expect(others).toEqual([])
    expect(second).toMatchObject({ status: 'active', previous: conversation!.id })
    expect(await said(id)).toHaveLength(3)
    expect((await house.session(id)).state).toBe('live')
  })

  it('on another channel has no thread: its fields are refused', async () => {
    const { first } = await live()
    const results = await tell(
      { ...replying(first), channel: 'SMS' },
      { ...replying(first), type: 'message.sent' },
      { ...replying(first), type: 'message.sent', inReplyTo: undefined as never, subject: 'x' },
    )
    expect(results.map((result) => 'refusal' in result && result.refusal.field)).toEqual([
      'inReplyTo',
      'inReplyTo',
      'subject',
    ])
  })

  it('that comes while the agent thinks has an answer of its own; those that come before its turn have one together', async () => {
    const hand = handAgent()
    await refurnish({ runtime: hand.runtime })
    const id = await open()
    ;(await hand.asked(0)).answer({ say: 'Hello.' })
    await house.pass(1)
    const first = house.mailer.sent[0]!
    await tell(replying(first, { text: 'one', messageId: '<a@example.org>' }))
    const turn = await hand.asked(1)
    await tell(
      replying(first, { text: 'two', messageId: '<b@example.org>' }),
      replying(first, { text: 'three', messageId: '<c@example.org>' }),
    )
    expect(hand.count()).toBe(2) // one turn at a time
    turn.answer({ say: 'To one.' })
    const next = await hand.asked(2)
    expect(next.input.said.map(({ text }) => text)).toEqual(['Hello.', 'one', 'two', 'three', 'To one.'])
    next.answer({ say: 'To two and three.' })
    await house.pass(1)
    expect(hand.count()).toBe(3)
    expect(house.mailer.sent).toMatchObject([
      {},
      { text: 'To one.', inReplyTo: '<a@example.org>' },
      { text: 'To two and three.', inReplyTo: '<c@example.org>' },
    ])
    expect((await house.session(id)).mail).toMatchObject({ received: 3, answered: 3 })
  })
})

describe('sending', () => {
  it('is withdrawn where the session is stopped before it was handed over', async () => {
    const hand = handAgent()
    await refurnish({ runtime: hand.runtime })
    const id = await open()
    const turn = await hand.asked(0)
    expect((await house.services.sessions.stop(house.ask, id)).refusal).toBeUndefined()
    turn.answer({ say: 'Hello.' })
    await house.pass(1)
    expect(texts()).toEqual([])
    expect(await house.session(id)).toMatchObject({ state: 'ended', outcome: 'canceled' })
  })

  it('rule 2: stopped while it is handed over, the word that it was sent comes too late', async () => {
    const hand = handMailer()
    await refurnish({ mailer: hand.mailer })
    const id = await open()
    const handed = await hand.handed(0)
    await house.services.sessions.stop(house.ask, id)
    handed.sent()
    await house.pass(1)
    expect(await house.session(id)).toMatchObject({ state: 'ended', outcome: 'canceled' })
    expect((await house.events(id)).at(-1)).toMatchObject({ type: 'report.refused', what: 'mail_sent' })
    expect(await delivery()).toBe('in_progress')
  })

  it('is done again after a refusal for the time being, and not after one for good', async () => {
    const hand = handMailer()
    await refurnish({ mailer: hand.mailer })
    const id = await open()
    ;(await hand.handed(0)).refuse({ temporary: true, code: 451 })
    await house.pass(30_000)
    expect(hand.count()).toBe(1)
    expect((await house.session(id)).state).toBe('dialing')
    const passing = house.pass(minuteMs)
    const second = await hand.handed(1)
    second.sent()
    await passing
    expect(await house.states(id)).toEqual(['dialing', 'live'])
    expect(second.mail.messageId).toBe((await hand.handed(0)).mail.messageId)

    const refused = await open()
    ;(await hand.handed(2)).refuse({ temporary: false, code: 550 })
    await house.pass(hourMs)
    expect(hand.count()).toBe(3)
    expect(await house.session(refused)).toMatchObject({
      state: 'ended',
      outcome: 'failed',
      end: { cause: 'mail_not_sent', by: 'carrier', note: 'it was refused' },
    })
  })

  it('is not done again where nobody knows whether it went: the deadline ends it, unless a reply proves it', async () => {
    const hand = handMailer()
    await refurnish({ mailer: hand.mailer })
    const id = await open()
    const { mail, lose } = await hand.handed(0)
    lose()
    const other = await open()
    ;(await hand.handed(1)).lose()
    await house.pass(hourMs)
    expect((await house.session(id)).state).toBe('dialing')
    const told = tell(replying(mail))
    ;(await hand.handed(2)).sent()
    expect(await told).toMatchObject([{ status: 'recorded' }])
    await house.pass(4 * hourMs)
    expect(await house.states(id)).toEqual(['dialing', 'live'])
    expect(await house.session(other)).toMatchObject({ outcome: 'failed', end: { cause: 'mail_not_sent' } })
    expect(hand.count()).toBe(3)
  })

  it('is done once though the server dies between its start and its answer', async () => {
    const hand = handMailer()
    await refurnish({ mailer: hand.mailer })
    const id = await open()
    await hand.handed(0)
    house = await house.crash()
    await house.pass(hourMs)
    expect([hand.count(), (await house.session(id)).state]).toEqual([1, 'dialing'])
    await house.pass(4 * hourMs)
    expect([hand.count(), house.mailer.sent.length]).toEqual([1, 0])
    expect(await house.session(id)).toMatchObject({ state: 'ended', end: { cause: 'mail_not_sent', by: 'deadline' } })
  })

  it('of an answer whose fate a crash hid goes on with the next', async () => {
    const hand = handMailer()
    await refurnish({ mailer: hand.mailer })
    const id = await open()
    const first = await hand.handed(0)
    first.sent()
    await house.pass(1)
    await tell(replying(first.mail, { messageId: '<a@example.org>' }))
    await hand.handed(1)
    house = await house.crash()
    await house.pass(1)
    await tell(replying(first.mail, { messageId: '<b@example.org>', text: 'Are you there?' }))
    const next = await hand.handed(2)
    expect(next.mail).toMatchObject({ inReplyTo: '<b@example.org>' })
    next.sent()
    await house.pass(1)
    expect(await said(id)).toHaveLength(5)
  })

  it('composes nothing twice though the server dies while the agent writes', async () => {
    const hand = handAgent()
    await refurnish({ runtime: hand.runtime })
    const id = await open()
    const lost = await hand.asked(0)
    house = await house.crash()
    ;(await hand.asked(1)).answer({ say: 'Hello.' })
    await house.pass(1)
    lost.answer({ say: 'Hello, too.' })
    await house.pass(1)
    expect(await said(id)).toEqual(['agent: Hello.'])
    expect(texts()).toEqual(['Hello.'])
  })

  it('D37 keeps its text for as long as it may still go out', async () => {
    const hand = handMailer()
    await refurnish({ mailer: hand.mailer })
    const id = await open()
    ;(await hand.handed(0)).refuse({ temporary: true })
    await house.pass(1)
    const [conversation] = await house.conversations()
    const removed = await house.services.conversations.remove(house.ask, conversation!.id)
    expect(removed.refusal?.code).toBe('in_use')
    expect((await house.session(id)).state).toBe('dialing')
  })
})

async function delivery(): Promise<string | undefined> {
  const [conversation] = await house.conversations()
  const page = await house.services.conversations.communications(house.account, conversation!.id, {
    after: 0,
    limit: 1,
  })
  return page?.items[0]?.communication.recipients[0]?.delivery
}
