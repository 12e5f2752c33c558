import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCallsHouse, phones, type CallsHouse } from '#conformance/calls-house.ts'
import { agent as agentNoun } from '#domain/agent/agent.ts'
import type { BatchRow } from '#domain/batch/state.ts'
import type { RetryPolicy } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Ask, Unit } from '#engine/api.ts'
import { rowMaker } from '../sessions/placing.ts'
import { batchRunners } from './runners.ts'
import { dayMs, hourMs, minuteMs } from '#domain/vocabulary/instant.ts'

/** Batches in a house that has everything. */
let house: CallsHouse
beforeEach(async () => {
  house = await openCallsHouse({ slots: 100 })
})
afterEach(() => house.close())

const once: RetryPolicy = { max: 1, on: ['busy', 'no_answer'], onVoicemail: false, afterMs: [minuteMs] }
const phone = '+12025550120'

function list(count: number, to: string): readonly BatchRow[] {
  return Array.from({ length: count }, (_, i) => ({ row: i + 1, to, data: {} }))
}

async function make(agentId: Id, rows: readonly BatchRow[], retry: RetryPolicy | null = null): Promise<Id> {
  const draft = { agentId, fileName: 'people.csv', from: [], retry, webhook: null, rows }
  return (await house.services.batches.create(house.ask, draft)).value!.id
}

async function schedule(id: Id, inMs: number, keepsHours = true): Promise<void> {
  const dueAt = house.engine.clocks.now(house.account) + inMs
  expect((await house.services.batches.schedule(house.ask, id, { dueAt, keepsHours })).refusal).toBeUndefined()
}

/** How many rows are in each state and outcome. */
async function tally(id: Id): Promise<Readonly<Record<string, number>>> {
  const counted = (await house.services.batches.tally(house.account, id)) ?? []
  return Object.fromEntries(counted.map(({ state, outcome, count }) => [`${state} ${outcome}`, count]))
}

async function statusOf(id: Id): Promise<string | undefined> {
  return (await house.services.batches.get(house.account, id))?.status
}

describe('stopping a batch', () => {
  it('hangs up all of its live calls, however many', async () => {
    const agentId = await house.agent()
    const steps = [
      { do: 'ring', after: 1_000 },
      { do: 'answer', after: 1_000 },
      { do: 'say', after: 500, text: 'Hello.', for: hourMs },
    ]
    house.simulator.phones(house.account).set(phone, steps as never)
    const id = await make(agentId, list(40, phone))
    await house.pass(1_000)
    await schedule(id, minuteMs)
    await house.pass(66_000)
    expect(await tally(id)).toEqual({ 'live null': 40 })
    await house.services.batches.stop(house.ask, id, { hangUp: true })
    await house.pass(1_000)
    expect(await tally(id)).toEqual({ 'ended completed': 40 })
  })

  it('lets no retry follow what was on the line, also where it had just begun to dial', async () => {
    const agentId = await house.agent()
    const id = await make(agentId, list(5, phones.busy), { ...once, max: 3 })
    await house.pass(1_000)
    await schedule(id, minuteMs)
    await house.pass(minuteMs + 100)
    expect(await tally(id)).toEqual({ 'dialing null': 5 })
    const placed = house.journal.length
    await house.services.batches.stop(house.ask, id, { hangUp: false })
    await house.pass(0)
    expect((await house.storage.openEffects(house.account, 10)).filter(({ kind }) => kind === 'batch.stop')).toEqual([])
    await house.pass(4 * hourMs)
    expect(house.journal).toHaveLength(placed)
    expect(await tally(id)).toEqual({ 'ended busy': 5 })
  })
})

describe('the hours of a batch', () => {
  it('are those it was scheduled with last, also where that changes while its rows are being made', async () => {
    const agentId = await house.agent({ hours: { startHour: 20, endHour: 21 } })
    const id = await make(agentId, list(2_100, phones.busy))
    await schedule(id, hourMs, false)
    await house.pass(minuteMs)
    await schedule(id, hourMs, true)
    await house.pass(2 * hourMs)
    expect(await tally(id)).toEqual({ 'deferred null': 2_100 })
  })
})

