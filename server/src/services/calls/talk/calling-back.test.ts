import { afterEach, describe, expect, it } from 'vitest'
import { openCallsHouse, phones, shop, type CallsHouse, type HouseOptions } from '#conformance/calls-house.ts'
import { dayMs, hourMs, minuteMs } from '#domain/vocabulary/instant.ts'
import type { AgentRuntime, TurnInput, TurnReply } from '../ports.ts'
import { whyNotThen } from './calling-back.ts'

let house: CallsHouse
afterEach(() => house?.close())

/** An agent that does this at its turns, one after the other, and what it was asked. */
function doing(...replies: readonly TurnReply[]) {
  const asked: TurnInput[] = []
  const runtime: AgentRuntime = {
    turn: async (input) => {
      asked.push(input)
      return replies[asked.length - 1] ?? {}
    },
  }
  return { runtime, asked }
}

/** The house's clock begins at nine in the morning. */
async function open(options: HouseOptions): Promise<number> {
  house = await openCallsHouse(options)
  return house.engine.clocks.now(house.account)
}

const all = async () => (await house.services.sessions.list(house.account, { limit: 10 })).items

describe('5.9 a transfer that fails', () => {
  it.each([
    ['busy', phones.busy, 'busy'],
    ['not answered', phones.noAnswer, 'no_answer'],
    ['of a number that is none', phones.invalid, 'invalid_number'],
    ['of which nothing is heard', phones.lostCarrier, 'setup_timeout'],
  ])('%s: the agent takes the caller back and is told why', async (_name, to, reason) => {
    const { runtime, asked } = doing({ say: 'One moment.', transfer: { to } }, { say: 'Nobody is there.' })
    await open({ runtime })
    // Silence would have ended it while it rang.
    const agentId = await house.agent({ limits: { silenceMs: 20_000 } })
    const { session } = await house.call({ agentId, to: phones.mute })
    await house.pass(70_000)
    expect(asked.map(({ on, news }) => [on, news?.reason])).toEqual([
      ['start', undefined],
      ['transfer_failed', reason],
    ])
    const live = await house.session(session.id)
    expect((await house.services.sessions.transcript(live)).map(({ text }) => text)).toEqual([
      'One moment.',
      'Nobody is there.',
    ])
    await house.pass(minuteMs)
    expect(await house.session(session.id)).toMatchObject({ outcome: 'completed', end: { cause: 'silence' } })
  })

  it('asked for by request: the script says so and goes on', async () => {
    await open({})
    house.simulator.phones(house.account).set(phones.own, [
      { after: 1_000, do: 'answer' },
      { after: 90_000, do: 'say', text: 'When do you open?' },
      { after: 600_000, do: 'hang-up' },
    ])
    const { session } = await house.call({ agentId: await house.agent(), to: phones.own })
    await house.pass(10_000)
    await house.services.sessions.transfer(house.ask, session.id, phones.busy)
    await house.pass(2 * minuteMs)
    const said = await house.services.sessions.transcript(await house.session(session.id))
    expect(said.map(({ text }) => text)).toEqual([
      'Hello, this is the shop.',
      'I am sorry, nobody could be reached just now. What else can I do for you?',
      'When do you open?',
      'We open at nine.',
    ])
  })

  it('again and again: it is told three times, and the call still ends', async () => {
    const again = Array.from({ length: 20 }, () => ({ transfer: { to: phones.busy } }))
    const { runtime, asked } = doing(...again)
    await open({ runtime })
    const { session } = await house.call({ agentId: await house.agent(), to: phones.mute })
    await house.pass(hourMs)
    expect(asked.map(({ on }) => on)).toEqual(['start', 'transfer_failed', 'transfer_failed', 'transfer_failed'])
    expect(await house.session(session.id)).toMatchObject({ state: 'ended' })
  })
})

