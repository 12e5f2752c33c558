import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { System } from '../ports.ts'

/** How long after a refused write the store counts as not writable: a small probe may still fit where real writes do not. */
const recentMs: Milliseconds = 10_000

/** Whether the store takes writes, as the writes themselves have shown. */
export class Trouble {
  readonly #system: System
  readonly #told: (trouble: Error | undefined) => void
  #at: Instant | undefined
  #troubled = false

  constructor(system: System, told: (trouble: Error | undefined) => void = () => {}) {
    this.#system = system
    this.#told = told
  }

  /** What came of a batch; tells when that is something new. */
  report(trouble: Error | undefined): void {
    if (trouble !== undefined) this.#at = this.#system.now()
    if ((trouble !== undefined) === this.#troubled) return
    this.#troubled = trouble !== undefined
    this.#told(trouble)
  }

  recent(): boolean {
    return this.#troubled && this.#at !== undefined && Math.abs(this.#system.now() - this.#at) < recentMs
  }
}
