import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { codes, connect, pageBytes, resultCode } from './database.ts'
import { migrate } from './migrate.ts'
import { StoreRefused } from './refused.ts'

/** A data folder that this process alone uses. */
export interface Folder {
  readonly file: string
  /** To be called when the store has been opened: until then a connection is kept, as the last one to go copies the whole log. */
  opened(): void
  /** Lets others have it. */
  leave(): void
}

/** Makes the folder if it is missing, locks it, and brings the store in it up to date. */
export function enterFolder(path: string): Folder {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const file = join(path, 'colloquy.db')
  const lock = lockFolder(path)
  try {
    createPrivate(file)
    const database = prepare(file)
    const opened = () => {
      if (database.isOpen) database.close()
    }
    const leave = () => {
      opened()
      lock.close()
    }
    return { file, opened, leave }
  } catch (error) {
    lock.close()
    throw error
  }
}

/** An open exclusive transaction on a file of its own: the system ends it with the process, even after kill -9. */
function lockFolder(path: string): DatabaseSync {
  const file = join(path, 'colloquy.lock')
  createPrivate(file)
  const lock = new DatabaseSync(file, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock.close()
    if (resultCode(error) !== codes.busy) throw error
    throw new StoreRefused(
      `Another Colloquy server is using the data folder ${path}. Stop it, or choose another folder with --data.`,
    )
  }
}

/** Only if it is missing: closing a file that SQLite has open in this process would drop SQLite's locks on it. */
function createPrivate(file: string): void {
  if (existsSync(file)) chmodSync(file, 0o600)
  else closeSync(openSync(file, 'wx', 0o600))
}

function prepare(file: string): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    database = connect(file, { cacheKb: 4096, waitMs: 5000 })
    database.exec(`PRAGMA page_size = ${pageBytes}; PRAGMA journal_mode = WAL`)
    migrate(database, file)
    return database
  } catch (error) {
    database?.close()
    if (resultCode(error) !== codes.notADatabase) throw error
    throw new StoreRefused(
      `${file} is not a database, or it is damaged. Restore a backup, or choose another data folder.`,
    )
  }
}
