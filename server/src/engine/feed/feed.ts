import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Feed as FeedApi, Followed, Recorded } from '../api.ts'
import type { Storage, System } from '../ports.ts'
import type { PartRow } from '../ports/rows.ts'
import type { Registry } from '../registry.ts'
import { Folding, recordedOf } from './folding.ts'
import { Ring } from './ring.ts'

const perRead = 500
const retryMs: Milliseconds = 1_000
const indexPerStep = 5_000

/** What happened, in the order of the log: live from memory, earlier from the store. */
export class Feed implements FeedApi {
  readonly #storage: Storage
  readonly #system: System
  readonly #registry: Registry
  readonly #ring: Ring
  readonly #waiting = new Set<() => void>()
  #stopped = false

  constructor(
    storage: Storage,
    system: System,
    registry: Registry,
    ring: { readonly max: number; readonly last: number },
  ) {
    this.#storage = storage
    this.#system = system
    this.#registry = registry
    this.#ring = new Ring(ring.max, ring.last)
  }

  lastSeq(): number {
    return this.#ring.last
  }

  committed(events: readonly Followed[]): void {
    this.#ring.add(events)
  }

  /** After a batch: whoever waits for news looks again. */
  wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const look of waiting) look()
  }

  stop(): void {
    this.#stopped = true
    this.wake()
  }

  follow(after: number, reader: (batch: readonly Followed[]) => void | Promise<void>): () => void {
    const following = { over: false, wake: (): void => {} }
    void this.#follow(following, after, reader)
    return () => {
      following.over = true
      following.wake()
    }
  }

  async page(account: string, after: number, limit: number): Promise<readonly Recorded[]> {
    const last = this.#ring.last
    for (let reached = -1; reached < last;) {
      const next = await this.#storage.indexFeed(indexPerStep)
      if (next === reached) break // the newest have been erased
      reached = next
    }
    return (await this.#storage.accountLog(account, after, limit)).map(recordedOf)
  }

  async event(account: string, id: string): Promise<Followed | undefined> {
    const [aggregate, number] = id.split('.')
    const n = Number(number)
    if (aggregate === undefined || !Number.isSafeInteger(n) || n < 1) return undefined
    const [row] = (await this.#storage.load([{ what: 'part', aggregate, n }])) as readonly (PartRow | null)[]
    if (row === null || row === undefined || row.created.account !== account) return undefined
    const [followed] = await new Folding(this.#storage, this.#registry).follow([row.created])
    return followed
  }

  async #follow(
    following: { over: boolean; wake: () => void },
    after: number,
    reader: (batch: readonly Followed[]) => void | Promise<void>,
  ): Promise<void> {
    let folding: Folding | undefined
    let position = after
    while (!following.over && !this.#stopped) {
      try {
        let batch = this.#ring.after(position, perRead)
        if (batch === undefined) {
          folding ??= new Folding(this.#storage, this.#registry)
          const newest = this.#ring.last
          const rows = await this.#storage.log(position, perRead)
          batch = await folding.follow(rows)
          await this.#turn() // much may be behind: others have their turns in between
          // Nothing in the store up to the newest: what is missing has been erased.
          if (batch.length === 0) position = newest
        } else folding = undefined
        if (batch.length === 0) {
          if (position >= this.#ring.last) await this.#news(following)
          continue
        }
        await reader(batch)
        position = batch.at(-1)?.recorded.seq ?? position
      } catch {
        await this.#pause() // the store is away, or the reader asks to be tried again
      }
    }
  }

  async #news(following: { over: boolean; wake: () => void }): Promise<void> {
    if (following.over || this.#stopped) return
    await new Promise<void>((resolve) => {
      following.wake = resolve
      this.#waiting.add(resolve)
    })
    this.#waiting.delete(following.wake)
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => this.#system.after(retryMs, resolve))
  }

  async #turn(): Promise<void> {
    await new Promise<void>((resolve) => this.#system.after(0, resolve))
  }
}
