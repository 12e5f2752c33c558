import type { DatabaseSync } from 'node:sqlite'
import type { AggregateWrite, EventWrite, UnitWrite, Verdict } from '#engine/ports/rows.ts'
import { check, type View } from '../check.ts'
import { Prepared, transaction } from './database.ts'
import { decodeAnswer, type AnswerColumns } from './decode.ts'
import { Effects } from './effects.ts'
import { Heads, type Held } from './heads.ts'
import { Indexes } from './indexes.ts'
import { OnceKeys } from './once.ts'
import { eventPlace } from './places.ts'
import { joinDigests, traceOf } from './trace.ts'

/** Writes batches of units, each batch in one transaction. */
export class Committer {
  readonly heads: Heads
  readonly effects: Effects
  /** The number of the newest event. */
  lastSeq: number
  readonly #database: DatabaseSync
  readonly #indexes: Indexes
  readonly #once: OnceKeys
  readonly #view: View
  readonly #insertLog: Prepared<[number, string, string, Uint8Array, number, number, string | null, string]>
  readonly #insertPointer: Prepared<[number, number, string | null, Uint8Array | null, string | null]>
  readonly #insertTrace: Prepared<[number, Uint8Array | null, string | null]>
  readonly #overlay: Prepared<[number, number]>
  readonly #insertAnswer: Prepared<[string, string, string, number, string, string, number]>
  readonly #setClock: Prepared<[string, string, number]>

  constructor(database: DatabaseSync) {
    this.#database = database
    this.heads = new Heads(database)
    this.#once = new OnceKeys(database)
    this.effects = new Effects(database)
    this.#indexes = new Indexes(database)
    this.lastSeq = lastSeqOf(database)
    this.#view = this.#viewOf(database)
    this.#insertLog = new Prepared(database, 'INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    this.#insertPointer = new Prepared(
      database,
      'INSERT INTO cluster (place, ref, kind, handles, trace) VALUES (?, ?, ?, ?, ?)',
    )
    this.#insertTrace = new Prepared(database, 'INSERT INTO trace VALUES (?, ?, ?)')
    this.#overlay = new Prepared(database, 'UPDATE cluster SET overlay = ? WHERE place = ?')
    this.#insertAnswer = new Prepared(database, 'INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?)')
    this.#setClock = new Prepared(
      database,
      'INSERT INTO clock VALUES (?, ?, ?) ON CONFLICT (account) DO UPDATE SET kind = excluded.kind, now = excluded.now',
    )
  }

  commit(batch: readonly UnitWrite[]): Verdict[] {
    const before = this.lastSeq
    try {
      const verdicts = transaction(this.#database, () => {
        const all = batch.map((unit) => check(unit, this.#view) ?? this.#write(unit))
        this.heads.flush()
        return all
      })
      this.heads.committed()
      return verdicts
    } catch (error) {
      this.lastSeq = before
      this.heads.forget()
      throw error
    }
  }

  #write(unit: UnitWrite): Verdict {
    const seqs: number[] = []
    for (const write of unit.aggregates)
      if (write.releases.length > 0) this.#indexes.release(write, this.heads.get(write.aggregate).bytes)
    for (const write of unit.aggregates) this.#writeAggregate(unit, write, this.heads.get(write.aggregate), seqs)
    for (const row of unit.effects) this.effects.write(row)
    if (unit.answer) {
      const { scope, key, fingerprint, status, headersJson, body, at } = unit.answer
      this.#insertAnswer.run(scope, key, fingerprint, status, headersJson, body, at)
    }
    if (unit.clock) this.#setClock.run(unit.clock.account, unit.clock.kind, unit.clock.now)
    return { ok: true, seqs }
  }

  #writeAggregate(unit: UnitWrite, write: AggregateWrite, held: Held, seqs: number[]): void {
    const { bytes } = held
    this.#indexes.take(write, bytes)
    this.#indexes.list(write, bytes)
    const added: Uint8Array[] = []
    this.#indexes.handle(write, bytes, added)
    for (const event of write.events) this.#indexes.find(write.account, event.keys, bytes, added)
    const slot = this.heads.slot(held)
    const handles = joinDigests(added)
    const trace = traceOf(write, unit.answer)
    const last = write.events.at(-1)
    for (const event of write.events) {
      seqs.push(this.#writeEvent(write, event, held))
      const mine = event === last
      this.#insertPointer.run(
        eventPlace(slot, event.n),
        this.lastSeq,
        event.creates ?? null,
        mine ? handles : null,
        mine ? trace : null,
      )
    }
    if (!last && (handles || trace !== null)) this.#insertTrace.run(slot, handles, trace)
    this.heads.change(held, write)
  }

  #writeEvent({ account, noun }: AggregateWrite, event: EventWrite, held: Held): number {
    const { n, recordedAt, request, eventJson, overlays, keys } = event
    const slot = this.heads.slot(held)
    const seq = ++this.lastSeq
    this.#insertLog.run(seq, account, noun, held.bytes, n, recordedAt, request, eventJson)
    if (overlays !== undefined) this.#overlay.run(seq, eventPlace(slot, overlays))
    for (const key of keys) if (key.use === 'once') this.#once.use(slot, key, n)
    return seq
  }

  #viewOf(database: DatabaseSync): View {
    const answer = new Prepared<[string, string], AnswerColumns>(
      database,
      'SELECT * FROM answer WHERE scope = ? AND key = ?',
    )
    return {
      version: (aggregate) => this.heads.get(aggregate).version,
      once: (aggregate, key) => {
        const { slot } = this.heads.get(aggregate)
        return slot === undefined ? undefined : this.#once.find(slot, key)
      },
      other: (account, key, aggregate) => this.#indexes.other(account, key, aggregate),
      holder: (account, claim) => this.#indexes.holder(account, claim),
      answer: (scope, key) => {
        const row = answer.get(scope, key)
        return row && decodeAnswer(row)
      },
    }
  }
}

function lastSeqOf(database: DatabaseSync): number {
  const highest = new Prepared<[], { seq: number }>(
    database,
    `SELECT max(ifnull((SELECT max(seq) FROM log), 0), ifnull((SELECT value FROM meta WHERE name = 'last_seq'), 0)) AS seq`,
  )
  return highest.get()?.seq ?? 0
}
