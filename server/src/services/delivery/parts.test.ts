import { describe, expect, it } from 'vitest'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { createCursor } from './cursor.ts'
import { Fifo } from './fifo.ts'
import { deliveryId, tokenOf } from './identity.ts'
import { hourlyForADay, verdictOf } from './schedule.ts'
import { steadyClock } from './steady-clock.ts'

describe('the schedule', () => {
  it('D46: 1 s, 5 s, 30 s, 2 min, 10 min, 30 min, then hourly as long as it ends within 24 h', () => {
    const delays: number[] = []
    for (let tries = 1; ; tries++) {
      const delayMs = hourlyForADay(tries)
      if (delayMs === undefined) break
      delays.push(delayMs)
    }
    const hour = 3_600_000
    expect(delays.slice(0, 8)).toEqual([1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000, hour, hour])
    const total = delays.reduce((sum, delayMs) => sum + delayMs, 0)
    expect(total).toBeLessThanOrEqual(24 * hour)
    expect(total).toBeGreaterThan(23 * hour)
  })

  it('D46: tells what is delivered, what is tried again, and what is given up', () => {
    const verdicts = (...statuses: number[]) => statuses.map((status) => verdictOf({ status }))
    expect(new Set(verdicts(200, 201, 204, 299))).toEqual(new Set(['delivered']))
    expect(new Set(verdicts(408, 429, 500, 503, 599))).toEqual(new Set(['again']))
    expect(new Set(verdicts(300, 301, 304, 400, 401, 404, 410, 499))).toEqual(new Set(['never']))
    expect(verdictOf({ error: 'refused', refused: true })).toBe('never')
    expect(verdictOf({ error: 'broke', refused: false })).toBe('again')
  })
})

describe('identity', () => {
  it('is the same for the same event and target, and no other', () => {
    const ids = new Set<string>()
    for (const event of ['a.1', 'a.11', 'b.1'])
      for (const target of ['alice', 'bob', '1 alice']) ids.add(deliveryId(event, target)).add(tokenOf(event, target))
    expect(ids.size).toBe(18)
    expect(deliveryId('a.1', 'alice')).toBe(deliveryId('a.1', 'alice'))
    expect(deliveryId('a.1', 'alice')).toMatch(/^[0-9a-f]{32}$/)
  })

  it('gives tokens in the form of a UUID of version 8', () => {
    for (let i = 0; i < 50; i++)
      expect(tokenOf(`a.${i}`, 'alice')).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      )
  })
})

describe('the cursor', () => {
  it('passes an event when each of its deliveries has a row, and none before it is open', () => {
    const cursor = createCursor(10)
    const first = cursor.open(12, 2)
    cursor.read(12)
    const second = cursor.open(15, 1)
    cursor.read(20)
    expect(cursor.position()).toBe(11)
    cursor.close(second)
    expect(cursor.position()).toBe(11)
    cursor.close(first)
    expect(cursor.position()).toBe(11)
    cursor.close(first)
    expect(cursor.position()).toBe(20)
    expect(cursor.lastRead()).toBe(20)
  })
})

describe('first in, first out', () => {
  it('keeps the order over many items', () => {
    const fifo = new Fifo<number>()
    let next = 0
    let expected = 0
    for (let round = 0; round < 300; round++) {
      for (let i = 0; i < 37; i++) fifo.push(next++)
      for (let i = 0; i < 31; i++) expect(fifo.shift()).toBe(expected++)
      expect([fifo.size, fifo.first()]).toEqual([next - expected, expected])
    }
    while (fifo.size > 0) expect(fifo.shift()).toBe(expected++)
    expect([fifo.first(), fifo.shift()]).toEqual([undefined, undefined])
  })
})

describe('the steady clock', () => {
  it('never runs backwards, and goes on after a step', async () => {
    const system = simulatedSystem(1)
    const steady = steadyClock(system)
    await system.advance(100)
    expect(steady()).toBe(100)
    system.step(-50_000)
    expect(steady()).toBe(100)
    await system.advance(5)
    expect(steady()).toBe(105)
  })
})
