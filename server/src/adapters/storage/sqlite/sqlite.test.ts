import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { aggregate, alice, bob, committed, effect, loaded, someId, unit } from '#conformance/storage/given.ts'
import type { HeadRow } from '#engine/ports/rows.ts'
import { StorageUnavailable, type Storage } from '#engine/ports/storage.ts'
import { openSqlite } from './open.ts'

let folder: string
let storage: Storage
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'colloquy-sqlite-'))
  storage = await openSqlite({ folder })
})
afterEach(async () => {
  await storage.close()
  rmSync(folder, { recursive: true })
})

const once = { use: 'once', kind: 'resource', key: 'SM1' } as const
const find = { use: 'find', kind: 'channel', key: 'SM1' } as const

/** Asks the file itself, on a connection of its own. */
function ask(sql: string): Record<string, unknown>[] {
  const database = new DatabaseSync(join(folder, 'colloquy.db'), { readOnly: true })
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

function rowCounts(): Record<string, unknown> {
  const names = ask("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").map((row) =>
    String(row['name']),
  )
  return Object.assign(
    {},
    ...names.map((name) => ({ [name]: ask(`SELECT count(*) AS rows FROM ${name}`)[0]?.['rows'] })),
  )
}

describe('what a write costs', () => {
  test('a message writes one row of the log and rows of one cluster, nothing else', async () => {
    await committed(storage, unit(aggregate(alice, 0, { due: 500 })))
    const before = rowCounts()
    await committed(storage, unit(aggregate(alice, 1, { events: [{ creates: 'message' }] })))
    expect(rowCounts()).toEqual({ ...before, log: 2, cluster: 3 })
    await committed(storage, unit(aggregate(alice, 2, { events: [{ creates: 'message', keys: [once] }] })))
    expect(rowCounts()).toEqual({ ...before, log: 3, cluster: 5 })
    await committed(storage, unit(aggregate(alice, 3, { events: [{ creates: 'message', keys: [find] }] })))
    await committed(storage, unit(aggregate(alice, 4, { events: [{ creates: 'message', keys: [find] }] })))
    expect(rowCounts()).toEqual({ ...before, log: 5, cluster: 7, handle: 1 })
  })

  test('a due time takes no more than 60 bytes', async () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => someId(i))
    const at = (i: number) => 1_790_000_000_000 + ((i * 7919) % 20_000) * 1000
    await committed(storage, ...ids.map((id, i) => unit(aggregate(id, 0, { due: at(i) }))))
    const [size] = ask("SELECT sum(pgsize) AS bytes FROM dbstat WHERE name = 'due'")
    expect(Number(size?.['bytes']) / ids.length).toBeLessThan(60)
  })

  test('the write-ahead log stays within bounds, however fast one writes', async () => {
    const ids = Array.from({ length: 3000 }, (_, i) => someId(i))
    const head = { stateJson: JSON.stringify('x'.repeat(1500)) }
    for (let version = 0; version < 16; version++) {
      await committed(storage, ...ids.map((id) => unit(aggregate(id, version, { head }))))
    }
    expect(statSync(join(folder, 'colloquy.db-wal')).size).toBeLessThan(150 * 2 ** 20)
  })
})

