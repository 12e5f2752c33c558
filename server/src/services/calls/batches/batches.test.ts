import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openMemory } from '#adapters/storage/memory/open.ts'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { got } from '#conformance/house.ts'
import { agent } from '#domain/agent/agent.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import { batch as noun } from '#domain/batch/batch.ts'
import type { Batch, BatchRow, BatchStatus } from '#domain/batch/state.ts'
import { number } from '#domain/number/number.ts'
import type { SessionCommand } from '#domain/session/commands.ts'
import { policyOf } from '#domain/session/limits.ts'
import { session } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import { stream } from '#domain/stream/stream.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { dayMs, hourMs, minuteMs, type Instant } from '#domain/vocabulary/instant.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { EffectRunner, Engine, Outcome } from '#engine/api.ts'
import { createEngine } from '#engine/engine.ts'
import { createAgents } from '../agents.ts'
import type { Agents, Batches, Numbers } from '../api.ts'
import { createNumbers } from '../numbers.ts'
import { createBatches, stopBatchesOf } from './batches.ts'
import type { DryRunNeed } from './dry-run.ts'
import { batchRunners, type BatchRunnersNeed, type MakeRow } from './runners.ts'

const ask = { account: 'alice', by: 'test' }
const stranger = { account: 'stranger', by: 'test' }
const definition: AgentDefinition = {
  name: 'Front desk',
  welcome: 'Hello',
  speech: { by: 'script', lines: [], goodbye: 'Bye' },
  limits: {},
  hours: { startHour: 9, endHour: 17 },
  retry: null,
  route: 'default',
  inbound: { callsPerCaller: -1, exempt: [], rejectUnknown: false },
  announce: null,
  makes: { recording: false, summary: false, extraction: false },
  vendor: {},
}

/** Sessions are made as prepared calls; what they ask of the world but their batch is left alone. */
function makerOf(batch: Batch, policy: Session['policy'] = {}): MakeRow {
  return (unit, { row, to }) => {
    if (to === undefined) return undefined
    const id = unit.id(to)
    const made = unit.reported({ kind: 'row', key: `${batch.id}#${row}` })
    if (made !== undefined) return made
    const done = unit.run(session, id, {
      type: 'create',
      kind: 'telephone',
      direction: 'outbound',
      to: 'prepared',
      agent: batch.agent,
      user: to,
      own: '+12025550100',
      route: 'default',
      policy,
      batch: { id: batch.id, row },
      order: { data: null },
      because: 'a row of a batch',
    })
    return isRefused(done) ? done : done.state.id
  }
}

const ignored = ['slot.want', 'slot.release', 'hours.look', 'telephony.dial', 'telephony.hang_up'].map((kind) => [
  kind,
  { run: async () => ({ settled: true }) } satisfies EffectRunner,
])

let engine: Engine
let agents: Agents
let numbers: Numbers
let batches: Batches
let agentId: Id
/** What a test may change of the world. */
let rowMaker: BatchRunnersNeed['rowMaker']
let closedUntil: DryRunNeed['closedUntil']
let freeSlots: number

beforeEach(async () => {
  const system = simulatedSystem(1)
  rowMaker = async (batch) => makerOf(batch)
  closedUntil = () => undefined
  freeSlots = 2
  const need = {
    get engine() {
      return engine
    },
    rowMaker: (batch: Batch) => rowMaker(batch),
  }
  engine = await createEngine({
    storage: openMemory(),
    system,
    nouns: [agent, number, noun, session, stream],
    effects: { ...batchRunners(need), ...Object.fromEntries(ignored) },
  })
  await engine.start()
  await engine.clocks.define('alice', 'test', system.now())
  numbers = createNumbers({ engine })
  agents = createAgents({
    engine,
    numbers,
    stopWaiting: async () => [],
    eraseDrafts: async () => undefined,
  })
  batches = createBatches({
    engine,
    agents,
    numbers,
    rowMaker: (batch) => rowMaker(batch),
    closedUntil: (...about) => closedUntil(...about),
    freeSlots: async () => freeSlots,
  })
  agentId = value(await agents.create(ask, definition)).agent.id
  await numbers.add(ask, { number: '+12025550100' })
})
afterEach(() => engine.stop())

