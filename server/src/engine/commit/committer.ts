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

export interface CommitLimits {
  readonly unitsPerBatch: number
  readonly bytesPerBatch: number
  readonly bytesWaiting: number
}

/**
 * Natural group commit: one batch is on its way, the next gathers meanwhile. Bounded in bytes; one bad unit never fails its
 * neighbours, a store that cannot be written fails the batch and nothing else.
 */
export class Committer {
  readonly #storage: Storage
  readonly #limits: CommitLimits
  #waiting: Outgoing[] = []
  #waitingBytes = 0
  #running: Promise<void> | undefined
  #batch: Promise<void> = Promise.resolve()
  #submitted = 0
  #arrived = 0
  /** Called after each batch, when all its units have their verdicts; with the error when the store did not take it. */
  readonly #after: (trouble: Error | undefined) => void
  #trouble: Error | undefined

  constructor(storage: Storage, limits: CommitLimits, after: (trouble: Error | undefined) => void) {
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
    this.#submitted++
    this.#waitingBytes += outgoing.bytes
    this.#running ??= this.#run()
  }

  /** Resolves when nothing is on its way any more. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  /** Resolves when everything submitted before has its verdict, whatever else comes after it. */
  async flushed(): Promise<void> {
    const mine = this.#submitted
    while (this.#arrived < mine) await this.next()
  }

  /** Resolves after the batch that is gathering or on its way now; for those who wait for something to arrive. */
  async next(): Promise<void> {
    if (this.#running === undefined) return
    await this.#batch
  }

  async #run(): Promise<void> {
    await Promise.resolve() // what arrives in the same moment travels together
    while (this.#waiting.length > 0) {
      const taken = this.#take()
      this.#batch = this.#send(taken)
      await this.#batch
      this.#arrived += taken.length
      this.#after(this.#trouble)
    }
    this.#running = undefined
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
      this.#trouble = cause
      return
    }
    this.#trouble = undefined
    const unanswered = new Error('The store gave no verdict on a unit.')
    for (const [i, outgoing] of batch.entries()) outgoing.done(verdicts[i] ?? unanswered)
  }
}
