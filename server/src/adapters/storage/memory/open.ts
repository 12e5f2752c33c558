import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { AnswerRow, ClockRow, EffectRow, EventRow, PartRow, UnitWrite, Verdict } from '#engine/ports/rows.ts'
import {
  StorageUnavailable,
  type EffectPlace,
  type ListEntry,
  type ListQuestion,
  type Loaded,
  type Lookup,
  type PartsQuestion,
  type Storage,
} from '#engine/ports/storage.ts'
import { MemoryDeliveries } from './deliveries.ts'
import { erase } from './erase.ts'
import { effectOrder, effectsWhere, feedPage, indexFeed, listPage, logPage, lookUp, partsPage } from './read.ts'
import { Tables } from './tables.ts'
import { answerName, writeEffects, writeUnit } from './write.ts'

/** A store that forgets everything when the process ends: for tests, trials and as the measure of what durability costs. */
export function openMemory(): Storage {
  return new MemoryStorage()
}

class MemoryStorage implements Storage {
  readonly #tables = new Tables()
  #closed = false
  readonly deliveries = new MemoryDeliveries(() => this.#open())

  /** The tables, or an error once the store is closed. */
  #open(): Tables {
    if (this.#closed) throw new StorageUnavailable('The store is closed.')
    return this.#tables
  }

  async commit(batch: readonly UnitWrite[]): Promise<readonly Verdict[]> {
    const tables = this.#open()
    return batch.map((unit) => writeUnit(tables, unit))
  }

  async load(lookups: readonly Lookup[]): Promise<readonly Loaded[]> {
    const tables = this.#open()
    return lookups.map((lookup) => lookUp(tables, lookup))
  }

  peek(lookup: Lookup): Loaded {
    return lookUp(this.#open(), lookup)
  }

  async list(question: ListQuestion): Promise<readonly ListEntry[]> {
    return listPage(this.#open(), question)
  }

  async parts(question: PartsQuestion): Promise<readonly PartRow[]> {
    return partsPage(this.#open(), question)
  }

  async log(after: number, limit: number): Promise<readonly EventRow[]> {
    return logPage(this.#open(), after, limit)
  }

  async lastSeq(): Promise<number> {
    return this.#open().log.length
  }

  async accountLog(account: string, after: number, limit: number): Promise<readonly EventRow[]> {
    return feedPage(this.#open(), account, after, limit)
  }

  async indexFeed(limit: number): Promise<number> {
    return indexFeed(this.#open(), limit)
  }

  async due(
    clock: string,
    until: Instant,
    limit: number,
  ): Promise<readonly { readonly aggregate: Id; readonly at: Instant }[]> {
    const entries = this.#open().due.get(clock)?.ascending() ?? [].values()
    return entries
      .take(limit)
      .filter((entry) => entry.at <= until)
      .toArray()
  }

  async clocks(): Promise<readonly ClockRow[]> {
    return [...this.#open().clocks.values()]
  }

  async answer(scope: string, key: string): Promise<AnswerRow | null> {
    return this.#open().answers.get(answerName(scope, key)) ?? null
  }

  async forgetAnswers(before: Instant, limit: number): Promise<number> {
    const { answers } = this.#open()
    const old = [...answers].filter(([, row]) => row.at < before).slice(0, limit)
    for (const [name] of old) answers.delete(name)
    return old.length
  }

  async openEffects(account: string | null, limit: number, after?: EffectPlace): Promise<readonly EffectRow[]> {
    const mine = (row: EffectRow): boolean =>
      row.state !== 'dead' &&
      (account === null || row.account === account) &&
      (after === undefined || effectOrder(after, row) < 0)
    return effectsWhere(this.#open(), mine, limit)
  }

  async deadEffects(account: string, limit: number): Promise<readonly EffectRow[]> {
    return effectsWhere(this.#open(), (row) => row.state === 'dead' && row.account === account, limit)
  }

  async settleEffects(rows: readonly EffectRow[]): Promise<readonly boolean[]> {
    const tables = this.#open()
    return rows.map((row) => {
      if (row.state === 'started' && tables.effects.get(row.id)?.state !== 'waiting') return false
      writeEffects(tables, [row])
      return true
    })
  }

  async erase(aggregate: Id, limit: number): Promise<boolean> {
    return erase(this.#open(), this.deliveries, aggregate, limit)
  }

  async backup(): Promise<void> {
    this.#open()
    throw new Error('A store in memory cannot be backed up: start the server with a data folder.')
  }

  async writable(): Promise<boolean> {
    return !this.#closed
  }

  async close(): Promise<void> {
    this.#closed = true
  }
}
