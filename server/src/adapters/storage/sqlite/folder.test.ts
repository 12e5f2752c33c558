import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createInterface } from 'node:readline'
import { pathToFileURL, fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { aggregate, alice, bob, committed, loaded, someId, unit } from '#conformance/storage/given.ts'
import type { HeadRow } from '#engine/ports/rows.ts'
import { knownMigrations } from './migrate.ts'
import { openSqlite } from './open.ts'
import { StoreRefused } from './refused.ts'

let folder: string
const prlimit = '/usr/bin/prlimit'
const children: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'colloquy-folder-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) await killed(child)
  rmSync(folder, { recursive: true })
})

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await exited
}

/** Another process that commits to the folder; what it prints comes line by line. */
function writing(): { readonly child: ChildProcess; readonly lines: AsyncIterator<string> } {
  const program = fileURLToPath(
    new URL('../../../../conformance/storage-processes/commits-until-killed.ts', import.meta.url),
  )
  const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() }
}

describe('a data folder', () => {
  test('is made when it is missing, readable by its owner only', async () => {
    const inner = join(folder, 'a', 'b')
    await (await openSqlite({ folder: inner })).close()
    expect(statSync(inner).mode & 0o777).toBe(0o700)
    expect(statSync(join(inner, 'colloquy.db')).mode & 0o777).toBe(0o600)
  })

  test('belongs to one server at a time', async () => {
    const first = await openSqlite({ folder })
    await expect(openSqlite({ folder })).rejects.toThrow(`Another Colloquy server is using the data folder ${folder}.`)
    await expect(openSqlite({ folder })).rejects.toThrow(StoreRefused)
    await committed(first, unit(aggregate(alice, 0)))
    await first.close()
    const second = await openSqlite({ folder })
    expect(await second.lastSeq()).toBe(1)
    await second.close()
  })

  test('also to one process; killed, it leaves the folder free and has lost nothing it acknowledged', async () => {
    let reached: number[] = []
    for (let round = 0; round < 3; round++) {
      const { child, lines } = writing()
      for (let line = 0; line < 20 + round * 17; line++)
        reached = JSON.parse((await lines.next()).value ?? '') as number[]
      await expect(openSqlite({ folder })).rejects.toThrow(StoreRefused)
      await killed(child)
      for (let line = await lines.next(); !line.done; line = await lines.next())
        reached = JSON.parse(line.value) as number[]
      const storage = await openSqlite({ folder })
      const heads = await storage.load(reached.map((_, i) => ({ what: 'head', aggregate: someId(i + 1) })))
      const versions = heads.map((head) => (head as HeadRow).version)
      expect(versions.every((version, i) => version >= (reached[i] ?? 0))).toBe(true)
      const log = await storage.log(0, 100_000)
      expect(log.map((row) => row.seq)).toEqual(log.map((_, i) => i + 1))
      expect(log.length).toBe(versions.reduce((sum, version) => sum + version, 0))
      await storage.close()
    }
  })

  const limit = (child: ChildProcess, bytes: string) =>
    execFileSync(prlimit, ['--pid', String(child.pid), `--fsize=${bytes}:unlimited`])

  test.skipIf(!existsSync(prlimit))('on a disk that is full for a while goes on afterwards', async () => {
    const { child, lines } = writing()
    const next = async (wanted: (line: unknown) => boolean): Promise<unknown> => {
      for (;;) {
        const line: unknown = JSON.parse((await lines.next()).value ?? '')
        if (wanted(line)) return line
      }
    }
    await next(Array.isArray)
    limit(child, '1000000')
    const { read, versions } = (await next((line) => !Array.isArray(line))) as { read: number[]; versions: number[] }
    expect(read).toEqual(versions)
    limit(child, 'unlimited')
    const reached = (await next(Array.isArray)) as number[]
    await killed(child)
    const storage = await openSqlite({ folder })
    const heads = await storage.load(reached.map((_, i) => ({ what: 'head', aggregate: someId(i + 1) })))
    expect(heads.every((head, i) => (head as HeadRow).version >= (reached[i] ?? 0))).toBe(true)
    await storage.close()
  })

  test('a file that is no store is refused', async () => {
    writeFileSync(
      join(folder, 'colloquy.db'),
      'not a database at all, but long enough to have a header of one hundred bytes or more, surely',
    )
    await expect(openSqlite({ folder })).rejects.toThrow('is not a database, or it is damaged')
    rmSync(join(folder, 'colloquy.db'))
    const foreign = new DatabaseSync(join(folder, 'colloquy.db'))
    foreign.exec('CREATE TABLE recipes (name TEXT)')
    foreign.close()
    await expect(openSqlite({ folder })).rejects.toThrow("but not one of Colloquy's")
  })
})

