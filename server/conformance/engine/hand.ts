import type { System } from '#engine/ports.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'

/** A system whose clock a test moves by hand. Callbacks run when the clock passes them; `soon` ones in the next turn. */
export class HandSystem implements System {
  #now: Instant
  /** Real time passed: what timers count, whatever the wall clock does. */
  #passed = 0
  #seed: number
  readonly #calls = new Set<{ readonly at: Instant; readonly callback: () => void }>()

  constructor(now: Instant, seed = 1) {
    this.#now = now
    this.#seed = seed
  }

  now(): Instant {
    return this.#now
  }

  random(bytes: Uint8Array): Uint8Array {
    for (let i = 0; i < bytes.length; i++) {
      this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0
      bytes[i] = this.#seed >>> 24
    }
    return bytes
  }

  after(afterMs: number, callback: () => void): () => void {
    const call = { at: this.#passed + afterMs, callback }
    this.#calls.add(call)
    if (afterMs <= 0) setImmediate(() => this.#run(call))
    return () => this.#calls.delete(call)
  }

  /** Sets the wall clock alone, in either direction: no time passes. */
  set(now: Instant): void {
    this.#now = now
  }

  /** Time passes, on the wall too; timers run in their order. */
  advance(ms: number): void {
    this.#now += ms
    this.#passed += ms
    for (const call of [...this.#calls].toSorted((a, b) => a.at - b.at)) if (call.at <= this.#passed) this.#run(call)
  }

  #run(call: { readonly at: Instant; readonly callback: () => void }): void {
    if (this.#calls.delete(call)) call.callback()
  }
}

/** Waits for a fact, turn by turn. */
export async function until(fact: () => boolean | Promise<boolean>, what = 'the fact'): Promise<void> {
  for (let turns = 0; turns < 100_000; turns++) {
    if (await fact()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error(`Waited in vain for ${what}.`)
}
