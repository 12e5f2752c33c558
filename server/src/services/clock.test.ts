import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { got, openHouse, received, type House } from '#conformance/house.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'
import { createAccountClock } from './clock.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(() => house.close())

describe('a test clock', () => {
  it('stands still until it is advanced, whatever the wall says', async () => {
    const before = house.services.clock.get(house.account)
    await house.system.advance(60 * minuteMs)
    expect(house.services.clock.get(house.account)).toEqual(before)
  })

  it('tells what fell due on the way', async () => {
    await house.configure()
    await house.send(received())
    const { now } = house.services.clock.get(house.account)
    const moved = await house.services.clock.advance(house.account, 'test', { to: now + 60 * minuteMs })
    expect(moved).toMatchObject({
      now: now + 60 * minuteMs,
      fired: [
        { noun: 'conversation', event: { type: 'conversation.moved', to: 'inactive', at: now + 10 * minuteMs } },
        { noun: 'conversation', event: { type: 'conversation.moved', to: 'closed', at: now + 30 * minuteMs } },
      ],
    })
  })

  it('goes to the same instant when `to` is repeated, and never back', async () => {
    const { clock } = house.services
    const to = clock.get(house.account).now + minuteMs
    for (let i = 0; i < 2; i++) expect(await clock.advance(house.account, 'test', { to })).toMatchObject({ now: to })
    expect(await clock.advance(house.account, 'test', { to: to - 1 })).toMatchObject({
      refusal: { code: 'clock_backwards' },
    })
  })

  it('goes once for a key, however often `by` is repeated, also after it has gone further', async () => {
    const { clock } = house.services
    const { now } = clock.get(house.account)
    const advance = (key: string): ReturnType<typeof clock.advance> =>
      clock.advance(house.account, 'test', { byMs: minuteMs, key })
    await Promise.all([advance('a'), advance('a')])
    expect(await advance('a')).toMatchObject({ now: now + minuteMs })
    expect(await advance('b')).toMatchObject({ now: now + 2 * minuteMs })
    expect(await advance('a')).toMatchObject({ now: now + 2 * minuteMs, fired: [] })
  })

  it('adds up what is asked for at once', async () => {
    const { clock } = house.services
    const { now } = clock.get(house.account)
    const by = [60, 10, 5].map((minutes, i) => ({ byMs: minutes * minuteMs, ...(i === 2 && { key: 'a' }) }))
    const moved = await Promise.all(by.map((request) => clock.advance(house.account, 'test', request)))
    expect(moved).toMatchObject([60, 70, 75].map((minutes) => ({ now: now + minutes * minuteMs })))
    expect(clock.get(house.account).now).toBe(now + 75 * minuteMs)
  })

  it('goes on after one of its advances broke', async () => {
    const { clocks } = house.engine
    const broken = createAccountClock({
      ...house.engine,
      clocks: {
        ...clocks,
        kind: (account) => clocks.kind(account),
        now: (account) => clocks.now(account),
        advance: (account, to, by) =>
          by === 'bob' ? Promise.reject(new Error('broken')) : clocks.advance(account, to, by),
      },
    })
    const { now } = broken.get(house.account)
    const [one, two] = await Promise.allSettled(
      ['bob', 'alice'].map((by) => broken.advance(house.account, by, { byMs: minuteMs })),
    )
    expect(one?.status).toBe('rejected')
    expect(two).toMatchObject({ value: { now: now + minuteMs } })
  })

  it('refuses another time under the same key, and times that are none', async () => {
    const { clock } = house.services
    await clock.advance(house.account, 'test', { byMs: 1, key: 'a' })
    expect(await clock.advance(house.account, 'test', { byMs: 2, key: 'a' })).toMatchObject({
      refusal: { code: 'idempotency_reused' },
    })
    for (const byMs of [-1, 0.5, Number.NaN])
      expect(await clock.advance(house.account, 'test', { byMs })).toMatchObject({ refusal: { code: 'invalid' } })
  })
})

describe('the wall clock', () => {
  it('is advanced by nobody', async () => {
    const made = got(await house.services.accounts.create('test', { name: 'bob', clock: 'wall' }))
    expect(house.services.clock.get(made.account.id)).toEqual({ kind: 'wall', now: house.system.now() })
    const refused = await house.services.clock.advance(made.account.id, 'test', { byMs: 1, key: 'a' })
    expect(refused).toMatchObject({ refusal: { code: 'wall_clock' } })
  })
})
