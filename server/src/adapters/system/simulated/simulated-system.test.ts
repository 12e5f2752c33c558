import { describe, expect, it } from 'vitest'
import { simulatedSystem } from './simulated-system.ts'

describe('the simulated system', () => {
  it('runs what falls due in order of time, then of setting', async () => {
    const system = simulatedSystem(1, { startAt: 1000 })
    const seen: string[] = []
    const note = (name: string) => () => void seen.push(`${name}@${system.now()}`)
    system.after(30, note('c'))
    system.after(10, note('a'))
    system.after(10, note('b'))
    await system.advance(29)
    expect(seen).toEqual(['a@1010', 'b@1010'])
    expect(system.now()).toBe(1029)
    await system.advance(1)
    expect(seen).toEqual(['a@1010', 'b@1010', 'c@1030'])
    expect(system.pending()).toBe(0)
  })

  it('runs timers that callbacks and their promises set on the way', async () => {
    const system = simulatedSystem(1, { startAt: 0 })
    const seen: number[] = []
    const again = async (): Promise<void> => {
      await Promise.resolve()
      seen.push(system.now())
      if (seen.length < 5) system.after(10, () => void again())
    }
    system.after(10, () => void again())
    await system.advance(100)
    expect(seen).toEqual([10, 20, 30, 40, 50])
    expect(system.now()).toBe(100)
  })

  it('runs until idle without moving time', async () => {
    const system = simulatedSystem(1, { startAt: 0 })
    const seen: string[] = []
    system.after(0, () => {
      seen.push('now')
      system.after(0, () => void seen.push('and then'))
      system.after(1, () => void seen.push('later'))
    })
    await system.runUntilIdle()
    expect(seen).toEqual(['now', 'and then'])
    expect([system.now(), system.pending()]).toEqual([0, 1])
  })

  it('forgets what was cancelled', async () => {
    const system = simulatedSystem(1)
    let called = false
    const cancel = system.after(5, () => (called = true))
    expect(system.pending()).toBe(1)
    cancel()
    cancel()
    expect(system.pending()).toBe(0)
    await system.advance(10)
    expect(called).toBe(false)
  })

  it('keeps the order over many timers, set and cancelled by chance', async () => {
    const system = simulatedSystem(42, { settle: () => Promise.resolve() })
    const expected: { due: number; order: number }[] = []
    const seen: number[] = []
    for (let order = 0; order < 2000; order++) {
      const due = Math.floor(system.chance() * 500)
      const cancel = system.after(due, () => void seen.push(order))
      if (system.chance() < 0.3) cancel()
      else expected.push({ due, order })
    }
    expect(system.pending()).toBe(expected.length)
    await system.advance(500)
    expect(seen).toEqual(expected.sort((a, b) => a.due - b.due || a.order - b.order).map(({ order }) => order))
  })

  it('lets the wall clock jump without touching timers', async () => {
    const system = simulatedSystem(1, { startAt: 10_000 })
    const seen: number[] = []
    system.after(100, () => void seen.push(system.now()))
    system.step(-5000)
    expect(system.now()).toBe(5000)
    await system.advance(99)
    expect(seen).toEqual([])
    await system.advance(1)
    expect(seen).toEqual([5100])
  })

  it('throws the same dice for the same seed, others for another', () => {
    const bytes = (seed: number) => [...simulatedSystem(seed).random(new Uint8Array(16))].join()
    expect(bytes(7)).toBe(bytes(7))
    expect(new Set(Array.from({ length: 200 }, (_, seed) => bytes(seed))).size).toBe(200)
  })
})