function value<Value>(outcome: Outcome<Value>): Value {
  if (outcome.value === undefined) throw new Error(outcome.refusal?.message ?? 'replayed')
  return outcome.value
}

/** Lets the account's time pass, and waits until all that follows has been done. */
async function pass(ms = 0): Promise<void> {
  got(await engine.clocks.advance('alice', engine.clocks.now('alice') + ms))
}

/** Rows to call, the odd ones out being no good. */
function list(count: number, bad: readonly number[] = []): readonly BatchRow[] {
  return Array.from({ length: count }, (_, i) => {
    const row = i + 1
    return bad.includes(row)
      ? { row, rejected: 'the number is missing', line: ',' }
      : { row, to: `+1202555${String(row).padStart(4, '0')}`, data: { name: `n${row}` } }
  })
}

async function make(rows: readonly BatchRow[], more: { readonly from?: readonly string[] } = {}): Promise<Id> {
  const draft = { agentId, fileName: 'people.csv', from: [], retry: null, webhook: null, rows, ...more }
  return value(await batches.create(ask, draft)).id
}

async function started(rows: readonly BatchRow[]): Promise<Id> {
  const id = await make(rows)
  await pass()
  value(await batches.schedule(ask, id, { dueAt: engine.clocks.now('alice') + hourMs, keepsHours: true }))
  await pass(hourMs)
  return id
}

async function batch(id: Id): Promise<Batch> {
  const state = await batches.get('alice', id)
  if (!state) throw new Error('The batch is gone.')
  return state
}

/** The sessions of a batch, by row. */
async function sessions(id: Id): Promise<readonly Session[]> {
  const page = await engine.list({ account: 'alice', noun: session, list: 'by_batch', equals: [id], limit: 5_000 })
  return page.items.map(({ state }) => state)
}

async function tell(id: Id, row: number, ...commands: readonly SessionCommand[]): Promise<void> {
  const one = (await sessions(id)).find((state) => state.batch?.row === row)
  for (const command of commands)
    value(
      await engine.execute<true>(ask, (unit) => {
        const done = unit.run(session, one!.id, command)
        return isRefused(done) ? done : true
      }),
    )
  await pass()
}

const dial: SessionCommand = { type: 'offer_slot', attempt: 1, slot: 1, gate: { balance: 'enough' } }
const refusedByCarrier: SessionCommand = {
  type: 'dial_answered',
  attempt: 1,
  answer: { is: 'refused', cause: 'invalid_number' },
}

