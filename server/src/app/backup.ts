import { existsSync, mkdirSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Storage } from '#engine/ports.ts'
import type { Options } from './options.ts'

/**
 * Copies the store into a new file while it goes on being written. A name without a folder goes into the folder for backups.
 * Where the operator has set that folder, nothing may be written outside it; the file must not exist yet.
 */
export async function makeBackup(
  options: Pick<Options, 'data' | 'backups' | 'storage'>,
  storage: Storage,
  file: string,
): Promise<{ readonly file: string } | Refused> {
  if (options.storage === 'memory')
    return refuse('wrong_state', 'A store in memory cannot be backed up: start the server with a data folder.')
  if (file.includes('\0')) return refuse('invalid', 'A file name has no zero bytes.', { field: 'file' })
  const folder = resolve(options.backups ?? join(options.data, 'backups'))
  const target = isAbsolute(file) ? resolve(file) : resolve(folder, file)
  const inside = isInside(folder, target)
  if (!inside && (options.backups !== null || !isAbsolute(file)))
    return refuse('forbidden', `Backups may only be written into ${folder}: give a name inside it.`, { field: 'file' })
  if (existsSync(target))
    return refuse('in_use', `${target} exists already: choose another name, or move it away.`, { field: 'file' })
  if (inside) mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  else if (!existsSync(dirname(target)))
    return refuse('invalid', `There is no folder ${dirname(target)} on the server: make it first.`, { field: 'file' })
  await storage.backup(target)
  return { file: target }
}

function isInside(folder: string, target: string): boolean {
  const path = relative(folder, target)
  return path !== '' && !path.startsWith('..') && !isAbsolute(path)
}
