import { describe, expect, it } from 'vitest'
import { given } from '#conformance/given.ts'
import { dayMs } from '../vocabulary/instant.ts'
import { agent, versionKey } from './agent.ts'
import type { AgentEvent } from './events.ts'
import type { AgentDefinition } from './state.ts'

const id = '01ka7n36096q14dr9gpqy77zxy'
const definition: AgentDefinition = {
  name: 'Front desk',
  welcome: 'Hello {name}',
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
const written = (version: number, more: Partial<AgentDefinition> = {}): AgentEvent => ({
  type: 'agent.written',
  at: version,
  id,
  account: 'alice',
  version,
  definition: { ...definition, ...more },
  by: 'api',
})
const deleted: AgentEvent = { type: 'agent.deleted', at: 9, by: 'api' }

describe('an agent', () => {
  it('starts at version 1, and its head holds the name but not the definition', () => {
    const { events, state } = given(agent).when({ type: 'create', definition })
    expect(agent.part(events[0]!)).toEqual({ creates: 'version' })
    expect(agent.keys(events[0]!)).toEqual([versionKey(1)])
    expect(state).toEqual({
      id,
      account: 'alice',
      status: 'live',
      version: 1,
      name: 'Front desk',
      announces: false,
      createdAt: 1_000,
      updatedAt: 1_000,
      deletedAt: null,
    })
  })

  it('rises by one version with each write, also with one that changes nothing', () => {
    const present = given(agent, written(1))
    expect(present.when({ type: 'write', definition }).state).toMatchObject({ version: 2, createdAt: 1 })
    const named = present.when({
      type: 'write',
      definition: { ...definition, name: 'Night', announce: { dialect: 'd', url: 'https://alice.example' } },
    })
    expect(named.state).toMatchObject({ name: 'Night', announces: true })
  })

  it('refuses a write meant for another version', () => {
    const present = given(agent, written(1), written(2))
    expect(present.when({ type: 'write', definition, ifVersion: 1 }).refusal?.code).toBe('stale_version')
    expect(present.when({ type: 'write', definition, ifVersion: 2 }).state.version).toBe(3)
  })

  it('is out of all lists once deleted, and can be restored with its versions', () => {
    const gone = given(agent, written(1), deleted)
    expect(agent.facets(gone.state)['live']).toBeUndefined()
    expect(gone.when({ type: 'write', definition }).refusal?.code).toBe('not_found')
    expect(gone.when({ type: 'delete' }).refusal?.code).toBe('not_found')
    const back = gone.when({ type: 'restore' })
    expect(back.state).toMatchObject({ status: 'live', version: 1, deletedAt: null })
    const more = given(agent, written(1), deleted, ...back.events)
    expect(more.when({ type: 'restore' }).events).toEqual([])
    expect(more.when({ type: 'write', definition }).state.version).toBe(2)
  })

  it('is in no list where it was made for one session alone', () => {
    const { state } = given(agent).when({ type: 'create', definition: { ...definition, unlisted: true } })
    expect(agent.facets(state)['live']).toBeUndefined()
  })

  it('is erased 30 days after its deletion, not earlier, and leaves its sessions', () => {
    const gone = given(agent, written(1), deleted)
    expect(agent.deadline(gone.state)).toMatchObject({ at: 9 + 30 * dayMs, command: { type: 'forget' } })
    expect(gone.when({ type: 'forget' }, { now: 8 + 30 * dayMs }).events).toEqual([])
    const { events, state } = gone.when({ type: 'forget' }, { now: 9 + 30 * dayMs })
    expect(agent.erasing(state)).toBe(true)
    expect(agent.effects(events[0]!, state).map(({ kind }) => kind)).toEqual(['agent.stop_waiting'])
    const removed = given(agent, written(1)).when({ type: 'delete' })
    expect(agent.effects(removed.events[0]!, removed.state).map(({ kind }) => kind)).toEqual(['agent.stop_waiting'])
    expect(agent.deadline(state)).toBeUndefined()
    expect(agent.deadline(given(agent, written(1)).state)).toBeUndefined()
  })

  it('is purged at once, live or deleted, and its sessions go too', () => {
    for (const history of [[written(1)], [written(1), deleted]]) {
      const { events, state } = given(agent, ...history).when({ type: 'purge' })
      expect(agent.erasing(state)).toBe(true)
      expect(agent.effects(events[0]!, state)).toMatchObject([
        { kind: 'agent.stop_waiting', mode: 'repeatable' },
        { kind: 'agent.purge', mode: 'repeatable' },
      ])
      expect(given(agent, ...history, ...events).when({ type: 'restore' }).refusal?.code).toBe('not_found')
    }
  })
})