describe('making a batch', () => {
  it('makes a prepared session of each valid row, once, in chunks', async () => {
    const id = await make(list(4_203, [2, 700]))
    expect((await batch(id)).status).toBe('created')
    await pass()
    expect(await batch(id)).toMatchObject({ status: 'processed', rows: 4_203, valid: 4_201, prepared: 4_201, ended: 0 })
    const made = await sessions(id)
    expect(made).toHaveLength(4_201)
    expect(made.every(({ state }) => state === 'prepared')).toBe(true)
    expect(made.slice(0, 3).map((one) => [one.batch?.row, one.user])).toEqual([
      [1, '+12025550001'],
      [3, '+12025550003'],
      [4, '+12025550004'],
    ])
  })

  it('lists the rows that are no good, and fails where all are', async () => {
    const id = await make(list(3, [1, 2, 3]))
    await pass()
    expect((await batch(id)).status).toBe('failed')
    expect(await batches.rejected('alice', id)).toHaveLength(3)
    const other = await make(list(600, [1, 599]))
    expect((await batches.rejected('alice', other))?.map(({ row }) => row)).toEqual([1, 599])
    expect(await batches.rejected('stranger', other)).toBeUndefined()
  })

  it('makes no row twice when a chunk is done again', async () => {
    const runner = batchRunners({ engine, rowMaker: (one) => rowMaker(one) })['batch.prepare']
    const { promise: together, resolve } = Promise.withResolvers<void>()
    let arrived = 0
    rowMaker = async (one) => {
      if (++arrived === 3) resolve()
      await together
      return makerOf(one)
    }
    const id = await make(list(300))
    value(await batches.schedule(ask, id, { dueAt: engine.clocks.now('alice') + hourMs, keepsHours: true }))
    const request = { reference: 'r', account: 'alice', noun: 'batch', aggregate: id, kind: 'batch.prepare', tries: 0 }
    // The effect and two repetitions of it begin at once, before any has made a row.
    const answers = await Promise.all([1, 2].map(() => runner.run({ ...request, payload: { from: 0 } })))
    expect(answers).toMatchObject(Array(2).fill({ settled: true, command: { count: 300, missed: 0, done: true } }))
    await pass()
    expect(await batch(id)).toMatchObject({ status: 'scheduled', prepared: 300 })
    expect(await sessions(id)).toHaveLength(300)
  })

  it('counts what was let into the queue before a crash', async () => {
    const id = await started(list(40))
    await tell(id, 1, { type: 'stop', cause: 'stopped_by_request' })
    const runner = batchRunners({ engine, rowMaker: (one) => rowMaker(one) })['batch.release']
    const request = { reference: 'r', account: 'alice', noun: 'batch', aggregate: id, kind: 'batch.release', tries: 1 }
    // All is in the queue already, one of it stopped there: as if the process had died before it said so.
    expect(await runner.run({ ...request, payload: { from: 0 } })).toMatchObject({ command: { count: 40, done: true } })
    const early = await make(list(3))
    await pass()
    await tell(early, 1, { type: 'stop', cause: 'stopped_by_request' })
    value(await batches.schedule(ask, early, { dueAt: engine.clocks.now('alice'), keepsHours: true }))
    await pass()
    expect(await batch(early)).toMatchObject({ released: 2 })
  })

  it('goes on where it was when a row cannot be made right now', async () => {
    let calls = 0
    rowMaker = async (one) => (unit, row) =>
      row.row === 150 && calls++ < 2 ? refuse('busy', 'Later.') : makerOf(one)(unit, row)
    const id = await make(list(200))
    await pass()
    expect(await batch(id)).toMatchObject({ status: 'created', prepared: 0 })
    await pass(minuteMs)
    expect(await batch(id)).toMatchObject({ status: 'processed', prepared: 200 })
    expect(await sessions(id)).toHaveLength(200)
  })

  it('counts rows that no session can be made of as ended, and fails where that is all of them', async () => {
    rowMaker = async (one) => (unit, row) => (row.row === 2 ? refuse('invalid', 'No.') : makerOf(one)(unit, row))
    const id = await make(list(3))
    await pass()
    expect(await batch(id)).toMatchObject({ status: 'processed', prepared: 3, ended: 1 })
    rowMaker = async (): Promise<Refused> => refuse('not_found', 'The number is gone.')
    const other = await make(list(3))
    await pass()
    expect((await batch(other)).status).toBe('failed')
  })

  it('is refused for an agent, a number or a list that will not do', async () => {
    const draft = { agentId, fileName: '', from: [], retry: null, webhook: null, rows: list(1) }
    const code = async (more: Partial<typeof draft>, by = ask) =>
      (await batches.create(by, { ...draft, ...more })).refusal
    expect(await code({ agentId: '01ka7n36096q14dr9gpqy77zaa' })).toMatchObject({ code: 'not_found', field: 'agentId' })
    expect(await code({ from: ['+12025550199'] as never })).toMatchObject({ code: 'not_found', field: 'from' })
    expect(await code({}, stranger)).toMatchObject({ code: 'not_found', field: 'agentId' })
    expect(await code({ rows: list(50_001) })).toMatchObject({ code: 'invalid', field: 'rows' })
    await numbers.remove(ask, (await numbers.list('alice'))[0]!.id)
    expect(await code({})).toMatchObject({ code: 'not_found', field: 'from' })
  })
})

