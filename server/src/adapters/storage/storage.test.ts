import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { storageConformance } from '#conformance/storage.ts'
import { openMemory } from './memory/open.ts'
import { openSqlite } from './sqlite/open.ts'

const folders = mkdtempSync(join(tmpdir(), 'colloquy-storage-'))
let opened = 0
afterAll(() => rmSync(folders, { recursive: true }))

storageConformance('memory', async () => openMemory())
storageConformance('sqlite', () => openSqlite({ folder: join(folders, `${opened++}`) }))
