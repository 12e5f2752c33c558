import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openMemory } from '#adapters/storage/memory/open.ts'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { got } from '#conformance/house.ts'
import { agent } from '#domain/agent/agent.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import { number } from '#domain/number/number.ts'
import type { PhoneNumber } from '#domain/number/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { dayMs } from '#domain/vocabulary/instant.ts'
import type { Engine, Outcome } from '#engine/api.ts'
import { createEngine } from '#engine/engine.ts'
import { createAgents } from './agents.ts'
import type { Agents, AgentView, Numbers } from './api.ts'
import { createNumbers } from './numbers.ts'

const ask = { account: 'alice', by: 'test' }
const stranger = { account: 'stranger', by: 'test' }
const definition: AgentDefinition = {
  name: 'Front desk',
  welcome: 'Hello',
  speech: { by: 'script', lines: [], goodbye: 'Bye' },
  limits: {},
  hours: null,
  retry: null,
  route: 'default',
  inbound: { callsPerCaller: -1, exempt: [], rejectUnknown: false },
  announce: null,
  makes: { recording: false, summary: false, extraction: false },
  vendor: {},
}

const eraseDrafts = async (): Promise<undefined> => undefined

let engine: Engine
let agents: Agents
let numbers: Numbers
let stopped: (readonly [Id, { readonly scheduled: boolean }])[]

beforeEach(async () => {
  const system = simulatedSystem(1)
  engine = await createEngine({ storage: openMemory(), system, nouns: [agent, number] })
  await engine.start()
  await engine.clocks.define('alice', 'test', system.now())
  stopped = []
  numbers = createNumbers({ engine })
  const stopWaiting = async (_: unknown, id: Id, also: { readonly scheduled: boolean }): Promise<readonly Id[]> => {
    stopped.push([id, also])
    return []
  }
  agents = createAgents({ engine, numbers, stopWaiting, eraseDrafts })
})
afterEach(() => engine.stop())

function value<Value>(outcome: Outcome<Value>): Value {
  if (outcome.value === undefined) throw new Error(outcome.refusal?.message ?? 'replayed')
  return outcome.value
}

async function make(more: Partial<AgentDefinition> = {}): Promise<AgentView> {
  return value(await agents.create(ask, { ...definition, ...more }))
}

async function pass(ms: number): Promise<void> {
  got(await engine.clocks.advance('alice', engine.clocks.now('alice') + ms))
}

describe('agents', () => {
  it('keep every version, also while they are deleted and after they are restored', async () => {
    const { id } = (await make({ welcome: 'one' })).agent
    const write = (welcome: string) => agents.write(ask, id, (present) => ({ ...present, welcome }))
    await write('two')
    await agents.remove(ask, id, { purge: false })
    expect((await agents.version('alice', id, 2))?.welcome).toBe('two')
    await agents.restore(ask, id)
    await write('three')
    expect(await agents.get('alice', id)).toMatchObject({ agent: { version: 3 }, definition: { welcome: 'three' } })
    // A service that has read nothing yet finds them in the store.
    const fresh = createAgents({ engine, numbers, stopWaiting: async () => [], eraseDrafts })
    const said = await Promise.all([0, 1, 2, 3, 4].map((version) => fresh.version('alice', id, version)))
    expect(said.map((one) => one?.welcome)).toEqual([undefined, 'one', 'two', 'three', undefined])
  })

  it('change from their present version, one writer after the other', async () => {
    const { id } = (await make({ welcome: '' })).agent
    const letters = ['a', 'b', 'c', 'd']
    await Promise.all(
      letters.map((letter) => agents.write(ask, id, (present) => ({ ...present, welcome: present.welcome + letter }))),
    )
    expect([...(await agents.get('alice', id))!.definition.welcome].toSorted()).toEqual(letters)
    expect((await agents.write(ask, id, (present) => present, 4)).refusal?.code).toBe('stale_version')
  })

  it('are unknown to others', async () => {
    const { id } = (await make()).agent
    expect(await agents.version('alice', id, 1)).toBeDefined()
    expect(await agents.get('stranger', id)).toBeUndefined()
    expect(await agents.version('stranger', id, 1)).toBeUndefined()
    expect((await agents.write(stranger, id, (present) => present)).refusal?.code).toBe('not_found')
    expect((await agents.remove(stranger, id, { purge: true })).refusal?.code).toBe('not_found')
    expect(stopped).toEqual([])
  })

  it('are listed newest first, page by page, without the deleted ones', async () => {
    const made: AgentView[] = []
    for (const name of ['0', '1', '2', '3']) {
      made.push(await make({ name }))
      await pass(1)
    }
    await agents.remove(ask, made[2]!.agent.id, { purge: false })
    const first = await agents.list('alice', { limit: 2 })
    expect(first.items.map((view) => view.definition.name)).toEqual(['3', '1'])
    const rest = await agents.list('alice', { limit: 2, after: first.next! })
    expect(rest.items.map((view) => view.definition.name)).toEqual(['0'])
  })

  it('have what waits stopped when they are removed, and are forgotten 30 days later', async () => {
    const { id } = (await make()).agent
    const removed = value(await agents.remove(ask, id, { purge: false }))
    expect(removed).toMatchObject({ agent: { status: 'deleted' }, definition: { name: 'Front desk' } })
    expect(stopped).toEqual([[id, { scheduled: true }]])
    expect(await agents.get('alice', id)).toBeUndefined()
    await pass(30 * dayMs)
    expect((await agents.restore(ask, id)).refusal?.code).toBe('not_found')
  })

  it('are purged at once, and answer no number any more', async () => {
    const { id } = (await make()).agent
    const line = value(await numbers.add(ask, { number: '+12025550100', agentId: id }))
    const removed = value(await agents.remove(ask, id, { purge: true }))
    expect(removed).toMatchObject({ agent: { status: 'erasing' }, definition: { name: 'Front desk' } })
    expect(stopped).toHaveLength(1)
    expect((await agents.restore(ask, id)).refusal?.code).toBe('not_found')
    expect((await numbers.get('alice', line.id))?.agentId).toBeNull()
  })
})

