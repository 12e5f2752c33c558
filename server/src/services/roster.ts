import type { DomainEvent, Noun } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Engine } from '#engine/api.ts'
import { BoundedMap } from './bounded-map.ts'

const accountsKept = 2_000
const pageSize = 1_000

interface Member {
  readonly id: Id
  /** Rises with each write, where the noun has one; else writes are noted in the order of their commits. */
  readonly version?: number
}

interface Entry<State> {
  /** The newest state known of each; those that have left stay, so that a late note or list cannot bring them back. */
  readonly states: Map<Id, State>
  loading: Promise<void> | undefined
  members: readonly State[] | undefined
}

/**
 * The members of a list that is asked for all the time, in memory per account. The service that writes them notes each write,
 * so what was written before is always seen.
 */
export class Roster<State extends Member, Command, Event extends DomainEvent> {
  readonly #engine: Engine
  readonly #noun: Noun<State, Command, Event>
  readonly #list: string
  readonly #belongs: (state: State) => boolean
  readonly #accounts = new BoundedMap<string, Entry<State>>(accountsKept)

  constructor(engine: Engine, noun: Noun<State, Command, Event>, list: string, belongs: (state: State) => boolean) {
    this.#engine = engine
    this.#noun = noun
    this.#list = list
    this.#belongs = belongs
  }

  /** All members now. The same array as long as none has changed. */
  async of(account: string): Promise<readonly State[]> {
    const entry = this.#entry(account)
    if (entry.loading) await entry.loading
    return this.#members(entry)
  }

  /** The same without waiting; undefined: they have to be waited for. */
  known(account: string): readonly State[] | undefined {
    const entry = this.#accounts.get(account)
    return entry === undefined || entry.loading ? undefined : this.#members(entry)
  }

  /** A state that has committed. */
  note(account: string, state: State): void {
    const entry = this.#accounts.get(account)
    const present = entry?.states.get(state.id)
    if (!entry || (present && (!this.#belongs(present) || (state.version ?? 0) < (present.version ?? 0)))) return
    entry.states.set(state.id, state)
    entry.members = undefined
  }

  #members(entry: Entry<State>): readonly State[] {
    return (entry.members ??= [...entry.states.values()].filter(this.#belongs))
  }

  #entry(account: string): Entry<State> {
    const known = this.#accounts.get(account)
    if (known) return known
    const entry: Entry<State> = { states: new Map(), loading: undefined, members: undefined }
    entry.loading = this.#load(account, entry).then(
      () => {
        entry.loading = undefined
      },
      (error: unknown) => {
        this.#accounts.delete(account)
        throw error
      },
    )
    this.#accounts.set(account, entry)
    return entry
  }

  async #load(account: string, entry: Entry<State>): Promise<void> {
    const list = { account, noun: this.#noun, list: this.#list, equals: ['true'], limit: pageSize }
    let page = await this.#engine.list(list)
    for (;;) {
      // What was noted meanwhile is at least as new as what the list says.
      for (const { id, state } of page.items) if (!entry.states.has(id)) entry.states.set(id, state)
      if (!page.next) return
      page = await this.#engine.list({ ...list, after: page.next })
    }
  }
}