describe('a store that is opened again', () => {
  const again = async () => {
    await storage.close()
    storage = await openSqlite({ folder })
  }

  test('is as it was, and goes on counting', async () => {
    const claim = { kind: 'group', route: 'r', key: 'k' }
    const rowsAdded = [{ list: 'all', equal: 'x', sort: 5, facets: { a: 1 } }]
    const lived = aggregate(alice, 0, {
      events: [{ keys: [once, find], creates: 'message' }],
      takes: [claim],
      rowsAdded,
      due: 7,
    })
    await committed(storage, { ...unit(lived), effects: [effect('e')] }, unit(aggregate(bob, 0)))
    await storage.indexFeed(1)
    await storage.deliveries.record([], 1)
    await again()
    expect(await storage.lastSeq()).toBe(2)
    expect(await loaded(storage, { what: 'head', aggregate: alice })).toMatchObject({
      version: 1,
      due: 7,
      stateJson: '{"v":1}',
    })
    expect(await loaded(storage, { what: 'key', aggregate: alice, key: once })).toBe(1)
    expect(await storage.deliveries.cursor()).toBe(1)
    expect((await storage.accountLog('acme', 0, 10)).length).toBe(1)
    expect(await storage.commit([unit(aggregate(alice, 1, { events: [{ keys: [once] }] }))])).toMatchObject([
      { why: 'key', n: 1 },
    ])
    expect(await storage.commit([unit(aggregate(someId(9), 0)), unit(aggregate(bob, 1))])).toEqual([
      { ok: true, seqs: [3] },
      { ok: true, seqs: [4] },
    ])
    expect((await storage.log(0, 10)).map((row) => row.aggregate)).toEqual([alice, bob, someId(9), bob])
  })

  test('gives no number out again when the newest events were erased', async () => {
    await committed(
      storage,
      unit(aggregate(bob, 0)),
      unit(aggregate(alice, 0)),
      unit(aggregate(alice, 1, { head: { erasing: true } })),
    )
    while (!(await storage.erase(alice, 10)));
    await again()
    expect(await storage.lastSeq()).toBe(3)
    expect(await storage.commit([unit(aggregate(bob, 1))])).toEqual([{ ok: true, seqs: [4] }])
  })

  test('leaves one tidy file, which only its owner can read', async () => {
    await committed(storage, unit(aggregate(alice, 0)))
    const modes = () => readdirSync(folder).map((file) => (statSync(join(folder, file)).mode & 0o777).toString(8))
    expect(new Set(modes())).toEqual(new Set(['600']))
    await storage.close()
    expect(readdirSync(folder).toSorted()).toEqual(['colloquy.db', 'colloquy.lock'])
    storage = await openSqlite({ folder })
  })
})

describe('erasing', () => {
  test('leaves nothing of the words in the file', async () => {
    const secret = 'the-quick-brown-fox'
    await committed(storage, unit(aggregate(bob, 0)))
    const head = { stateJson: JSON.stringify(secret) }
    await committed(
      storage,
      unit(aggregate(alice, 0, { head, events: [{ eventJson: JSON.stringify(secret.repeat(500)) }] })),
    )
    await committed(storage, unit(aggregate(alice, 1, { head: { erasing: true } })))
    while (!(await storage.erase(alice, 1)));
    await storage.close()
    const { readFileSync } = await import('node:fs')
    expect(readFileSync(join(folder, 'colloquy.db')).includes(secret)).toBe(false)
    storage = await openSqlite({ folder })
  })
})

describe('a store that may grow no further', () => {
  test('refuses what does not fit, goes on reading, and goes on writing once there is space', async () => {
    await storage.close()
    storage = await openSqlite({ folder, maxBytes: 1_000_000 })
    const filler = (version: number) =>
      unit(aggregate(alice, version, { events: [{ eventJson: JSON.stringify('x'.repeat(20_000)) }], takes: [] }))
    let version = 0
    const fill = async (): Promise<void> => {
      for (;;) await committed(storage, filler(version)).then(() => version++)
    }
    await expect(fill()).rejects.toThrow(StorageUnavailable)
    expect(version).toBeGreaterThan(10)
    const { aggregates } = filler(version)
    const doomed = [unit(aggregate(bob, 0)), { ...unit(...aggregates), effects: [effect('e')] }]
    await expect(storage.commit(doomed)).rejects.toThrow(StorageUnavailable)
    expect(await loaded(storage, { what: 'head', aggregate: bob })).toBeNull()
    expect(await storage.openEffects(null, 10)).toEqual([])
    expect(await loaded(storage, { what: 'head', aggregate: alice })).toMatchObject({
      version,
    } satisfies Partial<HeadRow>)
    expect(await storage.lastSeq()).toBe(version)
    await committed(storage, unit(aggregate(alice, version, { events: [], head: { erasing: true } })))
    while (!(await storage.erase(alice, 10)));
    expect(await storage.commit([filler(version), unit(aggregate(bob, 0))])).toMatchObject([{ ok: true }, { ok: true }])
    expect(await storage.lastSeq()).toBe(version + 2)
  })
})
