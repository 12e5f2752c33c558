import type { DeliveryRow, DeliveryStore } from '#engine/ports/delivery-store.ts'
import type { System } from '#engine/ports.ts'
import type { Logger } from '../ports.ts'
import type { Cursor, CursorEntry } from './cursor.ts'

/** Writes rows and the cursor in groups: one group is on its way, the next gathers. */
export interface Recorder {
  /** `entry`: the event that this row lets the cursor pass. `written`: called once the row is in the store. */
  add(row: DeliveryRow, entry?: CursorEntry, written?: () => void): void
  /** The cursor has moved without a row: it is written by and by. */
  cursorMoved(): void
  /** Resolves when everything handed over by now is written, the cursor too. */
  flushed(): Promise<void>
  /** Whether a row of this id waits to be written. */
  isPending(id: string): boolean
  /** Rows that wait to be written. */
  backlog(): number
  /** The cursor in the store. */
  position(): number
  /** Writes what there is, giving up if the store refuses it, then nothing more. */
  stop(): Promise<void>
}

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

export function createRecorder({ store, system, log, cursor, cursorEveryMs }: RecorderOptions): Recorder {
  let gathering = newGroup()
  let flying: Group | undefined
  let isScheduled = false
  let cancelTimer: (() => void) | undefined
  let position = cursor.position()
  let isStopping = false
  let isOver = false

  function schedule(): void {
    if (isScheduled || flying || isOver) return
    isScheduled = true
    system.after(0, () => void fly())
  }

  async function fly(): Promise<void> {
    isScheduled = false
    while (!flying && !isOver && (gathering.rows.size > 0 || cursor.position() > position)) {
      flying = gathering
      gathering = newGroup()
      cancelTimer?.()
      cancelTimer = undefined
      for (const entry of flying.entries) cursor.close(entry)
      const isWritten = await write([...flying.rows.values()], cursor.position())
      const { written, done } = flying
      flying = undefined
      if (isWritten) for (const callback of written) callback()
      else isOver = true // a later group must not carry the cursor past rows that were lost
      done.resolve()
    }
    if (flying) return
    const idle = gathering
    gathering = newGroup()
    idle.done.resolve()
  }

  async function write(rows: readonly DeliveryRow[], to: number): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      try {
        await store.record(rows, to > position ? to : undefined)
        position = Math.max(position, to)
        return true
      } catch (error) {
        if (tries === 1)
          log.warn({ rows: rows.length, error: nameOf(error) }, 'Deliveries cannot be recorded; trying again.')
        if (isStopping && tries >= triesWhenStopping) return false
        await new Promise<void>((resolve) => system.after(retryMs, resolve))
      }
    }
  }

  async function flushed(): Promise<void> {
    if (isOver || (!flying && gathering.rows.size === 0 && cursor.position() <= position)) return
    const { done } = gathering
    schedule()
    await done.promise // also resolved when the group on its way was the last
  }

  return {
    add(row, entry, written) {
      gathering.rows.set(row.id, row)
      if (entry) gathering.entries.push(entry)
      if (written) gathering.written.push(written)
      schedule()
    },
    cursorMoved() {
      if (cancelTimer || flying || isScheduled || isOver || cursor.position() <= position) return
      cancelTimer = system.after(cursorEveryMs, () => {
        cancelTimer = undefined
        schedule()
      })
    },
    flushed,
    isPending: (id) => gathering.rows.has(id) || flying?.rows.has(id) === true,
    backlog: () => gathering.rows.size + (flying?.rows.size ?? 0),
    position: () => position,
    async stop() {
      isStopping = true
      while (!isOver && (flying || gathering.rows.size > 0 || cursor.position() > position)) await flushed()
      isOver = true
      cancelTimer?.()
    },
  }
}

function newGroup(): Group {
  return { rows: new Map(), entries: [], written: [], done: Promise.withResolvers() }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
