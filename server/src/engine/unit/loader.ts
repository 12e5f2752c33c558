import type { DomainEvent } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Storage } from '../ports.ts'
import type { HeadRow, PartRow } from '../ports/rows.ts'
import type { Loaded, Lookup } from '../ports/storage.ts'
import { nounNamed, type Registry } from '../registry.ts'
import { derive, type Lane } from './lane.ts'
import type { Lanes } from './lanes.ts'
import { memoKey, type Memo } from './memo.ts'
import { partOf, type PartCache } from './parts.ts'

interface Waiting {
  readonly lookup: Lookup
  resolve(loaded: Loaded): void
  reject(error: unknown): void
}

/** Brings into memory what programs miss; what is missed in the same moment is asked for together. */
export class Loader {
  readonly #storage: Storage
  readonly #registry: Registry
  readonly #lanes: Lanes
  readonly #parts: PartCache
  #waiting: Waiting[] = []

  constructor(storage: Storage, registry: Registry, lanes: Lanes, parts: PartCache) {
    this.#storage = storage
    this.#registry = registry
    this.#lanes = lanes
    this.#parts = parts
  }

  /** Loads what one program missed into the lanes or its memo. */
  async load(lookup: Lookup, memo: Memo): Promise<void> {
    const loaded = await this.#ask(lookup)
    if (!this.#keep(lookup, loaded, memo)) await this.#refold(loaded as HeadRow)
  }

  /** The same at once, where the store and the row allow it; false: it has to be waited for. */
  peek(lookup: Lookup, memo: Memo): boolean {
    return this.#storage.peek !== undefined && this.#keep(lookup, this.#storage.peek(lookup), memo)
  }

  #keep(lookup: Lookup, loaded: Loaded, memo: Memo): boolean {
    switch (lookup.what) {
      case 'head':
        return this.#keepHead(lookup.aggregate, loaded as HeadRow | null, memo)
      case 'holder':
        memo.holders.set(memoKey(lookup), loaded as Id | null)
        return true
      case 'holders':
        memo.handles.set(memoKey(lookup), loaded as readonly Id[])
        return true
      case 'key':
        memo.keys.set(memoKey(lookup), loaded as number | null)
        return true
      case 'part':
        this.#keepPart(memoKey(lookup), loaded as PartRow | null, memo)
        return true
    }
  }

  async #ask(lookup: Lookup): Promise<Loaded> {
    const answer = new Promise<Loaded>((resolve, reject) => this.#waiting.push({ lookup, resolve, reject }))
    if (this.#waiting.length === 1) void this.#send()
    return answer
  }

  async #send(): Promise<void> {
    await Promise.resolve()
    const waiting = this.#waiting
    this.#waiting = []
    try {
      const loaded = await this.#storage.load(waiting.map(({ lookup }) => lookup))
      for (const [i, one] of waiting.entries()) one.resolve(loaded[i] ?? null)
    } catch (error) {
      for (const one of waiting) one.reject(error)
    }
  }

  /** False: the head is of an older shape and is not read; its events say the same in the new one. */
  #keepHead(id: Id, row: HeadRow | null, memo: Memo): boolean {
    if (this.#lanes.get(id) !== undefined) return true // somebody was faster, and may be further
    if (row === null || row.erasing) {
      memo.absent.set(id, true)
      return true
    }
    if (row.shape !== nounNamed(this.#registry, row.noun).shape) return false
    this.#lanes.put(this.#laneOf(row, JSON.parse(row.stateJson)))
    return true
  }

  #laneOf(row: HeadRow, state: unknown): Lane {
    const noun = nounNamed(this.#registry, row.noun)
    return {
      noun,
      id: row.aggregate,
      account: row.account,
      state,
      version: row.version,
      at: row.at,
      due: row.due,
      derived: derive(noun, state),
      pending: 0,
      broken: false,
      hot: true,
      bytes: row.stateJson.length * 2 + 600,
    }
  }

  async #refold(row: HeadRow): Promise<void> {
    const noun = nounNamed(this.#registry, row.noun)
    let state: unknown
    for (let after = 0; after < row.version;) {
      const page = await this.#storage.parts({ aggregate: row.aggregate, after, limit: 500 })
      const events = page.filter((part) => part.n <= row.version)
      if (events.length === 0) break
      for (const { created } of events) state = noun.evolve(state, JSON.parse(created.eventJson) as DomainEvent)
      after = events.at(-1)?.n ?? row.version
    }
    if (this.#lanes.get(row.aggregate) === undefined) this.#lanes.put(this.#laneOf(row, state))
  }

  #keepPart(name: string, row: PartRow | null, memo: Memo): void {
    const part = row === null ? null : partOf(row)
    memo.parts.set(name, part as never)
    // Overlaid parts may change again; those without an overlay are mostly immutable versions, read over and over.
    if (part !== null && row?.overlay === null && !this.#parts.isMoving(name)) this.#parts.put(name, part)
  }
}
