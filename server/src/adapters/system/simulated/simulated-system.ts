import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { System } from '#engine/ports.ts'
import { timerHeap, type Waiting } from './timer-heap.ts'

/** A System whose time and chance belong to the test. */
export interface SimulatedSystem extends System {
  /** Moves time on by `ms`, running what falls due on the way in order. */
  advance(ms: Milliseconds): Promise<void>
  /** Runs what is due now, and what that leads to; time stands still. */
  runUntilIdle(): Promise<void>
  /** Lets the wall clock jump; timers wait as long as before. */
  step(ms: Milliseconds): void
  /** Callbacks that wait. */
  pending(): number
  /** A number in [0, 1) from the seed, for the test's own choices. */
  chance(): number
}

export interface SimulationOptions {
  readonly startAt?: Instant
  /** Gives promises their turn. */
  readonly settle?: () => Promise<void>
}

/** A system with a hand-driven clock; everything random follows from the seed. */
export function simulatedSystem(seed: number, options: SimulationOptions = {}): SimulatedSystem {
  const settle = options.settle ?? (() => new Promise<void>((resolve) => setImmediate(resolve)))
  const chance = sfc32(seed)
  const timers = timerHeap()
  let wall = options.startAt ?? Date.UTC(2026, 10, 20, 9)
  let elapsed = 0
  let order = 0
  let pending = 0

  async function runUntil(end: number): Promise<void> {
    await settle()
    for (;;) {
      const next = timers.first()
      if (!next || next.due > end) return
      timers.takeFirst()
      wall += next.due - elapsed
      elapsed = next.due
      const callback = next.callback
      next.callback = undefined
      pending--
      callback?.()
      await settle()
    }
  }

  return {
    now: () => wall,
    random(bytes) {
      for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(chance() * 256)
      return bytes
    },
    after(afterMs, callback) {
      const entry: Waiting = { due: elapsed + Math.max(0, afterMs), order: order++, callback }
      timers.add(entry)
      pending++
      return () => {
        if (entry.callback) pending--
        entry.callback = undefined
      }
    },
    async advance(ms) {
      const end = elapsed + ms
      await runUntil(end)
      wall += end - elapsed
      elapsed = end
    },
    runUntilIdle: () => runUntil(elapsed),
    step(ms) {
      wall += ms
    },
    pending: () => pending,
    chance,
  }
}

/** The "small fast counter" generator, 32 bits: good spread, and the same on every machine. */
function sfc32(seed: number): () => number {
  let a = 0x9e3779b9
  let b = seed >>> 0
  let c = Math.floor(seed / 2 ** 32) >>> 0
  let counter = 1
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let i = 0; i < 12; i++) next()
  return next
}
