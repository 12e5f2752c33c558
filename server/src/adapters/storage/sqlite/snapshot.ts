import type { DatabaseSync } from 'node:sqlite'

/**
 * One moment of the store for all point reads of a turn: taking and leaving it costs more than most reads do. It ends with the
 * turn, or as soon as this process hears of a commit, so that nothing it has been told of is missing in what it reads.
 */
export class Snapshot {
  readonly #reader: DatabaseSync
  #held = false

  constructor(reader: DatabaseSync) {
    this.#reader = reader
  }

  hold(): void {
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
