import type { DatabaseSync } from 'node:sqlite'
import { encodeId, type Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { AnswerRow, ClockRow, EffectRow, EventRow } from '#engine/ports/rows.ts'
import type { EffectPlace } from '#engine/ports/storage.ts'
import { Prepared, type Value } from './database.ts'
import {
  decodeAnswer,
  decodeEffect,
  decodeEvent,
  type AnswerColumns,
  type EffectColumns,
  type EventColumns,
} from './decode.ts'

const beforeAll: EffectPlace = { nextAt: Number.MIN_SAFE_INTEGER, id: '' }

/** Reads of the log, the feeds, due times, clocks, answers and effects. */
export class Reads {
  readonly #log: Prepared<[number, number], EventColumns>
  readonly #accountLog: Prepared<[string, number, number], EventColumns>
  readonly #due: Prepared<[string, number, number], { at: number; aggregate: Uint8Array }>
  readonly #clocks: Prepared<[], ClockRow>
  readonly #answer: Prepared<[string, string], AnswerColumns>
  readonly #openEffects: Prepared<[number, string, number], EffectColumns>
  readonly #openEffectsOf: Prepared<[string, number, string, number], EffectColumns>
  readonly #deadEffects: Prepared<[string, number], EffectColumns>

  constructor(database: DatabaseSync) {
    const prepare = <Values extends readonly Value[], Row>(sql: string) => new Prepared<Values, Row>(database, sql)
    this.#log = prepare('SELECT * FROM log WHERE seq > ? ORDER BY seq LIMIT ?')
    this.#accountLog = prepare(
      `SELECT log.* FROM account_log AS own CROSS JOIN log ON log.seq = own.seq
       WHERE own.account = ? AND own.seq > ? ORDER BY own.seq LIMIT ?`,
    )
    this.#due = prepare('SELECT at, aggregate FROM due WHERE clock = ? AND at <= ? ORDER BY at, aggregate LIMIT ?')
    this.#clocks = prepare('SELECT account, kind, now FROM clock')
    this.#answer = prepare('SELECT * FROM answer WHERE scope = ? AND key = ?')
    this.#openEffects = prepare(
      "SELECT * FROM effect WHERE state <> 'dead' AND (next_at, id) > (?, ?) ORDER BY next_at, id LIMIT ?",
    )
    this.#openEffectsOf = prepare(
      `SELECT * FROM effect WHERE account = ? AND state <> 'dead' AND (next_at, id) > (?, ?)
       ORDER BY next_at, id LIMIT ?`,
    )
    this.#deadEffects = prepare(
      "SELECT * FROM effect WHERE account = ? AND state = 'dead' ORDER BY next_at, id LIMIT ?",
    )
  }

  log(after: number, limit: number): EventRow[] {
    return this.#log.all(after, limit).map((row) => decodeEvent(row))
  }

  accountLog(account: string, after: number, limit: number): EventRow[] {
    return this.#accountLog.all(account, after, limit).map((row) => decodeEvent(row))
  }

  due(clock: string, until: Instant, limit: number): { aggregate: Id; at: Instant }[] {
    return this.#due.all(clock, until, limit).map(({ at, aggregate }) => ({ aggregate: encodeId(aggregate), at }))
  }

  clocks(): ClockRow[] {
    return this.#clocks.all().map(({ account, kind, now }) => ({ account, kind, now }))
  }

  answer(scope: string, key: string): AnswerRow | null {
    const row = this.#answer.get(scope, key)
    return row ? decodeAnswer(row) : null
  }

  openEffects(account: string | null, limit: number, { nextAt, id }: EffectPlace = beforeAll): EffectRow[] {
    const rows =
      account === null ? this.#openEffects.all(nextAt, id, limit) : this.#openEffectsOf.all(account, nextAt, id, limit)
    return rows.map(decodeEffect)
  }

  deadEffects(account: string, limit: number): EffectRow[] {
    return this.#deadEffects.all(account, limit).map(decodeEffect)
  }
}
