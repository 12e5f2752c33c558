import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { AnswerRow, ClockRow, EffectRow, EventRow, HeadRow } from '#engine/ports/rows.ts'
import type { ListEntry } from '#engine/ports/storage.ts'
import { comparePlace, compareText } from '../order.ts'
import { Sorted } from './sorted.ts'

/** One event of an aggregate: where it stands in the log, and what was laid over it last. */
export interface Pointer {
  readonly seq: number
  readonly kind: string | undefined
  overlay: number | undefined
}

/** An aggregate with all that hangs on it, so that erasing finds it again. */
export interface Aggregate {
  head: HeadRow
  clock: string
  /** By n - 1; holes where events were erased. */
  readonly pointers: (Pointer | undefined)[]
  /** `once` keys, with the event that used them up. */
  readonly once: Map<string, number>
  readonly claims: Set<string>
  readonly handles: Set<string>
  readonly finds: Set<string>
  readonly rows: Map<string, { readonly list: Sorted<ListEntry>; readonly entry: ListEntry }>
  readonly answers: Map<string, AnswerRow>
}

export interface DueEntry {
  readonly at: Instant
  readonly aggregate: Id
}

/** Everything the memory store holds. */
export class Tables {
  readonly aggregates = new Map<Id, Aggregate>()
  /** By seq - 1; holes where events were erased. */
  readonly log: (EventRow | undefined)[] = []
  readonly claims = new Map<string, Id>()
  readonly handles = new Map<string, Sorted<Id>>()
  readonly lists = new Map<string, Sorted<ListEntry>>()
  readonly due = new Map<string, Sorted<DueEntry>>()
  readonly clocks = new Map<string, ClockRow>()
  readonly answers = new Map<string, AnswerRow>()
  readonly effects = new Map<string, EffectRow>()
  readonly feeds = new Map<string, number[]>()
  indexed = 0

  list(name: string): Sorted<ListEntry> {
    return this.lists.getOrInsertComputed(name, () => new Sorted<ListEntry>(comparePlace))
  }

  handle(name: string): Sorted<Id> {
    return this.handles.getOrInsertComputed(name, () => new Sorted<Id>(compareText))
  }

  dueOn(clock: string): Sorted<DueEntry> {
    return this.due.getOrInsertComputed(
      clock,
      () => new Sorted((a, b) => a.at - b.at || compareText(a.aggregate, b.aggregate)),
    )
  }

  /** No longer findable by the handle, unless it stands for more than one thing. */
  unhandle(name: string, aggregate: Id): void {
    const holders = this.handles.get(name)
    holders?.delete(aggregate)
    if (holders?.empty) this.handles.delete(name)
  }
}

/** Everything that makes a list one list, as one text. */
export function listName(account: string, noun: string, list: string, equal: string): string {
  return `${account}\u001f${noun}\u001f${list}\u001f${equal}`
}
