import { describe, expect, it } from 'vitest'
import { realSystem } from './real-system.ts'

describe('the real system', () => {
  it('reads the wall clock', () => {
    const before = Date.now()
    const now = realSystem().now()
    expect(now).toBeGreaterThanOrEqual(before)
    expect(now).toBeLessThanOrEqual(Date.now())
  })

  it('fills bytes, each time with others, small and large', () => {
    const system = realSystem()
    for (const length of [1, 10, 16, 1024, 5000]) {
      const seen = new Set<string>()
      for (let i = 0; i < 40; i++) {
        const given = new Uint8Array(length)
        expect(system.random(given)).toBe(given)
        seen.add(Buffer.from(given).toString('hex'))
      }
      expect(seen.size).toBeGreaterThan(length === 1 ? 5 : 39)
    }
  })

  it('calls back after the time, not before', async () => {
    const system = realSystem()
    const started = performance.now()
    await new Promise<void>((resolve) => system.after(20, resolve))
    expect(performance.now() - started).toBeGreaterThan(18)
  })

  it('calls back soon for 0, after what is queued', async () => {
    const system = realSystem()
    const order: string[] = []
    const soon = new Promise<void>((resolve) =>
      system.after(0, () => {
        order.push('soon')
        resolve()
      }),
    )
    await Promise.resolve().then(() => order.push('queued'))
    await soon
    expect(order).toEqual(['queued', 'soon'])
  })

  it('does not call back what was cancelled, nor what lies beyond the longest timer', async () => {
    const system = realSystem()
    const called: string[] = []
    system.after(0, () => called.push('immediate'))()
    system.after(1, () => called.push('timer'))()
    const cancelLong = system.after(2 ** 31 + 5, () => called.push('long'))
    await new Promise<void>((resolve) => system.after(10, resolve))
    cancelLong()
    expect(called).toEqual([])
  })
})
