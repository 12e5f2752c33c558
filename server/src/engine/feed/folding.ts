import type { DomainEvent } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Followed, Recorded } from '../api.ts'
import type { Storage } from '../ports.ts'
import type { EventRow } from '../ports/rows.ts'
import { nounNamed, type Registry } from '../registry.ts'

interface Folded {
  version: number
  state: unknown
}

const kept = 1_000

/** Gives events of the log the states they led to, for readers who come late; each aggregate is folded once. */
export class Folding {
  readonly #storage: Storage
  readonly #registry: Registry
  readonly #states = new Map<Id, Folded>()

  constructor(storage: Storage, registry: Registry) {
    this.#storage = storage
    this.#registry = registry
  }

  async follow(rows: readonly EventRow[]): Promise<readonly Followed[]> {
    const followed: Followed[] = []
    for (const row of rows) followed.push(await this.#follow(row))
    return followed
  }

  async #follow(row: EventRow): Promise<Followed> {
    const recorded = recordedOf(row)
    const noun = nounNamed(this.#registry, row.noun)
    const folded = await this.#stateBefore(row)
    const before = folded.state
    folded.state = noun.evolve(before, recorded.event)
    folded.version = row.n
    return { recorded, before, after: folded.state }
  }

  async #stateBefore(row: EventRow): Promise<Folded> {
    const known = this.#states.get(row.aggregate)
    const folded: Folded = known !== undefined && known.version < row.n ? known : { version: 0, state: undefined }
    this.#states.delete(row.aggregate)
    this.#states.set(row.aggregate, folded)
    if (this.#states.size > kept) this.#states.delete(this.#states.keys().next().value as Id)
    const noun = nounNamed(this.#registry, row.noun)
    while (folded.version < row.n - 1) {
      const parts = await this.#storage.parts({
        aggregate: row.aggregate,
        after: folded.version,
        limit: Math.min(500, row.n - 1 - folded.version),
      })
      if (parts.length === 0) break // erased meanwhile
      for (const part of parts) {
        if (part.n >= row.n) return folded
        folded.state = noun.evolve(folded.state, JSON.parse(part.created.eventJson) as DomainEvent)
        folded.version = part.n
      }
    }
    return folded
  }
}

/** An event out of its row. */
export function recordedOf(row: EventRow): Recorded {
  return {
    id: `${row.aggregate}.${row.n}`,
    seq: row.seq,
    account: row.account,
    noun: row.noun,
    aggregate: row.aggregate,
    n: row.n,
    recordedAt: row.recordedAt,
    request: row.request,
    event: JSON.parse(row.eventJson) as DomainEvent,
  }
}
