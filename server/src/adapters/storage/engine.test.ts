import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { engineConformance } from '#conformance/engine.ts'
import type { Storage } from '#engine/ports.ts'
import { openMemory } from './memory/open.ts'
import { openSqlite } from './sqlite/open.ts'

engineConformance('the engine over memory', () => Promise.resolve(openMemory()))

/** As a store would be that cannot answer at once. */
function distant(storage: Storage): Storage {
  return new Proxy(storage, {
    get: (target, property: keyof Storage) => {
      if (property === 'peek') return undefined
      const value = target[property]
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

engineConformance('the engine over a store that has to be waited for', () => Promise.resolve(distant(openMemory())))

const opened: { readonly storage: Storage; readonly folder: string }[] = []

afterEach(async () => {
  for (const { storage, folder } of opened.splice(0)) {
    await storage.close()
    rmSync(folder, { recursive: true })
  }
})

async function openFolder(): Promise<Storage> {
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-engine-'))
  const storage = await openSqlite({ folder })
  opened.push({ storage, folder })
  return storage
}

engineConformance('the engine over SQLite', openFolder, 15)
