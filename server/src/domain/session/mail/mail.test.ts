import { describe, expect, it } from 'vitest'
import { dayMs, hourMs, minuteMs } from '../../vocabulary/instant.ts'
import { given, idOf, mail, order } from '../given.ts'
import type { Case } from '../given.ts'
import { isRefused } from '../../vocabulary/refusal.ts'
import { session as noun } from '../session.ts'
import { checkMail, isMailbox } from './check.ts'
import type { ComposeMail, SettleMail, TakeMail } from './commands.ts'

const first = '<1@example.com>'
const words = { conversationId: idOf(200), words: idOf(201) }

const composing = (messageId = first, more: Partial<ComposeMail> = {}): ComposeMail => ({
  type: 'compose_mail',
  messageId,
  subject: 'Your order',
  answers: 0,
  ...words,
  ...more,
})
const settling = (is: SettleMail['is'], more: Partial<SettleMail> = {}): SettleMail => ({
  type: 'settle_mail',
  messageId: first,
  is,
  ...more,
})
const taking = (messageId: string, more: Partial<TakeMail> = {}): TakeMail => ({
  type: 'take_mail',
  messageId,
  conversationId: idOf(200),
  words: idOf(202),
  automatic: false,
  ...more,
})
const ordered = (): Case => given(mail)
const composed = (): Case => ordered().do(composing())
const live = (): Case => composed().do(settling('sent'))

