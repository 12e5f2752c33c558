import type { Storage } from '#engine/ports/storage.ts'
import { connect, pageBytes } from './database.ts'
import { enterFolder } from './folder.ts'
import { Line } from './line.ts'
import { SqliteStorage } from './storage.ts'

export interface SqliteOptions {
  /** The data folder; made if it is missing. */
  readonly folder: string
  /** The store refuses to grow beyond this; absent: as long as there is space on the disk. */
  readonly maxBytes?: number
}

/** Opens the store in a data folder, for this process alone. Rejects with StoreRefused when it must not be opened. */
export async function openSqlite({ folder, maxBytes }: SqliteOptions): Promise<Storage> {
  const entered = enterFolder(folder)
  const line = new Line(entered.file, maxBytes === undefined ? null : Math.max(1, Math.floor(maxBytes / pageBytes)))
  try {
    const lastSeq = await line.begun()
    const reader = connect(entered.file, { readOnly: true, cacheKb: 4096, waitMs: 5000 })
    entered.opened()
    return new SqliteStorage(line, reader, lastSeq, entered)
  } catch (error) {
    await line.close()
    entered.leave()
    throw error
  }
}
