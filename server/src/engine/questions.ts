import type { DomainEvent, Part } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Listing, Page, Recorded } from './api.ts'
import { recordedOf } from './feed/folding.ts'
import type { Storage } from './ports.ts'
import { StorageUnavailable, type ListEntry, type PartsQuestion } from './ports/storage.ts'
import type { Executor } from './unit/executor.ts'
import { partOf } from './unit/parts.ts'

const rowsPerRead = 500

interface Item<S> {
  readonly id: Id
  readonly state: S
  readonly version: number
}

/** Answers lists: the rows say where to look, the aggregates say how they are now. */
export class Questions {
  readonly #storage: Storage
  readonly #executor: Executor

  constructor(storage: Storage, executor: Executor) {
    this.#storage = storage
    this.#executor = executor
  }

  /** A page is short only at the end: rows that no longer fit are made up for. */
  async list<S, C, E extends DomainEvent>(listing: Listing<S, C, E>): Promise<Page<Item<S>>> {
    const items: Item<S>[] = []
    let after = listing.after
    for (;;) {
      // One item more than asked for shows that there is a next page.
      const wanted = listing.limit + 1 - items.length
      const limit = listing.test === undefined ? Math.min(rowsPerRead, wanted) : rowsPerRead
      const entries = await this.#rows(listing, after, limit)
      const fitting = entries.filter((entry) => listing.test?.(entry) ?? true).slice(0, wanted)
      const read = await Promise.all(fitting.map((entry) => this.#read(listing, entry)))
      for (const [i, entry] of fitting.entries()) {
        const item = read[i]
        if (item !== undefined && items.length === listing.limit) return { items, ...(after && { next: after }) }
        if (item !== undefined) items.push(item)
        after = positionOf(entry)
      }
      if (fitting.length === wanted) continue
      const last = entries.at(-1)
      if (last === undefined || entries.length < limit) return { items }
      after = positionOf(last)
    }
  }

  /** The rows alone, one read of the store. */
  entries<S, C, E extends DomainEvent>(listing: Omit<Listing<S, C, E>, 'test'>): Promise<readonly ListEntry[]> {
    return this.#rows(listing, listing.after, listing.limit)
  }

  async parts<E extends DomainEvent>(
    account: string,
    aggregate: Id,
    question: Omit<PartsQuestion, 'aggregate'>,
  ): Promise<readonly (Part<E> & { readonly recorded: Recorded<E> })[]> {
    const rows = await this.#storage.parts({ aggregate, ...question })
    const own = rows.filter((row) => row.created.account === account)
    return own.map((row) => ({ ...(partOf(row) as Part<E>), recorded: recordedOf(row.created) as Recorded<E> }))
  }

  #rows<S, C, E extends DomainEvent>(
    listing: Omit<Listing<S, C, E>, 'test'>,
    after: Page<never>['next'],
    limit: number,
  ): Promise<readonly ListEntry[]> {
    return this.#storage.list({
      account: listing.account,
      noun: listing.noun.name,
      list: listing.list,
      equals: listing.equals,
      descending: listing.descending ?? false,
      ...(after === undefined ? {} : { after }),
      limit,
    })
  }

  /** How it is now, with what is due on it fired first; undefined when it does not belong into the list. */
  async #read<S, C, E extends DomainEvent>(listing: Listing<S, C, E>, entry: ListEntry): Promise<Item<S> | undefined> {
    const { noun } = listing
    const shape = noun.lists[listing.list]
    const executed = await this.#executor.execute({ account: listing.account, by: 'list' }, (unit) => {
      const state = unit.state(noun, entry.aggregate)
      return state === undefined ? undefined : { id: entry.aggregate, state, version: unit.version(entry.aggregate) }
    })
    if ('refusal' in executed) throw new StorageUnavailable(executed.refusal.message)
    if ('stored' in executed || executed.value === undefined || shape === undefined) return undefined
    const equal = noun.facets(executed.value.state)[shape.equal]
    return equal !== undefined && listing.equals.includes(String(equal)) ? executed.value : undefined
  }
}

function positionOf({ sort, aggregate }: ListEntry): NonNullable<Page<never>['next']> {
  return { sort, id: aggregate }
}
