import type { Id } from '#domain/vocabulary/id.ts'
import type { Fired } from '../api.ts'
import type { Storage, System } from '../ports.ts'
import type { HeadRow } from '../ports/rows.ts'
import { StorageUnavailable } from '../ports/storage.ts'
import type { Executor } from '../unit/executor.ts'
import type { Lanes } from '../unit/lanes.ts'

/** How many are decided before what is ready may leave for the store. */
const perTurn = 500

/** Whom an aggregate belongs to; undefined: it does not exist (any more). */
type Owner = Pick<HeadRow, 'account' | 'erasing'> | undefined

/** Fires what is due on aggregates, whoever they belong to, and erases those whose time is over for good. */
export class Firing {
  readonly #executor: Executor
  readonly #storage: Storage
  readonly #lanes: Lanes
  readonly #system: System

  constructor(executor: Executor, storage: Storage, lanes: Lanes, system: System) {
    this.#executor = executor
    this.#storage = storage
    this.#lanes = lanes
    this.#system = system
  }

  /** Answers with what was fired, in the order of the ids. The first ones travel while the next are being decided. */
  async fire(ids: readonly Id[]): Promise<readonly Fired[]> {
    const firings: Promise<readonly Fired[]>[] = []
    for (let from = 0; from < ids.length; from += perTurn) {
      if (from > 0) await this.#turn()
      const some = ids.slice(from, from + perTurn)
      const owners = await this.#owners(some)
      firings.push(...some.map((id, i) => this.#touch(id, owners[i])))
    }
    return (await Promise.all(firings)).flat()
  }

  /** Lets others have a turn, the store's answers among them: without one the next batch would not leave before all is decided. */
  #turn(): Promise<void> {
    return new Promise((resolve) => this.#system.after(0, resolve))
  }

  /** Touching is enough: what is touched first fires what is due on it, and has its due time put right. */
  async #touch(id: Id, owner: Owner): Promise<readonly Fired[]> {
    if (owner === undefined) return nothing
    if (owner.erasing) {
      while (!(await this.#storage.erase(id, 500)));
      const lane = this.#lanes.get(id)
      if (lane !== undefined && lane.pending === 0) this.#lanes.drop(lane)
      return nothing
    }
    const executed = await this.#executor.execute({ account: owner.account, by: 'deadline' }, (unit) =>
      unit.version(id),
    )
    if ('stored' in executed) return nothing
    if ('refusal' in executed) throw new StorageUnavailable(executed.refusal.message)
    return executed.fired
  }

  async #owners(ids: readonly Id[]): Promise<readonly Owner[]> {
    const unknown = ids.filter((id) => this.#lanes.get(id) === undefined)
    const rows =
      unknown.length === 0 ? [] : await this.#storage.load(unknown.map((aggregate) => ({ what: 'head', aggregate })))
    const stored = new Map(unknown.map((id, i) => [id, rows[i] as HeadRow | null]))
    return ids.map((id) => {
      const lane = this.#lanes.get(id)
      if (lane !== undefined) return { account: lane.account, erasing: lane.derived.erasing && lane.pending === 0 }
      return stored.get(id) ?? undefined
    })
  }
}

const nothing: readonly Fired[] = []
