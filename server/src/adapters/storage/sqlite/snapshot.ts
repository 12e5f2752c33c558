import type { DatabaseSync } from 'node:sqlite'
import { isRestarting } from './signal.ts'

/**
 * One moment of the store for all point reads of a turn: taking and leaving it costs more than most reads do. It ends with the
 * turn, or as soon as this process hears of a commit, so that nothing it has been told of is missing in what it reads. While
 * the log is to start anew none is held: under load there would hardly ever be a moment without one, and the log would grow.
 */
export class Snapshot {
  readonly #reader: DatabaseSync
  readonly #signal: Int32Array
  #held = false

  constructor(reader: DatabaseSync, signal: Int32Array) {
    this.#reader = reader
    this.#signal = signal
  }

  hold(): void {
    if (isRestarting(this.#signal)) return this.release()
    if (this.#held) return
    this.#reader.exec('BEGIN')
    this.#held = true
    setImmediate(() => this.release())
  }

  release(): void {
    if (!this.#held) return
    this.#held = false
    this.#reader.exec('COMMIT')
  }
}