describe('a scheduled batch', () => {
  it('is let into the queue at its time, and completed when every row has ended', async () => {
    const id = await make(list(2_100))
    await pass()
    value(await batches.schedule(ask, id, { dueAt: engine.clocks.now('alice') + hourMs, keepsHours: true }))
    await pass(hourMs - 1)
    expect((await batch(id)).status).toBe('scheduled')
    await pass(1)
    expect(await batch(id)).toMatchObject({ status: 'queued', released: 2_100 })
    expect((await sessions(id)).every(({ state }) => state === 'queued')).toBe(true)
  })

  it('runs from the first dial, and counts each row that ends', async () => {
    const id = await started(list(2))
    await tell(id, 1, dial)
    expect((await batch(id)).status).toBe('running')
    await tell(id, 1, refusedByCarrier)
    expect(await batch(id)).toMatchObject({ status: 'running', ended: 1 })
    await tell(id, 2, { type: 'stop', cause: 'stopped_by_request' })
    expect(await batch(id)).toMatchObject({ status: 'completed', ended: 2 })
  })

  it('lets its rows be called at any hour when it was scheduled so after they were made', async () => {
    rowMaker = async (one) => makerOf(one, { keepsHours: true })
    const keeping = async (keepsHours: boolean): Promise<unknown> => {
      const id = await make(list(1))
      await pass()
      value(await batches.schedule(ask, id, { dueAt: engine.clocks.now('alice'), keepsHours }))
      await pass()
      return policyOf((await sessions(id))[0]!).keepsHours
    }
    expect([await keeping(true), await keeping(false)]).toEqual([true, false])
  })

  it('starts when its time comes while it is still being prepared', async () => {
    const id = await make(list(2_500))
    value(await batches.schedule(ask, id, { dueAt: engine.clocks.now('alice'), keepsHours: true }))
    await pass()
    expect(await batch(id)).toMatchObject({ status: 'queued', prepared: 2_500, released: 2_500 })
    expect((await sessions(id)).every(({ state }) => state === 'queued')).toBe(true)
  })

  it('expires after 30 days in which nobody scheduled it, and its rows with it', async () => {
    const id = await make(list(3))
    await pass()
    await pass(30 * dayMs)
    expect((await batch(id)).status).toBe('stopped')
    expect((await sessions(id)).map(({ end }) => end?.cause)).toEqual(Array(3).fill('batch_expired'))
  })
})

describe('stopping a batch', () => {
  const states = async (id: Id): Promise<readonly string[]> => (await sessions(id)).map(({ state }) => state)

  it.each<BatchStatus>(['scheduled', 'queued'])('stops all that waits of a %s one', async (status) => {
    const id = status === 'queued' ? await started(list(1_040)) : await make(list(1_040))
    if (status === 'scheduled')
      value(await batches.schedule(ask, id, { dueAt: engine.clocks.now('alice') + hourMs, keepsHours: true }))
    await pass()
    expect(value(await batches.stop(ask, id, { hangUp: false })).status).toBe('stopped')
    await pass()
    expect((await sessions(id)).every(({ end }) => end?.cause === 'batch_stopped')).toBe(true)
    expect(await batch(id)).toMatchObject({ status: 'stopped', ended: 1_040 })
  })

  it('makes no session after it was stopped while being prepared', async () => {
    const id = await make(list(5_000))
    value(await batches.schedule(ask, id, { dueAt: engine.clocks.now('alice') + hourMs, keepsHours: true }))
    value(await batches.stop(ask, id, { hangUp: false }))
    await pass()
    const made = await states(id)
    expect(made.length).toBeLessThan(5_000)
    expect(made.every((state) => state === 'ended')).toBe(true)
  })

  it('leaves a call that goes on, and hangs it up where that is asked for', async () => {
    for (const hangUp of [false, true]) {
      const id = await started(list(2))
      await tell(id, 1, dial)
      value(await batches.stop(ask, id, { hangUp }))
      await pass()
      expect(await states(id)).toEqual([hangUp ? 'ended' : 'dialing', 'ended'])
    }
  })

  it('drops the retry of a call that went on', async () => {
    const retry = { max: 1, on: ['no_answer'] as const, onVoicemail: false, afterMs: [30 * minuteMs] }
    rowMaker = async (one) => makerOf(one, { retry })
    const id = await started(list(1))
    await tell(id, 1, dial, {
      type: 'report',
      attempt: 1,
      sequence: 1,
      what: { is: 'ringing' },
    })
    value(await batches.stop(ask, id, { hangUp: false }))
    await tell(id, 1, { type: 'report', attempt: 1, sequence: 2, what: { is: 'ended', verdict: 'no_answer' } })
    expect((await sessions(id)).map(({ state, end }) => [state, end?.cause])).toEqual([['ended', 'no_answer']])
  })

  it('is refused where there is nothing to stop', async () => {
    const id = await make(list(1))
    expect((await batches.stop(ask, id, { hangUp: false })).refusal?.code).toBe('closed')
    expect((await batches.stop(stranger, id, { hangUp: false })).refusal?.code).toBe('not_found')
  })

  it('comes with deleting it; its sessions stay', async () => {
    const id = await started(list(700))
    value(await batches.remove(ask, id))
    await pass()
    expect(await batches.get('alice', id)).toBeUndefined()
    expect(await batches.tally('alice', id)).toBeUndefined()
    expect((await sessions(id)).every(({ end }) => end?.cause === 'batch_stopped')).toBe(true)
    expect(await sessions(id)).toHaveLength(700)
  })

  it('comes with removing its agent', async () => {
    const ids = [await started(list(2)), await make(list(2))]
    await pass()
    await stopBatchesOf(engine, ask, agentId)
    await pass()
    expect(await Promise.all(ids.map(async (id) => (await batch(id)).status))).toEqual(['stopped', 'stopped'])
    const causes = await Promise.all(ids.map(async (id) => (await sessions(id)).map(({ end }) => end?.cause)))
    expect(causes).toEqual(Array(2).fill(['agent_deleted', 'agent_deleted']))
  })
})

