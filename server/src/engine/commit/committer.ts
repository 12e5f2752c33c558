import type { Storage } from '../ports.ts'
import type { UnitWrite, Verdict } from '../ports/rows.ts'

/** What became of a unit: the store's verdict, `fallen` with what it built on, or the error that kept the store from writing. */
export type Fate = Verdict | 'fallen' | Error

/** A unit on its way to the store. */
export interface Outgoing {
  readonly write: UnitWrite
  readonly bytes: number
  /** Whether what it builds on still stands; asked right before it leaves. */
  stands(): boolean
  done(fate: Fate): void
}

/** How many units make a batch that leaves although another one is on its way. */
const worthwhile = 100

export interface CommitLimits {
  readonly unitsPerBatch: number
  readonly bytesPerBatch: number
  readonly bytesWaiting: number
}

/**
 * Natural group commit: one batch is on its way (two under load), the next gathers meanwhile. Bounded in bytes; one bad unit never fails its
 * neighbours, a store that cannot be written fails the batch and nothing else.
 */
export class Committer {
  readonly #storage: Storage
  readonly #limits: CommitLimits
  #waiting: Outgoing[] = []
  #waitingBytes = 0
  /** The batches that are on their way, oldest first. */
  readonly #flying: Promise<void>[] = []
  #gathering = false
  /** Called after each batch, when all its units have their verdicts. */
  readonly #after: () => void

  constructor(storage: Storage, limits: CommitLimits, after: () => void) {
    this.#storage = storage
    this.#limits = limits
    this.#after = after
  }

  /** True when so much is waiting that a newcomer should be told "busy". */
  get full(): boolean {
    return this.#waitingBytes > this.#limits.bytesWaiting
  }

  get waiting(): number {
    return this.#waiting.length
  }

  submit(outgoing: Outgoing): void {
    this.#waiting.push(outgoing)
    this.#waitingBytes += outgoing.bytes
    this.#gather()
  }

  /** Resolves when everything submitted before has its verdict. */
  async settled(): Promise<void> {
    while (this.#gathering || this.#flying.length > 0) await this.next()
  }

  /** Resolves when one more batch has arrived; for those who wait for something that is on its way. */
  async next(): Promise<void> {
    await Promise.resolve()
    await this.#flying[0]
  }

  /** What arrives in the same moment travels together. */
  #gather(): void {
    if (this.#gathering || this.#waiting.length === 0 || !this.#mayLeave()) return
    this.#gathering = true
    void Promise.resolve().then(() => {
      this.#gathering = false
      this.#leave()
    })
  }

  /** A second batch keeps the store busy while the verdicts on the first travel back; a small one rather waits and grows. */
  #mayLeave(): boolean {
    return this.#flying.length === 0 || (this.#flying.length === 1 && this.#waiting.length >= worthwhile)
  }

  #leave(): void {
    const flight = this.#send(this.#take()).then(() => {
      void this.#flying.shift()
      this.#after()
      this.#gather()
    })
    this.#flying.push(flight)
    this.#gather()
  }

  #take(): Outgoing[] {
    let bytes = 0
    let count = 0
    for (const outgoing of this.#waiting) {
      if (count > 0 && (count >= this.#limits.unitsPerBatch || bytes + outgoing.bytes > this.#limits.bytesPerBatch))
        break
      bytes += outgoing.bytes
      count++
    }
    this.#waitingBytes -= bytes
    if (count < this.#waiting.length) return this.#waiting.splice(0, count)
    const all = this.#waiting
    this.#waiting = []
    return all
  }

  async #send(taken: readonly Outgoing[]): Promise<void> {
    const batch: Outgoing[] = []
    for (const outgoing of taken) {
      if (outgoing.stands()) batch.push(outgoing)
      else outgoing.done('fallen')
    }
    if (batch.length === 0) return
    let verdicts: readonly Verdict[]
    try {
      verdicts = await this.#storage.commit(batch.map(({ write }) => write))
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error))
      for (const outgoing of batch) outgoing.done(cause)
      return
    }
    const unanswered = new Error('The store gave no verdict on a unit.')
    for (const [i, outgoing] of batch.entries()) outgoing.done(verdicts[i] ?? unanswered)
  }
}