describe('numbers', () => {
  const add = (e164: string, more: { readonly isDefault?: boolean; readonly agentId?: Id } = {}) =>
    numbers.add(ask, { number: e164, ...more })
  const defaults = async (): Promise<readonly string[]> =>
    (await numbers.list('alice')).filter(({ isDefault }) => isDefault).map((one: PhoneNumber) => one.number)

  it('are found by their E.164 form by their own account only', async () => {
    const made = value(await add('+12025550100'))
    expect(made).toMatchObject({ route: 'default', hosted: false, agentId: null })
    expect(await numbers.find('alice', '+12025550100')).toEqual(made)
    expect(await numbers.find('stranger', '+12025550100')).toBeUndefined()
    expect(await numbers.find('alice', '+12025550101')).toBeUndefined()
    expect((await add('+12025550100')).refusal).toMatchObject({ code: 'in_use', conflicting: { id: made.id } })
    expect((await numbers.add(stranger, { number: '+12025550100' })).value).toBeDefined()
  })

  it('are added once when two ask at once', async () => {
    const outcomes = await Promise.all([add('+12025550100'), add('+12025550100')])
    expect(outcomes.map(({ refusal }) => refusal?.code)).toEqual([undefined, 'in_use'])
    expect(await numbers.list('alice')).toHaveLength(1)
  })

  it('have one default among them: the first, until another takes it over', async () => {
    await add('+12025550100')
    await add('+12025550101')
    expect(await defaults()).toEqual(['+12025550100'])
    const third = value(await add('+12025550102', { isDefault: true }))
    expect(await defaults()).toEqual(['+12025550102'])
    await numbers.remove(ask, third.id)
    expect(await defaults()).toEqual([])
    await Promise.all(['+12025550103', '+12025550104'].map((one) => add(one, { isDefault: true })))
    expect(await defaults()).toHaveLength(1)
  })

  it('are listed oldest first, as they stand right after each change', async () => {
    expect(await numbers.list('alice')).toEqual([])
    const first = value(await add('+12025550109'))
    await pass(1)
    await add('+12025550100')
    const { id: agentId } = (await make()).agent
    await numbers.attach(ask, first.id, agentId)
    const listed = await numbers.list('alice')
    expect(listed.map((one) => [one.number, one.agentId])).toEqual([
      ['+12025550109', agentId],
      ['+12025550100', null],
    ])
    expect(await numbers.list('alice')).toBe(listed)
    await numbers.remove(ask, first.id)
    expect((await numbers.list('alice')).map((one) => one.number)).toEqual(['+12025550100'])
    expect(await numbers.get('alice', first.id)).toBeUndefined()
  })

  it('are answered by live agents only', async () => {
    const line = value(await add('+12025550100'))
    const { id } = (await make()).agent
    await agents.remove(ask, id, { purge: false })
    for (const refused of [await numbers.attach(ask, line.id, id), await add('+12025550101', { agentId: id })])
      expect(refused.refusal).toMatchObject({ code: 'not_found', field: 'agentId' })
    expect((await numbers.attach(stranger, line.id, null)).refusal?.code).toBe('not_found')
  })
})