describe('asking about a batch', () => {
  it('tells how many sessions are in which state', async () => {
    const id = await started(list(1_003))
    await tell(id, 1, dial)
    await tell(id, 2, { type: 'stop', cause: 'stopped_by_request' })
    const tally = (await batches.tally('alice', id))!.toSorted(
      (a, b) => b.count - a.count || (a.state < b.state ? -1 : 1),
    )
    expect(tally).toEqual([
      { state: 'queued', outcome: null, wasLive: false, count: 1_001 },
      { state: 'dialing', outcome: null, wasLive: false, count: 1 },
      { state: 'ended', outcome: 'stopped', wasLive: false, count: 1 },
    ])
  })

  it('lists batches newest first, of one agent or all', async () => {
    const first = await make(list(1))
    await pass(1)
    const second = await make(list(1))
    const listed = async (agentIs?: Id) =>
      (await batches.list('alice', { limit: 10, ...(agentIs && { agent: agentIs }) })).items.map(({ id }) => id)
    expect(await listed()).toEqual([second, first])
    expect(await listed(agentId)).toEqual([second, first])
    await batches.remove(ask, second)
    expect([await listed(), await listed(agentId), await listed('other')]).toEqual([[first], [first], []])
  })

  it('says what would happen if it started now, and changes nothing', async () => {
    const id = await make(list(8, [3]))
    await pass()
    await tell(id, 8, { type: 'stop', cause: 'stopped_by_request' })
    const until: Instant = engine.clocks.now('alice') + 2 * hourMs
    const closed: Readonly<Record<string, Instant | 'never'>> = {
      '+12025550001': until + 1,
      '+12025550002': until,
      '+12025550004': 'never',
    }
    closedUntil = (_, to) => closed[to]
    const before = await batch(id)
    const told = await batches.dryRun('alice', id)
    expect(told).toEqual({
      dial: 2,
      wait: [
        { because: 'hours', count: 2, until },
        { because: 'slots', count: 1 },
      ],
      skip: [
        { because: 'the number is missing', count: 1 },
        { because: 'no_calling_window', count: 1 },
        { because: 'ended', count: 1 },
      ],
    })
    expect(await batch(id)).toEqual(before)
    await agents.remove(ask, agentId, { purge: false })
    expect((await batches.dryRun('alice', id))?.skip).toContainEqual({ because: 'agent_deleted', count: 6 })
    expect(await batches.dryRun('stranger', id)).toBeUndefined()
  })
})