describe('5.4 a callback', () => {
  it('agreed in a call that completes is a session of its own, which remembers it', async () => {
    const at = (await open({})) + 5 * hourMs
    await house.close()
    const { runtime, asked } = doing({ say: 'Until two!', callBack: { at }, end: {} }, { say: 'Here I am.', end: {} })
    await open({ runtime })
    const agentId = await house.agent({ callsBack: true })
    const retry = { max: 2, on: ['busy' as const], onVoicemail: false, afterMs: [hourMs] }
    const { session } = await house.call({ agentId, to: phones.ordinary, data: { name: 'Alice' }, retry })
    await house.pass(5 * minuteMs)
    expect(await house.session(session.id)).toMatchObject({ state: 'ended', outcome: 'completed', callBackAt: at })
    const [made, ...others] = (await all()).filter(({ session: { id } }) => id !== session.id)
    expect(others).toEqual([])
    expect(made?.session).toMatchObject({ state: 'scheduled', dueAt: at, parent: session.id, user: phones.ordinary })
    expect(made?.session.policy).toMatchObject({ retry })
    expect(made?.order.data).toEqual({ name: 'Alice' })
    await house.pass(6 * hourMs)
    expect(await house.session(made!.session.id)).toMatchObject({ state: 'ended', outcome: 'completed' })
    expect(asked).toHaveLength(2)
    expect(await all()).toHaveLength(2)
  })

  it('of a caller goes from the number that was called', async () => {
    const at = (await open({})) + hourMs
    await house.close()
    const { runtime } = doing({ say: 'I will call you back.', callBack: { at }, end: {} })
    await open({ runtime })
    const agentId = await house.agent({ callsBack: true })
    const number = await house.services.numbers.find(house.account, shop)
    await house.services.numbers.attach(house.ask, number!.id, agentId)
    await house.simulator.dial(house.account, { from: phones.ordinary, to: shop })
    await house.pass(5 * minuteMs)
    expect((await all()).map(({ session: { direction, state, own } }) => [direction, state, own])).toEqual([
      ['outbound', 'scheduled', shop],
      ['inbound', 'ended', shop],
    ])
  })

  it('agreed anew counts instead, and one that the line did not survive is called all the same', async () => {
    const now = await open({})
    await house.close()
    const { runtime } = doing({ callBack: { at: now + hourMs } }, { callBack: { at: now + 2 * hourMs } })
    await open({ runtime })
    const { session } = await house.call({ agentId: await house.agent({ callsBack: true }), to: phones.drops })
    await house.pass(5 * minuteMs)
    expect(await house.session(session.id)).toMatchObject({ state: 'ended', outcome: 'failed' })
    const back = (await all()).filter(({ session: { parent } }) => parent === session.id)
    expect(back.map(({ session: { dueAt } }) => dueAt)).toEqual([now + 2 * hourMs])
  })

  it('is made once, also by a process that was stopped', async () => {
    const at = (await open({})) + hourMs
    await house.close()
    const { runtime } = doing({ callBack: { at }, end: {} })
    await open({ runtime })
    const { session } = await house.call({ agentId: await house.agent({ callsBack: true }), to: phones.ordinary })
    await house.pass(minuteMs)
    const payload = { attempt: 1, dueAt: at }
    await house.calls.runners['call.back']!.run({
      account: house.account,
      aggregate: session.id,
      payload,
      reference: 'again',
    } as never)
    expect(await all()).toHaveLength(2)
  })

  it('at night is not agreed, and the agent is told why', async () => {
    const at = (await open({})) + 13 * hourMs
    await house.close()
    const { runtime, asked } = doing({ say: 'Until ten!', callBack: { at }, end: {} }, { say: 'Not so late.', end: {} })
    await open({ runtime })
    const { session } = await house.call({ agentId: await house.agent({ callsBack: true }), to: phones.ordinary })
    await house.pass(5 * minuteMs)
    expect(asked[1]).toMatchObject({ on: 'callback_refused', news: { reason: 'outside_hours' } })
    const ended = await house.session(session.id)
    expect(ended).toMatchObject({ state: 'ended', outcome: 'completed' })
    expect(ended.callBackAt).toBeUndefined()
    expect((await house.services.sessions.transcript(ended))[0]).toMatchObject({ text: 'Not so late.' })
    expect(await all()).toHaveLength(1)
  })
})

describe('whether somebody may be called back then', () => {
  const now = Date.UTC(2026, 10, 20, 9)
  const may = { callsBack: true, hours: null }
  const user = '+12025550101'
  const then = (afterMs: number, zones = ['UTC']) => ({ now, at: now + afterMs, zones })

  it.each([
    ['the agent may not', { callsBack: false, hours: null }, then(hourMs), 'not_allowed'],
    ['in a minute', may, then(minuteMs), 'too_soon'],
    ['at no time at all', may, then(Number.NaN), 'too_soon'],
    ['in 31 days', may, then(31 * dayMs), 'too_late'],
    ['at 21:00', may, then(12 * hourMs), 'outside_hours'],
    ['at 20:59', may, then(12 * hourMs - minuteMs), undefined],
    ['at 15:00, where it is midnight for somebody', may, then(6 * hourMs, ['UTC', 'Asia/Tokyo']), 'outside_hours'],
    [
      'at 18:00, for an agent that stops at 17',
      { callsBack: true, hours: { startHour: 9, endHour: 17 } },
      then(9 * hourMs),
      'outside_hours',
    ],
    [
      'at 22:00, for an agent that calls until 23',
      { callsBack: true, hours: { startHour: 9, endHour: 23 } },
      then(13 * hourMs),
      undefined,
    ],
  ])('%s', (_name, definition, when, reason) => {
    expect(whyNotThen({ user }, definition, when)).toBe(reason)
  })

  it('nobody can be called who gave no number', () => {
    expect(whyNotThen({ user: 'anonymous' }, may, then(hourMs))).toBe('invalid_number')
  })
})

describe('5.7 last words', () => {
  it('are said before silence ends the call', async () => {
    await open({})
    const limits = { silenceMs: 20_000, lastWords: 'Nobody there? Goodbye.' }
    const { session } = await house.call({ agentId: await house.agent({ limits }), to: phones.mute })
    await house.pass(3 * minuteMs)
    const ended = await house.session(session.id)
    expect(ended).toMatchObject({ state: 'ended', outcome: 'completed', end: { cause: 'silence', by: 'deadline' } })
    const said = await house.services.sessions.transcript(ended)
    expect(said.map(({ text }) => text)).toEqual(['Hello, this is the shop.', 'Nobody there? Goodbye.'])
    expect(await house.states(session.id)).toEqual(['queued', 'dialing', 'ringing', 'live', 'wrapping', 'ended'])
  })
})
