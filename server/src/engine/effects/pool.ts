import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { System } from '../ports.ts'

/** So many things at once; the others wait in the order in which they came. */
export class Pool {
  readonly #system: Pick<System, 'after'>
  readonly #longestMs: Milliseconds
  readonly #waiting: (() => void)[] = []
  #free: number

  /** `longestMs`, in real time: what takes longer goes on, but the next no longer waits for it. */
  constructor(system: Pick<System, 'after'>, places: number, longestMs: Milliseconds) {
    this.#system = system
    this.#free = places
    this.#longestMs = longestMs
  }

  async run<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    const leave = once(() => this.#leave())
    const cancel = this.#system.after(this.#longestMs, leave)
    try {
      return await work()
    } finally {
      cancel()
      leave()
    }
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free++
  }
}

function once(act: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    act()
  }
}
