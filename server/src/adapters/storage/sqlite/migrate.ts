import { readdirSync, readFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { Prepared, transaction } from './database.ts'
import { StoreRefused } from './refused.ts'

export interface Migration {
  readonly number: number
  readonly name: string
  /** Whether a server that does not know it must keep its hands off the store. */
  readonly breaking: boolean
  readonly sql: string
}

/** 'Colq': tells our files from other SQLite databases. */
const applicationId = 0x436f6c71

/** The migrations this server knows, in order. Their files are never changed once released. */
export function knownMigrations(folder = new URL('./migrations/', import.meta.url)): Migration[] {
  const files = readdirSync(folder).filter((file) => /^\d{4}-.*\.sql$/.test(file))
  return files.sort().map((file) => {
    const sql = readFileSync(new URL(file, folder), 'utf8')
    const breaking = /^-- breaking: (yes|no)\n/.exec(sql)?.[1]
    if (!breaking) throw new Error(`The first line of ${file} must say '-- breaking: yes' or '-- breaking: no'.`)
    return { number: Number(file.slice(0, 4)), name: file.slice(5, -4), breaking: breaking === 'yes', sql }
  })
}

/** Brings a store to the newest shape this server knows, or refuses it. */
export function migrate(database: DatabaseSync, file: string, known: readonly Migration[] = knownMigrations()): void {
  refuseForeign(database, file)
  const done = new Set(applied(database).map(({ number }) => number))
  const unknown = applied(database).filter(({ number }) => !known.some((migration) => migration.number === number))
  const breaking = unknown.find((migration) => migration.breaking)
  if (breaking) {
    throw new StoreRefused(
      `The store ${file} was written by a newer version of Colloquy (migration ${breaking.number}, '${breaking.name}'), ` +
        'which this version cannot read. Start the newer version, or restore a backup made by this one.',
    )
  }
  for (const migration of known) if (!done.has(migration.number)) apply(database, migration)
}

function refuseForeign(database: DatabaseSync, file: string): void {
  const { application_id: found } = { ...database.prepare('PRAGMA application_id').get() }
  const { tables } = { ...database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() }
  if (found === applicationId) return
  if (tables !== 0)
    throw new StoreRefused(`${file} is a database, but not one of Colloquy's. Choose another data folder.`)
  transaction(database, () => {
    database.exec(`PRAGMA application_id = ${applicationId}`)
    database.exec(
      'CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, breaking INTEGER NOT NULL) STRICT',
    )
  })
}

function applied(database: DatabaseSync): Pick<Migration, 'number' | 'name' | 'breaking'>[] {
  const rows = database.prepare('SELECT number, name, breaking FROM migration ORDER BY number').all()
  return rows.map(({ number, name, breaking }) => ({
    number: Number(number),
    name: String(name),
    breaking: breaking === 1,
  }))
}

function apply(database: DatabaseSync, { number, name, breaking, sql }: Migration): void {
  const record = new Prepared<[number, string, number]>(database, 'INSERT INTO migration VALUES (?, ?, ?)')
  transaction(database, () => {
    database.exec(sql)
    record.run(number, name, Number(breaking))
  })
}
