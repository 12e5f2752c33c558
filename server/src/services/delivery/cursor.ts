import { Fifo } from './fifo.ts'

/** An event that still has deliveries without a row. */
export interface CursorEntry {
  readonly seq: number
  open: number
}

/** Which part of the log is done with: the last event before which each delivery has a row. */
export interface Cursor {
  /** An event with so many deliveries; events come in the order of the log. */
  open(seq: number, deliveries: number): CursorEntry
  /** The log has been read up to here. */
  read(seq: number): void
  /** One delivery of the event has its row. */
  close(entry: CursorEntry): void
  position(): number
  lastRead(): number
  /** Resolves at the next move of anything. */
  moved(): Promise<void>
}

export function createCursor(start: number): Cursor {
  const entries = new Fifo<CursorEntry>()
  let lastRead = start
  let move: PromiseWithResolvers<void> | undefined

  function tell(): void {
    move?.resolve()
    move = undefined
  }

  return {
    open(seq, deliveries) {
      const entry = { seq, open: deliveries }
      entries.push(entry)
      return entry
    },
    read(seq) {
      lastRead = Math.max(lastRead, seq)
      tell()
    },
    close(entry) {
      entry.open--
      while (entries.first()?.open === 0) entries.shift()
      tell()
    },
    position() {
      const first = entries.first()
      return first ? first.seq - 1 : lastRead
    },
    lastRead: () => lastRead,
    moved: () => (move ??= Promise.withResolvers()).promise,
  }
}
