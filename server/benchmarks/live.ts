import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite } from '#adapters/storage/sqlite/open.ts'
import { realSystem } from '#adapters/system/real/real-system.ts'
import { nouns } from '#domain/nouns.ts'
import { session } from '#domain/session/session.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { EffectRunner, Engine } from '#engine/api.ts'
import { createEngine } from '#engine/engine.ts'
import type { Figure } from './figures.ts'
import { cpuMs } from './rig.ts'
import { readEnv, ServerProcess } from '../simulation/torture/server-process.ts'

const perUnit = 20
const idleMs = 3_600_000
/** Longer than the alarm's own rounds. */
const watchedMs = 30_000

/** What the deadlines of 100,000 live sessions cost a server that has nothing to do. */
export async function live(scale: number): Promise<readonly Figure[]> {
  const count = Math.round(100_000 * scale)
  const data = mkdtempSync(join(tmpdir(), 'colloquy-bench-'))
  const watched = scale < 1 ? watchedMs / 10 : watchedMs
  try {
    const empty = await idling(data, watched)
    const made = await makeLive(data, empty.account, count)
    const full = await idling(data, watched)
    return [
      { what: `${count.toLocaleString('en')} live sessions made`, value: `${(made / 1000).toFixed(1)} s`, aim: '' },
      { what: '… CPU of an idle server with them', value: share(full.cpu / watched), aim: '' },
      { what: '… of one without any session', value: share(empty.cpu / watched), aim: 'the same' },
    ]
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

function share(part: number): string {
  return `${(part * 100).toFixed(2)} % of a core`
}

/** CPU time a server uses in so many milliseconds in which nobody asks it for anything. */
async function idling(data: string, ms: number): Promise<{ readonly cpu: number; readonly account: string }> {
  const server = await ServerProcess.start(data)
  try {
    const { COLLOQUY_KEY: key } = readEnv(data, 'dev')
    const headers = { authorization: `Bearer ${key}` }
    const { id } = (await (await fetch(`${server.url}/api/v1/account`, { headers })).json()) as { id: string }
    await calm(server.pid)
    const before = cpuMs(server.pid)
    await new Promise((resolve) => setTimeout(resolve, ms))
    return { cpu: cpuMs(server.pid) - before, account: id.replace(/^account_/, '') }
  } finally {
    await server.kill('SIGTERM')
  }
}

/** Until what a start brings with it is over: a second with next to no work. */
async function calm(pid: number): Promise<void> {
  for (let used = Infinity; used > 30;) {
    const before = cpuMs(pid)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    used = cpuMs(pid) - before
  }
}

/**
 * Written talks, which are live from the start and end when nothing is written for an hour. They are made in the store itself:
 * calls would be lost when the server that carries them ends.
 */
async function makeLive(data: string, account: string, count: number): Promise<number> {
  const started = performance.now()
  const storage = await openSqlite({ folder: data })
  const done: EffectRunner = { run: async () => ({ settled: true }) }
  const engine = await createEngine({ storage, system: realSystem(), nouns, effects: { 'agent.begin': done } })
  await engine.start()
  await Promise.all(
    Array.from({ length: 64 }, async (_, worker) => {
      for (let i = worker * perUnit; i < count; i += 64 * perUnit) await makeSome(engine, account, i, perUnit)
    }),
  )
  await engine.stop()
  await storage.close()
  return performance.now() - started
}

async function makeSome(engine: Engine, account: string, first: number, count: number): Promise<void> {
  const outcome = await engine.execute<true>({ account, by: 'bench' }, (unit) => {
    for (let i = first; i < first + count; i++) {
      const user = `customer-${i}@example.com`
      const done = unit.run(session, unit.id(user), {
        type: 'create',
        kind: 'text',
        direction: 'inbound',
        to: 'live',
        agent: { id: unit.id(), version: 1 },
        user,
        own: 'shop@example.com',
        route: 'default',
        policy: { idleMs },
        order: { data: null },
        because: 'bench',
      })
      if (isRefused(done)) return done
    }
    return true
  })
  if (outcome.refusal) throw new Error(outcome.refusal.message)
}