describe('an e-mail session', () => {
  it('asks for its first mail, hands it over once, and is live when it was sent', () => {
    const one = ordered()
    expect(one.asked('mail.greet')).toHaveLength(1)
    one.do(composing())
    expect(one.asked('mail.send')).toEqual([{ attempt: 1, messageId: first }])
    expect(one.effects.find(({ kind }) => kind === 'mail.send')?.mode).toBe('once')
    one.do(settling('sent'))
    expect(one.way).toEqual(['dialing', 'live'])
    expect(one.state.mail?.outgoing).toBeUndefined()
  })

  it('composes one first mail, and answers only what there is to answer', () => {
    expect(composed().refusal(composing('<2@example.com>'))).toMatchObject({ code: 'wrong_state' })
    expect(ordered().refusal(composing(first, { answers: 1 }))).toMatchObject({ code: 'wrong_state' })
    expect(live().refusal(composing('<2@example.com>'))).toMatchObject({ code: 'wrong_state' })
    const asked = live().do(taking('<a@example.org>'))
    expect(asked.refusal(composing('<2@example.com>', { answers: 2 }))).toMatchObject({ code: 'wrong_state' })
    asked.do(composing('<2@example.com>', { answers: 1 })).do(settling('sent', { messageId: '<2@example.com>' }))
    expect(asked.refusal(composing('<3@example.com>', { answers: 1 }))).toMatchObject({ code: 'wrong_state' })
  })

  it('fails where its first mail is refused for good, or there is nothing to write', () => {
    const refused = composed().do(settling('refused', { code: 550, because: 'refused with 550' }))
    expect(refused.state).toMatchObject({
      state: 'ended',
      outcome: 'failed',
      end: { cause: 'mail_not_sent', by: 'carrier', note: 'refused with 550' },
    })
    const silent = ordered().do({ type: 'leave_mail', note: 'nothing to say' })
    expect(silent.state).toMatchObject({
      state: 'ended',
      end: { cause: 'mail_not_sent', by: 'agent', note: 'nothing to say' },
    })
  })

  it('hands it over again after a refusal for the time being, until its time is over', () => {
    const one = composed().do(settling('refused', { temporary: true }))
    expect(one.state.state).toBe('dialing')
    one.jump(one.now + minuteMs)
    expect(one.asked('mail.send')).toHaveLength(2)
    while (one.state.state === 'dialing') {
      one.try(settling('refused', { temporary: true }))
      one.fireNext()
    }
    // No try was left that its time had room for.
    expect(one.state).toMatchObject({ outcome: 'failed', end: { cause: 'mail_not_sent', by: 'carrier' } })
    const took = one.state.updatedAt - one.state.createdAt
    expect(took).toBeGreaterThan(3 * hourMs)
    expect(took).toBeLessThanOrEqual(4 * hourMs)
    expect(one.asked('mail.send').length).toBeLessThan(12)
  })

  it('rule 1: of which nobody knows whether it went ends by its deadline, and it is not handed over again', () => {
    const one = composed().do(settling('unknown'))
    expect(one.do(settling('refused', { temporary: true })).state.state).toBe('dialing')
    one.fireNext()
    expect(one.asked('mail.send')).toHaveLength(1)
    expect(one.state).toMatchObject({ state: 'ended', end: { cause: 'mail_not_sent', by: 'deadline' } })
  })

  it('goes live when it turns out that it went after all', () => {
    expect(composed().do(settling('unknown')).do(settling('sent')).state.state).toBe('live')
  })

  it('rule 2: what is told after its end is refused, what is told twice changes nothing', () => {
    const stopped = composed().do({ type: 'stop', cause: 'stopped_by_request' })
    expect(stopped.state).toMatchObject({ state: 'ended', outcome: 'canceled' })
    expect(stopped.run(settling('sent'))).toMatchObject([{ type: 'report.refused', what: 'mail_sent' }])
    expect(stopped.state.outcome).toBe('canceled')
    expect(live().run(settling('sent'))).toEqual([])
    expect(live().run(settling('refused'))).toEqual([])
  })

  it('answers what was written, one mail at a time, and what came meanwhile together', () => {
    const one = live().do(taking('<a@example.org>'))
    expect(one.asked('mail.answer')).toHaveLength(1)
    one.do(composing('<2@example.com>', { answers: 1 }))
    one.do(taking('<b@example.org>')).do(taking('<c@example.org>'))
    expect(one.asked('mail.answer')).toHaveLength(1)
    one.do(settling('sent', { messageId: '<2@example.com>' }))
    expect(one.asked('mail.answer')).toHaveLength(2)
    one.do(composing('<3@example.com>', { answers: 3 })).do(settling('sent', { messageId: '<3@example.com>' }))
    expect(one.asked('mail.answer')).toHaveLength(2)
  })

  it('takes the same mail once, and never answers one that no person wrote (RFC 3834)', () => {
    const one = live().do(taking('<a@example.org>'))
    expect(one.run(taking('<a@example.org>'))).toEqual([])
    expect(live().run(taking(first))).toEqual([])
    const automatic = live().do(taking('<away@example.org>', { automatic: true }))
    expect(automatic.asked('mail.answer')).toEqual([])
    expect(automatic.state.mail?.received).toBeUndefined()
  })

  it('goes on where an answer is refused for good or lost from sight, and answers what comes next', () => {
    for (const is of ['refused', 'unknown'] as const) {
      const one = live()
        .do(taking('<a@example.org>'))
        .do(composing('<2@example.com>', { answers: 1 }))
      one.do(taking('<b@example.org>')).do(settling(is, { messageId: '<2@example.com>' }))
      expect(one.state).toMatchObject({ state: 'live', mail: { received: 2, answered: 1 } })
      expect(one.asked('mail.answer')).toHaveLength(2)
    }
  })

  it('asks an agent that was not reached twice more within the hour, then fails; others not at all', () => {
    const trying = { type: 'fail_turn', because: 'not reached', again: true } as const
    const one = ordered()
    for (let tries = 1; tries <= 2; tries++) {
      one.do(trying)
      expect(one.events.at(-1)).toMatchObject({ type: 'turn.failed', retryAt: expect.any(Number) })
      one.fireNext()
      expect(one.asked('mail.greet')).toHaveLength(1 + tries)
    }
    expect(one.now - one.state.createdAt).toBeLessThan(hourMs)
    one.do(trying)
    expect(one.state).toMatchObject({
      state: 'ended',
      outcome: 'failed',
      end: { cause: 'mail_not_sent', by: 'agent', note: 'not reached' },
    })
    expect(ordered().do({ type: 'fail_turn', because: 'it broke' }).state.end?.cause).toBe('mail_not_sent')
  })

  it('gives an answer up that the agent could not write, says so, and answers what comes next', () => {
    const one = live().do(taking('<a@example.org>')).do({ type: 'fail_turn', because: 'it broke', answers: 1 })
    expect(one.events.at(-1)).toEqual({ type: 'turn.failed', at: one.now, because: 'it broke', answers: 1 })
    expect(one.state).toMatchObject({ state: 'live', mail: { received: 1, answered: 1 } })
    expect(one.run({ type: 'fail_turn', because: 'it broke', answers: 1 })).toEqual([])
    one.do(taking('<b@example.org>'))
    expect(one.asked('mail.answer')).toHaveLength(2)
    one.do({ type: 'fail_turn', because: 'not reached', answers: 2, again: true }).do(taking('<c@example.org>'))
    expect(one.asked('mail.answer')).toHaveLength(2)
    one.fireNext()
    expect(one.asked('mail.answer')).toHaveLength(3)
    expect(one.do(composing('<2@example.com>', { answers: 3 })).state.mail).not.toHaveProperty('failures')
  })

  it('answers at most 20 mails an hour; what is written beyond is answered together when the hour allows', () => {
    const one = live()
    for (let n = 1; n <= 25; n++) {
      const answer = `<answer${n}@example.com>`
      one.jump(one.now + minuteMs).do(taking(`<${n}@example.org>`))
      if (one.asked('mail.answer').length < n) continue
      one.do(composing(answer, { answers: n })).do(settling('sent', { messageId: answer }))
    }
    expect(one.asked('mail.answer')).toHaveLength(20)
    expect(one.state.mail).toMatchObject({ received: 25, answered: 20 })
    one.fireNext()
    expect(one.asked('mail.answer')).toHaveLength(21)
    one.do(composing('<21@example.com>', { answers: 25 })).do(settling('sent', { messageId: '<21@example.com>' }))
    expect(one.state.mail).toMatchObject({ received: 25, answered: 25 })
    expect(one.state.mail?.answeredAt).toHaveLength(20)
    one.jump(one.now + 2 * hourMs).do(taking('<26@example.org>'))
    expect(one.asked('mail.answer')).toHaveLength(22)
  })

  it('does what the agent wanted when its mail is out, not before', () => {
    const hands = { afterwards: { cause: 'handed_over', note: 'to a person' } } as const
    const one = ordered().do(composing(first, hands))
    expect(one.state.state).toBe('dialing')
    expect(one.do(settling('sent')).way).toEqual(['dialing', 'live', 'wrapping'])
    expect(one.state).toMatchObject({ outcome: 'transferred', end: { cause: 'handed_over', note: 'to a person' } })
    const ends = live().do(taking('<a@example.org>'))
    ends.do(composing('<2@example.com>', { answers: 1, afterwards: { cause: 'agent_hangup' } }))
    ends.do(settling('refused', { messageId: '<2@example.com>', temporary: true }))
    expect(ends.state.state).toBe('live')
    ends.do(settling('sent', { messageId: '<2@example.com>' }))
    expect(ends.state).toMatchObject({ state: 'wrapping', outcome: 'completed' })
  })

  it('ends after a week without mail; every mail moves that', () => {
    const one = live()
    one.jump(one.now + 6 * dayMs).says('user')
    one.jump(one.now + 6 * dayMs)
    expect(one.state.state).toBe('live')
    one.fireNext()
    expect(one.state).toMatchObject({ state: 'wrapping', outcome: 'completed', end: { cause: 'idle' } })
    expect(one.state.mail).toBeUndefined()
  })

  it('is not made without a place for its mail', () => {
    const create = (more: object) =>
      noun.decide(undefined, order({ ...mail, ...more }), {
        now: 0,
        self: idOf(1),
        account: idOf(4),
        by: 'test',
        next: 1,
        id: () => idOf(9),
        taken: () => undefined,
        found: () => undefined,
      })
    const refused = create({ order: { data: null } })
    expect(isRefused(refused) && refused.refusal).toMatchObject({ code: 'invalid', field: 'order.mail' })
    expect(isRefused(create({}))).toBe(false)
  })
})