describe('a batch that missed its time', () => {
  it.each([
    [59 * minuteMs, { 'ended busy': 2 }],
    [61 * minuteMs, { 'ended error': 2 }],
  ])('by %d ms, like a scheduled call', async (late, expected) => {
    const agentId = await house.agent()
    const id = await make(agentId, list(2, phones.busy))
    await house.pass(1_000)
    await schedule(id, hourMs)
    const now = house.engine.clocks.now(house.account) + hourMs + late
    await house.storage.commit([{ aggregates: [], effects: [], clock: { account: house.account, kind: 'test', now } }])
    house = await house.crash()
    await house.pass(minuteMs)
    expect(await tally(id)).toEqual(expected)
    expect(await statusOf(id)).toBe('completed')
    if (late < hourMs) return
    const [row] = (await house.services.sessions.list(house.account, { batch: id, limit: 1 })).items
    expect(row?.session.end?.cause).toBe('time_missed')
    expect(house.journal).toEqual([])
  })
})

describe('an agent that is removed', () => {
  it.each([true, false])('while its batch is being prepared (purged: %s) leaves no row that waits', async (purge) => {
    const agentId = await house.agent()
    const id = await make(agentId, list(6_000, phones.busy))
    await house.services.agents.remove(house.ask, agentId, { purge })
    await house.pass(hourMs)
    expect(['stopped', 'failed']).toContain(await statusOf(id))
    const left = await tally(id)
    expect(Object.keys(left).filter((one) => one !== 'ended stopped')).toEqual([])
    expect(Object.keys(left).length).toBeLessThanOrEqual(purge ? 0 : 1)
  })

  it('fails a batch whose next rows are to be made', async () => {
    const agentId = await house.agent()
    const id = await make(agentId, list(4, phones.busy))
    await house.engine.execute<true>(house.ask, (unit) => {
      unit.run(agentNoun, agentId, { type: 'purge' })
      return true
    })
    await house.pass(hourMs)
    expect(['stopped', 'failed']).toContain(await statusOf(id))
    expect(await tally(id)).toEqual({})
  })

  it('has its calls stopped by the next process where this one is killed before', async () => {
    await house.close()
    house = await openCallsHouse({ slots: 0 })
    const agentId = await house.agent()
    const { session } = await house.call({ agentId, to: phones.ordinary })
    await house.pass(1_000)
    const list = house.storage.list.bind(house.storage)
    const storage = house.storage as { list: typeof list }
    storage.list = () => new Promise(() => {})
    void house.services.agents.remove(house.ask, agentId, { purge: false })
    while (await house.services.agents.get(house.account, agentId)) await new Promise((next) => setImmediate(next))
    storage.list = list
    house = await house.crash()
    await house.pass(minuteMs)
    expect(await house.session(session.id)).toMatchObject({ outcome: 'stopped', end: { cause: 'agent_deleted' } })
  })
})

it('a row that somebody faster has made leaves the other rows of its unit their ids', async () => {
  const id = await make(await house.agent(), list(3, phones.busy))
  await house.pass(1_000)
  await schedule(id, hourMs)
  const routes: string[] = []
  // A unit that a commit has told of row 1, after it had minted for all three.
  const told = (unit: Unit): Unit =>
    over(unit, {
      id: (route?: string) => (routes.push(route ?? ''), unit.id(route)),
      reported: ({ key }: { readonly key: string }) => (key.endsWith('#1') ? 'faster' : undefined),
      run: () => ({ refusal: { code: 'invalid', message: 'Not here.' } }),
    })
  const engine = over(house.engine, {
    entries: async () => [],
    execute: (ask: Ask<number>, program: (unit: Unit) => number) =>
      house.engine.execute(ask, (unit) => program(told(unit))),
  })
  const runner = batchRunners({ engine, rowMaker: (batch) => rowMaker(house.services, batch) })['batch.prepare']
  const { account } = house
  const request = { reference: 'r', account, noun: 'batch', aggregate: id, kind: 'batch.prepare', tries: 0 }
  expect(await runner.run({ ...request, payload: { from: 0 } })).toMatchObject({ command: { count: 3, missed: 2 } })
  expect(routes).toHaveLength(3)
})

/** The same but for some of what it does. */
function over<Whole extends object>(whole: Whole, some: object): Whole {
  return new Proxy(whole, {
    get: (_, name) => {
      const own: unknown = Reflect.get(some, name) ?? Reflect.get(whole, name, whole)
      return typeof own === 'function' ? (own.bind(whole) as unknown) : own
    },
  })
}

it('keeps a batch from being scheduled beyond the life of its rows', async () => {
  const id = await make(await house.agent(), list(1, phones.busy))
  const dueAt = house.engine.clocks.now(house.account) + 61 * dayMs
  const refused = await house.services.batches.schedule(house.ask, id, { dueAt, keepsHours: true })
  expect(refused.refusal).toMatchObject({ code: 'invalid', field: 'dueAt' })
})
