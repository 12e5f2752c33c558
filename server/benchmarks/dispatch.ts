import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { percentile, type Figure } from './figures.ts'
import { call, rig, until, type Rig } from './rig.ts'
import { quietAgent, scriptPhones } from './telephones.ts'

/** How many lengths of calls there are. */
const kinds = 21

/** 10,000 calls wait for 1,000 slots: never one too many, and none stands idle while somebody waits. */
export async function dispatch(scale: number): Promise<readonly Figure[]> {
  const [count, slots] = [Math.round(10_000 * scale), Math.round(1_000 * scale)]
  const meanMs = scale < 1 ? 2_000 : 10_000
  // People talk for different times: half as long to half as long again.
  const onTheLineMs = Array.from({ length: kinds }, (_, i) => Math.round(meanMs * (0.5 + i / (kinds - 1))))
  // A slot's whole life is measured from its first use on: the limit is raised when all wait.
  const rigged = await rig('dev', ['--slots', '0'])
  try {
    await queue(rigged, count, await scriptPhones(rigged, onTheLineMs))
    const { id } = await call(rigged, 'GET', '/api/v1/account')
    const started = performance.now()
    await call(rigged, 'PATCH', `/api/v1/accounts/${String(id)}`, { limits: { slots } }, rigged.admin)
    await until(async () => {
      const ledger = await call(rigged, 'GET', '/api/v1/slots')
      return ledger['waiting'] === 0 && (ledger['held'] as unknown[]).length === 0
    }, 500)
    const ms = performance.now() - started
    await rigged.server.kill('SIGTERM')
    return figuresOf(readLog(rigged), { count, slots, meanMs, ms })
  } finally {
    await rigged.stop()
  }
}

/** A batch of so many rows is started, and waits. */
async function queue(rigged: Rig, count: number, phones: readonly string[]): Promise<void> {
  const rows = Array.from({ length: count }, (_, i) => ({ to: phones[i % phones.length] }))
  const { id } = await call(rigged, 'POST', '/api/v1/batches', { agentId: await quietAgent(rigged), rows })
  const path = `/api/v1/batches/${String(id)}`
  await until(async () => (await call(rigged, 'GET', path))['status'] === 'processed', 200)
  await call(rigged, 'POST', `${path}/schedule`, { keepsHours: false })
  await until(async () => (await call(rigged, 'GET', '/api/v1/slots'))['waiting'] === count, 200)
}

interface Change {
  readonly at: number
  readonly slot: number
  readonly isTaken: boolean
}

interface Row {
  readonly aggregate: Uint8Array
  readonly recorded_at: number
  readonly event: string
}

interface Event {
  readonly type: string
  readonly to?: string
  readonly slot?: number
  readonly taken?: readonly unknown[]
  readonly released?: readonly unknown[]
}

const inFlight: readonly string[] = ['dialing', 'ringing', 'live']

/** What was recorded, in its order: how many slots the ledger had given at most, and which the calls really used from when to when. */
function readLog({ data }: Rig): { readonly most: number; readonly changes: readonly Change[] } {
  const database = new DatabaseSync(join(data, 'colloquy.db'), { readOnly: true })
  const rows = (noun: string): Iterable<Row> =>
    database
      .prepare(`SELECT aggregate, recorded_at, event FROM log WHERE noun = ? ORDER BY seq`)
      .iterate(noun) as Iterable<Row>
  let [held, most] = [0, 0]
  for (const { event } of rows('dispatcher')) {
    const { taken = [], released = [] } = JSON.parse(event) as Event
    held += taken.length - released.length
    most = Math.max(most, held)
  }
  const using = new Map<string, number>()
  const changes: Change[] = []
  for (const { aggregate, recorded_at: at, event } of rows('session')) {
    const { type, to = '', slot } = JSON.parse(event) as Event
    if (type !== 'session.moved') continue
    const call = aggregate.toHex()
    const used = using.get(call)
    if (to === 'dialing' && slot !== undefined) {
      using.set(call, slot)
      changes.push({ at, slot, isTaken: true })
    } else if (used !== undefined && !inFlight.includes(to)) {
      using.delete(call)
      changes.push({ at, slot: used, isTaken: false })
    }
  }
  database.close()
  return { most, changes }
}

function figuresOf(
  { most, changes }: ReturnType<typeof readLog>,
  { count, slots, meanMs, ms }: { readonly [Name in 'count' | 'slots' | 'meanMs' | 'ms']: number },
): readonly Figure[] {
  const freeSince = new Map<number, number>()
  const idle: number[] = []
  let taken = 0
  for (const { at, slot, isTaken } of changes) {
    if (!isTaken) {
      freeSince.set(slot, at)
      continue
    }
    taken++
    const since = freeSince.get(slot)
    freeSince.delete(slot)
    if (since !== undefined) idle.push(at - since)
  }
  // Whoever is still free when the last call gets its slot was idle while that one waited.
  const last = changes.findLast(({ isTaken }) => isTaken)?.at ?? 0
  for (const since of freeSince.values()) if (since < last) idle.push(last - since)
  idle.sort((a, b) => a - b)
  if (most > slots) throw new Error(`${most} slots were taken at once, ${slots} are allowed.`)
  if (taken !== count) throw new Error(`${taken} slots were taken for ${count} calls.`)
  const what = `${count.toLocaleString('en')} queued calls over ${slots.toLocaleString('en')} slots`
  return [
    { what: `${what}, ${meanMs / 1000} s each on average`, value: `${(ms / 1000).toFixed(1)} s`, aim: '' },
    { what: '… most slots taken at once', value: String(most), aim: `≤ ${slots}` },
    {
      what: '… a slot idle while calls wait, p50 / p99 / longest',
      value: `${percentile(idle, 0.5)} / ${percentile(idle, 0.99)} / ${idle.at(-1) ?? 0} ms`,
      aim: '≤ 50 ms',
    },
  ]
}
