import type { DatabaseSync } from 'node:sqlite'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { DeliveryRow, DeliveryStore } from '#engine/ports/delivery-store.ts'
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
import { portError } from './database.ts'
import { DeliveryReads } from './deliveries.ts'
import { flattenBatch, verdictsOf } from './flat.ts'
import type { Folder } from './folder.ts'
import type { Line } from './line.ts'
import { Lookups } from './lookups.ts'
import { Reads } from './reads.ts'
import { Snapshot } from './snapshot.ts'
import type { Tasks } from './tasks.ts'

/** The store in a data folder: reads here and now on a connection of its own, writes through the writer. */
export class SqliteStorage implements Storage {
  readonly #line: Line
  readonly #reader: DatabaseSync
  readonly #folder: Folder
  readonly #snapshot: Snapshot
  readonly #lookups: Lookups
  readonly #reads: Reads
  readonly deliveries: DeliveryStore
  #lastSeq: number
  #closing: Promise<void> | undefined

  constructor(line: Line, reader: DatabaseSync, lastSeq: number, folder: Folder) {
    this.#line = line
    this.#reader = reader
    this.#lastSeq = lastSeq
    this.#folder = folder
    this.#snapshot = new Snapshot(reader, line.signal)
    this.#lookups = new Lookups(reader)
    this.#reads = new Reads(reader)
    this.deliveries = this.#deliveryStore(new DeliveryReads(reader))
  }

  async commit(batch: readonly UnitWrite[]): Promise<readonly Verdict[]> {
    const { verdicts, lastSeq } = await this.#tell('commit', flattenBatch(batch))
    this.#lastSeq = lastSeq
    this.#snapshot.release()
    return verdictsOf(verdicts)
  }

  async load(lookups: readonly Lookup[]): Promise<readonly Loaded[]> {
    return this.#read(() => this.#lookups.load(lookups))
  }

  peek(lookup: Lookup): Loaded {
    this.#refuseClosed()
    try {
      this.#snapshot.hold()
      return this.#lookups.one(lookup)
    } catch (error) {
      throw portError(error)
    }
  }

  async list(question: ListQuestion): Promise<readonly ListEntry[]> {
    return this.#read(() => this.#lookups.list(question))
  }

  async parts(question: PartsQuestion): Promise<readonly PartRow[]> {
    return this.#read(() => this.#lookups.parts(question))
  }

  async log(after: number, limit: number): Promise<readonly EventRow[]> {
    return this.#read(() => this.#reads.log(after, limit))
  }

  async lastSeq(): Promise<number> {
    return this.#read(() => this.#lastSeq)
  }

  async accountLog(account: string, after: number, limit: number): Promise<readonly EventRow[]> {
    return this.#read(() => this.#reads.accountLog(account, after, limit))
  }

  async indexFeed(limit: number): Promise<number> {
    return this.#tell('indexFeed', { limit })
  }

  async due(
    clock: string,
    until: Instant,
    limit: number,
  ): Promise<readonly { readonly aggregate: Id; readonly at: Instant }[]> {
    return this.#read(() => this.#reads.due(clock, until, limit))
  }

  async clocks(): Promise<readonly ClockRow[]> {
    return this.#read(() => this.#reads.clocks())
  }

  async answer(scope: string, key: string): Promise<AnswerRow | null> {
    return this.#read(() => this.#reads.answer(scope, key))
  }

  async forgetAnswers(before: Instant, limit: number): Promise<number> {
    return this.#tell('forgetAnswers', { before, limit })
  }

  async openEffects(account: string | null, limit: number, after?: EffectPlace): Promise<readonly EffectRow[]> {
    return this.#read(() => this.#reads.openEffects(account, limit, after))
  }

  async deadEffects(account: string, limit: number): Promise<readonly EffectRow[]> {
    return this.#read(() => this.#reads.deadEffects(account, limit))
  }

  async settleEffects(rows: readonly EffectRow[]): Promise<readonly boolean[]> {
    return this.#tell('settleEffects', rows)
  }

  async erase(aggregate: Id, limit: number): Promise<boolean> {
    return this.#tell('erase', { aggregate, limit })
  }

  async backup(file: string): Promise<void> {
    await this.#tell('backup', { file })
  }

  async writable(): Promise<boolean> {
    return this.#tell('probe', null).then(
      () => true,
      () => false,
    )
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#snapshot.release()
    this.#reader.close()
    await this.#line.close()
    this.#folder.leave()
  }

  #deliveryStore(reads: DeliveryReads): DeliveryStore {
    return {
      cursor: async () => this.#read(() => reads.cursor()),
      record: async (rows: readonly DeliveryRow[], cursor?: number) => this.#tell('recordDeliveries', { rows, cursor }),
      parkedUntil: async (until, limit) => this.#read(() => reads.parkedUntil(until, limit)),
      parkedOf: async (aggregate, target, limit) => this.#read(() => reads.parkedOf(aggregate, target, limit)),
      get: async (account, id) => this.#read(() => reads.get(account, id)),
      list: async (question) => this.#read(() => reads.list(question)),
      forget: async (before, limit) => this.#tell('forgetDeliveries', { before, limit }),
    }
  }

  #read<Result>(read: () => Result): Result {
    this.#refuseClosed()
    this.#snapshot.release()
    try {
      return read()
    } catch (error) {
      throw portError(error)
    }
  }

  #tell<Name extends keyof Tasks>(name: Name, input: Tasks[Name]['input']): Promise<Tasks[Name]['output']> {
    if (this.#closing) return Promise.reject(closed())
    return this.#line.tell(name, input)
  }

  #refuseClosed(): void {
    if (this.#closing) throw closed()
  }
}

function closed(): StorageUnavailable {
  return new StorageUnavailable('The store is closed.')
}
