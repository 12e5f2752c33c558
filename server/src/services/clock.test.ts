import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { got, openHouse, received, type House } from '#conformance/house.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'

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
