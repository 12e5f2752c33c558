// What becomes of an exchange whose agent gives no turn, or gives too many.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCallsHouse, type CallsHouse, type HouseOptions } from '#conformance/calls-house.ts'
import { handAgent } from '#conformance/hand-agent.ts'
import { hourMs } from '#domain/vocabulary/instant.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { TrafficEvent, TrafficResult } from '../api.ts'
import type { AgentRuntime, OutgoingMail } from '../calls/ports.ts'

const shop = 'shop@example.com'
const alice = 'alice@example.org'

let house: CallsHouse
beforeEach(async () => {
  house = await openCallsHouse()
})
afterEach(() => house.close())

async function refurnish(own: HouseOptions): Promise<void> {
  await house.close()
  house = await openCallsHouse(own)
}

async function open(): Promise<Id> {
  const agent = { id: await house.agent({ mail: { address: shop, subject: 'Your order' } }) }
  const opened = await house.services.mails.open(house.ask, { agent, user: 'alice', to: alice, data: null })
  if (isRefused(opened)) throw new Error(opened.refusal.message)
  return opened.view.session.id
}

/** Live, its first mail sent. */
async function live(): Promise<{ id: Id; first: OutgoingMail }> {
  const id = await open()
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

async function types(id: Id): Promise<readonly string[]> {
  return (await house.events(id)).map(({ type }) => type)
}

const texts = (): readonly string[] => house.mailer.sent.map(({ text }) => text)

describe('an e-mail session', () => {
  it('asks an agent that could not be reached twice more within an hour, then fails', async () => {
    let failing = 2
    let asked = 0
    const runtime: AgentRuntime = {
      turn: async () => {
        asked++
        if (failing-- > 0) throw Object.assign(new Error('not now'), { unreached: true })
        return { say: 'Hello.' }
      },
    }
    await refurnish({ runtime })
    const id = await open()
    await house.pass(hourMs)
    expect(await house.states(id)).toEqual(['dialing', 'live'])
    const failures = (await house.events(id)).filter(({ type }) => type === 'turn.failed')
    expect(failures).toMatchObject([{ retryAt: expect.any(Number) }, { retryAt: expect.any(Number) }])
    ;[failing, asked] = [1_000, 0]
    const never = await open()
    await house.pass(hourMs)
    expect(await house.session(never)).toMatchObject({
      state: 'ended',
      outcome: 'failed',
      end: { cause: 'mail_not_sent', by: 'agent', note: 'The agent could not answer (Error).' },
    })
    await house.pass(12 * hourMs)
    expect([asked, texts().length]).toEqual([3, 1])
  })

  it('a first mail that the agent fails to write is not asked for again', async () => {
    let asked = 0
    await refurnish({ runtime: { turn: () => (asked++, Promise.reject(new Error('no'))) } })
    const id = await open()
    await house.pass(12 * hourMs)
    expect(asked).toBe(1)
    expect((await types(id)).filter((type) => type === 'turn.failed')).toHaveLength(1)
    expect(await house.session(id)).toMatchObject({ state: 'ended', end: { cause: 'mail_not_sent', by: 'agent' } })
  })

  it('a turn that used its tools and then failed is kept with them, never repeated, and the next mail goes on', async () => {
    let asked = 0
    const runtime: AgentRuntime = {
      turn: async ({ on, onTool, said }) => {
        if (on === 'start' || said.length > 2) return { say: 'Hello.' }
        asked++
        onTool?.({ id: 't1', name: 'refund', arguments: {}, output: 'done', isError: false, latencyMs: 3 })
        throw Object.assign(new Error('no'), { unreached: true })
      },
    }
    await refurnish({ runtime })
    const { id, first } = await live()
    await tell(replying(first, { text: 'refund me' }))
    await house.pass(12 * hourMs)
    expect(asked).toBe(1)
    const found = await types(id)
    expect(found.filter((type) => type === 'tool.called' || type === 'turn.failed')).toEqual([
      'tool.called',
      'turn.failed',
    ])
    expect((await house.session(id)).state).toBe('live')
    await tell(replying(first, { text: 'hello?' }))
    await house.pass(1)
    expect(texts()).toEqual(['Hello.', 'Hello.'])
    expect((await house.session(id)).mail).toMatchObject({ received: 2, answered: 2 })
  })

  it('an answer whose agent the server left is asked for by the next one, unless its tools were used', async () => {
    for (const used of [false, true]) {
      const hand = handAgent()
      await refurnish({ runtime: hand.runtime })
      const id = await open()
      ;(await hand.asked(0)).answer({ say: 'Hello.' })
      await house.pass(1)
      await tell(replying(house.mailer.sent[0]!))
      const turn = await hand.asked(1)
      const call = { id: 't1', name: 'look', arguments: {}, output: 'nine', isError: false, latencyMs: 3 }
      if (used) turn.input.onTool?.(call)
      house = await house.restart()
      const passing = house.pass(hourMs)
      if (!used) (await hand.asked(2)).answer({ say: 'Nine.' })
      await passing
      expect([hand.count(), texts()]).toEqual(used ? [2, []] : [3, ['Nine.']])
      expect((await types(id)).includes('turn.failed')).toBe(used)
    }
  })

  it('answers a machine that does not say it is one at most 20 times an hour, and what is left together', async () => {
    await refurnish({ runtime: { turn: async () => ({ say: 'I see.' }) } })
    const { id, first } = await live()
    for (let n = 1; n <= 30; n++) {
      const [result] = await tell(replying(first, { text: `${n}`, messageId: `<${n}@example.org>` }))
      expect(result?.status).toBe('recorded')
      await house.pass(1_000)
    }
    expect(texts()).toHaveLength(21)
    await house.pass(hourMs)
    expect(house.mailer.sent.slice(21)).toMatchObject([{ text: 'I see.', inReplyTo: '<30@example.org>' }])
    expect((await house.session(id)).mail).toMatchObject({ received: 30, answered: 30 })
  })
})
