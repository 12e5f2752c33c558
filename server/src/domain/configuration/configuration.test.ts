import { describe, expect, it } from 'vitest'
import { given } from '#conformance/given.ts'
import { configuration } from './configuration.ts'
import type { ConfigurationEvent } from './events.ts'
import type { ConfigurationDocument } from './state.ts'

const document: ConfigurationDocument = {
  displayName: 'Care line',
  description: '',
  grouping: 'addresses',
  memoryStoreId: 'mem_store_1',
  channels: { SMS: { timeouts: { inactive: 10, closed: 30 }, capture: [] } },
  callbacks: [],
  intelligence: [],
  memoryExtraction: false,
  bridgeService: null,
}
const id = '01ka7n36096q14dr9gpqy77zxy'

function written(version: number, more: Partial<ConfigurationDocument> = {}): ConfigurationEvent {
  const said = { ...document, ...more }
  return { type: 'configuration.written', at: version, id, account: 'alice', version, document: said, by: 'api' }
}
const deleted: ConfigurationEvent = { type: 'configuration.deleted', at: 9, by: 'api' }

describe('a configuration', () => {
  it('starts at version 1, which is part 1', () => {
    const { events, state } = given(configuration).when({ type: 'create', document })
    expect(events).toMatchObject([{ type: 'configuration.written', version: 1, document }])
    expect(state).toMatchObject({ status: 'live', version: 1, account: 'alice', createdAt: 1_000 })
    expect(configuration.part(events[0]!)).toEqual({ creates: 'version' })
  })

  it('rises by one version with each write, also with one that changes nothing', () => {
    const { state } = given(configuration, written(1)).when({ type: 'write', document })
    expect(state).toMatchObject({ version: 2, createdAt: 1, updatedAt: 1_000 })
  })

  it('T32: timeouts change later on an existing configuration', () => {
    const channels = { SMS: { timeouts: { inactive: 5, closed: 15 }, capture: [] } }
    const { state } = given(configuration, written(1)).when({ type: 'write', document: { ...document, channels } })
    expect(state.document.channels).toEqual(channels)
  })

  it('D4: never changes its grouping type', () => {
    const { refusal } = given(configuration, written(1)).when({
      type: 'write',
      document: { ...document, grouping: 'profile' },
    })
    expect(refusal).toMatchObject({ code: 'fixed', field: 'grouping' })
  })

  it('D36: refuses a write meant for another version, and takes one meant for the present one', () => {
    const present = given(configuration, written(1), written(2))
    expect(present.when({ type: 'write', document, ifVersion: 1 }).refusal?.code).toBe('stale_version')
    expect(present.when({ type: 'write', document, ifVersion: 2 }).state.version).toBe(3)
    expect(present.when({ type: 'delete', ifVersion: 1 }).refusal?.code).toBe('stale_version')
  })

  it('is out of all lists once deleted, and refuses everything from then on', () => {
    const gone = given(configuration, written(1), deleted)
    expect(configuration.facets(gone.state)).toMatchObject({ live: undefined })
    expect(gone.when({ type: 'write', document }).refusal?.code).toBe('not_found')
    expect(gone.when({ type: 'delete' }).refusal?.code).toBe('not_found')
  })

  it('D34, D58: keeps its versions after deletion, since conversations are pinned to them', () => {
    const { state } = given(configuration, written(1)).when({ type: 'delete' })
    expect(state.status).toBe('deleted')
    expect(configuration.erasing(state)).toBe(false)
  })

  it('D35: holds its chat service while it lives, and is refused one that another holds', () => {
    const bridged = given(configuration, written(1, { bridgeService: 'IS1' }))
    expect(configuration.claims(bridged.state)).toEqual([{ kind: 'bridge', route: 'IS1', key: 'IS1' }])
    expect(configuration.claims(bridged.when({ type: 'delete' }).state)).toEqual([])
    const other = '01ka7n36096q14dr9gpqy77zaa'
    const command = { type: 'create' as const, document: { ...document, bridgeService: 'IS1' } }
    expect(given(configuration).when(command, { taken: { IS1: other } }).refusal).toMatchObject({
      code: 'in_use',
      conflicting: { noun: 'configuration', id: other },
    })
  })

  it("is the account's default from its making to its deletion, through all versions", () => {
    const made = given(configuration).when({ type: 'create', document, isDefault: true })
    const changed = given(configuration, ...made.events).when({ type: 'write', document })
    expect(changed.state).toMatchObject({ version: 2, isDefault: true })
    expect(configuration.claims(changed.state)).toMatchObject([{ kind: 'default_configuration' }])
    const gone = given(configuration, ...made.events, ...changed.events).when({ type: 'delete' })
    expect(configuration.claims(gone.state)).toEqual([])
    const another = given(configuration).when(
      { type: 'create', document, isDefault: true },
      { taken: { default: '01ka7n36096q14dr9gpqy77zaa' } },
    )
    expect(another.refusal?.code).toBe('in_use')
    expect(given(configuration, written(1)).state).not.toHaveProperty('isDefault')
  })
})