describe('migrations', () => {
  async function writtenBy(number: number, breaking: number): Promise<void> {
    await (await openSqlite({ folder })).close()
    const database = new DatabaseSync(join(folder, 'colloquy.db'))
    database.prepare('INSERT INTO migration VALUES (?, ?, ?)').run(number, 'future', breaking)
    database.close()
  }

  test('a store of a newer version is refused when it has changed what this one relies on', async () => {
    await writtenBy(99, 1)
    await expect(openSqlite({ folder })).rejects.toThrow("newer version of Colloquy (migration 99, 'future')")
    await expect(openSqlite({ folder })).rejects.toThrow(StoreRefused)
  })

  test('and accepted when it has not', async () => {
    await writtenBy(99, 0)
    const storage = await openSqlite({ folder })
    await committed(storage, unit(aggregate(alice, 0)))
    await storage.close()
  })

  test('each says in its first line whether it breaks', () => {
    expect(knownMigrations().map((migration) => migration.number)).toEqual(knownMigrations().map((_, i) => i + 1))
    writeFileSync(join(folder, '0001-silent.sql'), 'CREATE TABLE x (y)')
    expect(() => knownMigrations(pathToFileURL(`${folder}/`))).toThrow(
      "The first line of 0001-silent.sql must say '-- breaking",
    )
  })
})

describe('a backup', () => {
  test('is made while writes go on, and opens as a store', async () => {
    const storage = await openSqlite({ folder })
    const ids = Array.from({ length: 500 }, (_, i) => someId(i))
    const head = { stateJson: JSON.stringify('x'.repeat(1500)) }
    for (let version = 0; version < 4; version++)
      await committed(storage, ...ids.map((id) => unit(aggregate(id, version, { head }))))
    const copies = join(folder, 'copies')
    mkdirSync(copies)
    let done = false
    const backup = storage.backup(join(copies, 'colloquy.db')).finally(() => (done = true))
    let version = 4
    while (!done || version < 8) {
      await committed(storage, ...ids.map((id) => unit(aggregate(id, version, { head }))))
      version++
    }
    await backup
    expect(statSync(join(copies, 'colloquy.db')).mode & 0o777).toBe(0o600)
    const copy = await openSqlite({ folder: copies })
    const heads = (await copy.load(ids.map((id) => ({ what: 'head', aggregate: id })))) as HeadRow[]
    const versions = new Set(heads.map((row) => row.version)) // each batch moved all of them, so a moment has one version
    expect(versions.size).toBe(1)
    expect(await copy.lastSeq()).toBe(ids.length * (heads[0]?.version ?? 0))
    await committed(copy, unit(aggregate(bob, heads[2]?.version ?? 0)))
    await copy.close()
    await storage.close()
  })

  test('does not write over a file, and leaves nothing when it fails', async () => {
    const storage = await openSqlite({ folder })
    writeFileSync(join(folder, 'precious'), 'x')
    await expect(storage.backup(join(folder, 'precious'))).rejects.toThrow('exists already')
    await expect(storage.backup(join(folder, 'nowhere', 'copy'))).rejects.toThrow('ENOENT')
    expect(readdirSync(folder)).not.toContain('copy')
    await committed(storage, unit(aggregate(alice, 0)))
    expect(await loaded(storage, { what: 'head', aggregate: alice })).toMatchObject({ version: 1 })
    await storage.close()
  })
})
