import type { DeliveryRow, DeliveryStore } from '#engine/ports/delivery-store.ts'
import type { System } from '#engine/ports.ts'
import type { Logger } from '../ports.ts'
import type { Cursor, CursorEntry } from './cursor.ts'

interface Group {
  readonly rows: Map<string, DeliveryRow>
  readonly entries: CursorEntry[]
  readonly written: (() => void)[]
  readonly done: PromiseWithResolvers<void>
}

export interface RecorderOptions {
  readonly store: DeliveryStore
  readonly system: System
  readonly log: Logger
  readonly cursor: Cursor
  readonly cursorEveryMs: number
}

const retryMs = 500
const triesWhenStopping = 3

/** Writes rows and the cursor in groups: one group is on its way, the next gathers. */
export class Recorder {
  readonly #options: RecorderOptions
  #gathering = newGroup()
  #flying: Group | undefined
  #isScheduled = false
  #cancelTimer: (() => void) | undefined
  #position: number
  #isStopping = false
  #isOver = false

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#position = options.cursor.position()
  }

  /** `entry`: the event that this row lets the cursor pass. `written`: called once the row is in the store. */
  add(row: DeliveryRow, entry?: CursorEntry, written?: () => void): void {
    this.#gathering.rows.set(row.id, row)
    if (entry) this.#gathering.entries.push(entry)
    if (written) this.#gathering.written.push(written)
    this.#schedule()
  }

  /** The cursor has moved without a row: it is written by and by. */
  cursorMoved(): void {
    if (this.#cancelTimer || this.#flying || this.#isScheduled || !this.#isCursorAhead()) return
    const { system, cursorEveryMs } = this.#options
    this.#cancelTimer = system.after(cursorEveryMs, () => {
      this.#cancelTimer = undefined
      this.#schedule()
    })
  }

  /** Resolves when everything handed over by now is written, the cursor too. */
  async flushed(): Promise<void> {
    if (this.#isOver || (!this.#flying && this.#gathering.rows.size === 0 && !this.#isCursorAhead())) return
    const { done } = this.#gathering
    this.#schedule()
    await done.promise // also resolved when the group on its way was the last
  }

  /** Whether a row of this id waits to be written. */
  isPending(id: string): boolean {
    return this.#gathering.rows.has(id) || this.#flying?.rows.has(id) === true
  }

  /** Rows that wait to be written. */
  backlog(): number {
    return this.#gathering.rows.size + (this.#flying?.rows.size ?? 0)
  }

  /** The cursor in the store. */
  position(): number {
    return this.#position
  }

  /** Writes what there is, giving up if the store refuses it, then nothing more. */
  async stop(): Promise<void> {
    this.#isStopping = true
    while (!this.#isOver && (this.backlog() > 0 || this.#isCursorAhead())) await this.flushed()
    this.#isOver = true
    this.#cancelTimer?.()
  }

  #isCursorAhead(): boolean {
    return !this.#isOver && this.#options.cursor.position() > this.#position
  }

  #schedule(): void {
    if (this.#isScheduled || this.#flying || this.#isOver) return
    this.#isScheduled = true
    this.#options.system.after(0, () => void this.#fly())
  }

  async #fly(): Promise<void> {
    this.#isScheduled = false
    while (!this.#flying && !this.#isOver && (this.#gathering.rows.size > 0 || this.#isCursorAhead())) {
      const group = this.#gathering
      this.#flying = group
      this.#gathering = newGroup()
      this.#cancelTimer?.()
      this.#cancelTimer = undefined
      for (const entry of group.entries) this.#options.cursor.close(entry)
      const isWritten = await this.#write([...group.rows.values()], this.#options.cursor.position())
      this.#flying = undefined
      if (isWritten) for (const callback of group.written) callback()
      else this.#isOver = true // a later group must not carry the cursor past rows that were lost
      group.done.resolve()
    }
    if (this.#flying) return
    const idle = this.#gathering
    this.#gathering = newGroup()
    idle.done.resolve()
  }

  async #write(rows: readonly DeliveryRow[], to: number): Promise<boolean> {
    const { store, system, log } = this.#options
    for (let tries = 1; ; tries++) {
      try {
        await store.record(rows, to > this.#position ? to : undefined)
        this.#position = Math.max(this.#position, to)
        return true
      } catch (error) {
        const facts = { rows: rows.length, error: error instanceof Error ? error.name : typeof error }
        if (tries === 1) log.warn(facts, 'Deliveries cannot be recorded; trying again.')
        if (this.#isStopping && tries >= triesWhenStopping) return false
        await new Promise<void>((resolve) => system.after(retryMs, resolve))
      }
    }
  }
}

function newGroup(): Group {
  return { rows: new Map(), entries: [], written: [], done: Promise.withResolvers() }
}