describe('an order of mail', () => {
  const good = { to: 'alice@example.com', from: 'shop@example.com', subject: 'Grüße aus dem Laden' }

  it.each(['a@b', 'alice.b+tag@mail.example.com', "o'neil@xn--bcher-kva.example", `${'a'.repeat(64)}@example.com`])(
    'takes %s',
    (address) => {
      expect(isMailbox(address)).toBe(true)
    },
  )

  it.each([
    '',
    'alice',
    '@example.com',
    'alice@',
    'alice@@example.com',
    'a b@example.com',
    'alice@example.com, bob@example.com',
    'Alice <alice@example.com>',
    '"a b"@example.com',
    'alice@[127.0.0.1]',
    'alice@-example.com',
    'alice@example..com',
    '.alice@example.com',
    'alice@example.com\r\nBcc: bob@example.com',
    'alice@example.com\n',
    'alicé@example.com',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b.'.repeat(130)}com`,
  ])('refuses %j', (address) => {
    expect(isMailbox(address)).toBe(false)
    expect(checkMail({ ...good, to: address })?.refusal).toMatchObject({ code: 'invalid', field: 'to' })
    expect(checkMail({ ...good, from: address })?.refusal).toMatchObject({ code: 'invalid', field: 'from' })
  })

  it('has a subject of one line, in which no other header can begin', () => {
    expect(checkMail(good)).toBeUndefined()
    for (const subject of ['a\r\nBcc: bob@example.com', 'a\nb', 'a\rb', 'a\u0000b', 'a\u2028b', 'x'.repeat(999)])
      expect(checkMail({ ...good, subject })?.refusal).toMatchObject({ code: 'invalid', field: 'subject' })
  })
})
