import { hash } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openMemory } from '#adapters/storage/memory/open.ts'
import { openSqlite } from '#adapters/storage/sqlite/open.ts'
import { mintId, type Id } from '#domain/vocabulary/id.ts'
import type { UnitWrite } from '#engine/ports/rows.ts'
import type { Lookup, Storage } from '#engine/ports/storage.ts'

/** How many plain message units a second each storage commits, and what its point reads cost. Run: storage.ts [units] */
const units = Number(process.argv[2] ?? 200_000)
const conversations = 20_000
const headText = JSON.stringify({ status: 'active', padding: 'x'.repeat(660) })
const eventText = JSON.stringify({ type: 'communicated', text: 'y'.repeat(300) })

const ids = Array.from({ length: conversations }, (_, i) => {
  const random = crypto.getRandomValues(new Uint8Array(10))
  return mintId(1_790_000_000_000 + i, random[9] ?? 0, random)
})

/** A vendor's id of a message: its bytes have no order. */
function resourceOf(number: number): string {
  return `SM${hash('md5', String(number))}`
}

/** One event, a head of about 700 bytes, one `once` key and one `find` key, on a conversation chosen by chance. */
function messageUnit(versions: Map<Id, number>, number: number): UnitWrite {
  const aggregate = ids[Math.floor(Math.random() * conversations)] ?? ''
  const expected = versions.get(aggregate) ?? 0
  const version = expected + 1
  versions.set(aggregate, version)
  const at = 1_790_000_000_000 + number
  const keys = [
    { use: 'once', kind: 'resource', key: resourceOf(number) },
    { use: 'find', kind: 'channel', key: resourceOf(number) },
  ] as const
  const event = { n: version, recordedAt: at, request: null, eventJson: eventText, creates: 'communication', keys }
  const none = { takes: [], releases: [], handlesAdded: [], handlesRemoved: [], rowsAdded: [], rowsRemoved: [] }
  const head = { version, shape: 1, at, erasing: false, stateJson: headText }
  const due = expected === 0 ? { due: at + 600_000 } : {}
  const account = '01m3250v0cfg68r30c1g60r30c'
  return {
    aggregates: [
      { noun: 'conversation', aggregate, account, expected, clock: 'wall', head, ...due, events: [event], ...none },
    ],
    effects: [],
  }
}

/** Two batches in flight, as the engine does it: while one is on its way to the disk, the next is made. */
async function writes(
  storage: Storage,
  versions: Map<Id, number>,
  size: number,
): Promise<{ perSecond: number; p99: number; cpu: number }> {
  const took: number[] = []
  let number = [...versions.values()].reduce((sum, version) => sum + version, 0)
  const commit = async (): Promise<void> => {
    const batch = Array.from({ length: size }, () => messageUnit(versions, number++))
    const before = performance.now()
    const verdicts = await storage.commit(batch)
    took.push(performance.now() - before)
    const refused = verdicts.find((verdict) => !verdict.ok)
    if (refused) throw new Error(`Refused: ${JSON.stringify(refused)}`)
  }
  const begun = performance.now()
  const used = process.cpuUsage()
  let flying = commit()
  for (let done = size; done < units; done += size) {
    const next = commit()
    await flying
    flying = next
  }
  await flying
  const seconds = (performance.now() - begun) / 1000
  const { user, system } = process.cpuUsage(used)
  took.sort((a, b) => a - b)
  return {
    perSecond: Math.round(units / seconds),
    p99: took[Math.floor(took.length * 0.99)] ?? 0,
    cpu: (user + system) / units,
  }
}

async function reads(storage: Storage): Promise<Record<string, string>> {
  const account = '01m3250v0cfg68r30c1g60r30c'
  const kinds: Record<string, (id: Id, i: number) => Lookup> = {
    head: (aggregate) => ({ what: 'head', aggregate }),
    holder: (_, i) => ({ what: 'holder', account, claim: { kind: 'group', route: `${i}`, key: 'k' } }),
    holders: (_, i) => ({ what: 'holders', account, handle: { kind: 'channel', key: resourceOf(i) }, limit: 2 }),
    key: (aggregate, i) => ({ what: 'key', aggregate, key: { kind: 'resource', key: resourceOf(i) } }),
    part: (aggregate) => ({ what: 'part', aggregate, n: 1 }),
  }
  const costs: Record<string, string> = {}
  for (const [kind, lookup] of Object.entries(kinds)) {
    const count = 20_000
    const lookups = Array.from({ length: count }, (_, i) => lookup(ids[(i * 7919) % conversations] ?? '', i))
    const cost = async (size: number): Promise<string> => {
      const begun = performance.now()
      for (let i = 0; i < count; i += size) await storage.load(lookups.slice(i, i + size))
      return `${(((performance.now() - begun) * 1000) / count).toFixed(1)} µs`
    }
    costs[kind] = `alone ${await cost(1)}, by four ${await cost(4)}`
  }
  return costs
}

async function measure(name: string, storage: Storage, file?: string): Promise<void> {
  const versions = new Map<Id, number>()
  for (const size of [128, 256, 500]) {
    const { perSecond, p99, cpu } = await writes(storage, versions, size)
    const wal = file ? `, log ${Math.round(statSync(`${file}-wal`).size / 2 ** 20)} MB` : ''
    console.log(
      `${name}: ${perSecond} units/s in batches of ${size}, p99 of a batch ${p99.toFixed(1)} ms, ${cpu.toFixed(1)} µs of processor a unit on all threads${wal}`,
    )
  }
  for (const [kind, cost] of Object.entries(await reads(storage))) console.log(`${name}: ${kind} ${cost}`)
  const begun = performance.now()
  let reached = 0
  for (const last = await storage.lastSeq(); reached < last;) reached = await storage.indexFeed(10_000)
  console.log(`${name}: feed ${Math.round(reached / ((performance.now() - begun) / 1000))} events/s indexed`)
  await storage.close()
  if (file) console.log(`${name}: ${Math.round(statSync(file).size / reached)} bytes on disk for each unit`)
}

const folder = mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'colloquy-bench-'))
try {
  await measure('memory', openMemory())
  await measure('sqlite', await openSqlite({ folder }), join(folder, 'colloquy.db'))
} finally {
  rmSync(folder, { recursive: true })
}
