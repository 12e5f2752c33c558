import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { StorageUnavailable } from '#engine/ports/storage.ts'

/** What may be bound; the port's booleans and absent values are turned into these first. */
export type Value = number | string | Uint8Array | null

/** A prepared statement with typed places: SQLite itself would take a missing or misplaced value in silence. */
export class Prepared<Values extends readonly Value[], Row = never> {
  readonly #statement: StatementSync

  constructor(database: DatabaseSync, sql: string) {
    this.#statement = database.prepare(sql)
  }

  /** Answers with the number of rows that changed. */
  run(...values: Values): number {
    return Number(this.#statement.run(...values).changes)
  }

  /** The row has a null prototype: take its values out, do not hand it on. */
  get(...values: Values): Row | undefined {
    return this.#statement.get(...values) as Row | undefined
  }

  all(...values: Values): Row[] {
    return this.#statement.all(...values) as Row[]
  }
}

/** Of a new store. Small, because a message changes a few rows on pages far apart, and whole pages are written. */
export const pageBytes = 2048

interface Opening {
  readonly readOnly?: boolean
  readonly cacheKb: number
  readonly waitMs: number
}

/** A connection to a store file, with the settings that were measured to be right (docs/internals, stack). */
export function connect(file: string, { readOnly = false, cacheKb, waitMs }: Opening): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly, timeout: waitMs, defensive: true })
  database.exec(`PRAGMA synchronous = FULL; PRAGMA cache_size = -${cacheKb}; PRAGMA temp_store = MEMORY`)
  return database
}

/** Runs in a transaction; whatever is thrown undoes it all. */
export function transaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK') // SQLite itself rolls back when the disk is full
    throw error
  }
}

/** SQLite's result code (the primary one), or undefined for errors that are not SQLite's. */
export function resultCode(error: unknown): number | undefined {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown }
  if (code === 'ERR_INVALID_STATE') return codes.closed
  return code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number' ? errcode & 255 : undefined
}

export const codes = {
  error: 1,
  busy: 5,
  constraint: 19,
  mismatch: 20,
  misuse: 21,
  range: 25,
  notADatabase: 26,
  closed: -1,
} as const

/** A mistake of ours, which trying again does not mend; all else is the machine's. */
const ours: readonly number[] = [codes.error, codes.constraint, codes.mismatch, codes.misuse, codes.range]

/** SQLite's errors as the port tells them; others as they are. */
export function portError(error: unknown): unknown {
  const code = resultCode(error)
  if (code === undefined || ours.includes(code)) return error
  return new StorageUnavailable(`The store is not available: ${(error as Error).message}.`, { cause: error })
}
