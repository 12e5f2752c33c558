import { describe, expect, it } from 'vitest'
import { given } from '#conformance/given.ts'
import { maxDocument } from './decide.ts'
import { draft } from './draft.ts'
import type { DraftEvent } from './events.ts'
import { draftClaim, draftHandle, revisionKey } from './finding.ts'

const id = '01ka7n36096q14dr9gpqy77zxy'
const agentId = '01ka7n36096q14dr9gpqy77zaa'
const other = '01ka7n36096q14dr9gpqy77zbb'
const document = { greeting: 'Hello' }
const create = { type: 'create', agentId, number: 3, document } as const
const written = (revision: number): DraftEvent => ({
  type: 'draft.written',
  at: revision,
  id,
  account: 'alice',
  agentId,
  number: 3,
  revision,
  document,
  by: 'api',
})
const published: DraftEvent = { type: 'draft.published', at: 5, version: 7, by: 'api' }

describe('a draft', () => {
  it('holds its number among those of its agent, and its head holds no document', () => {
    const { events, state } = given(draft).when(create)
    expect(draft.part(events[0]!)).toEqual({ creates: 'document' })
    expect(draft.keys(events[0]!)).toEqual([revisionKey(1)])
    expect(draft.claims(state)).toEqual([draftClaim(agentId, 3)])
    expect(draft.handles(state)).toEqual([draftHandle(agentId)])
    expect(draft.facets(state)).toEqual({ agent: agentId, number: 3 })
    expect(state).toEqual({
      id,
      account: 'alice',
      status: 'draft',
      agentId,
      number: 3,
      revision: 1,
      version: null,
      createdAt: 1_000,
      updatedAt: 1_000,
      publishedAt: null,
    })
  })

  it('is not made under a number that another has', () => {
    const taken = { taken: { [`${agentId}#3`]: other } }
    expect(given(draft).when(create, taken).refusal).toMatchObject({
      code: 'in_use',
      field: 'number',
      conflicting: { noun: 'draft', id: other },
    })
    expect(given(draft, written(1)).when(create).refusal?.code).toBe('in_use')
  })

  it('rises by a revision with each writing', () => {
    const { state, events } = given(draft, written(1)).when({ type: 'write', document: { greeting: 'Hi' } })
    expect(state).toMatchObject({ revision: 2, createdAt: 1, updatedAt: 1_000 })
    expect(draft.keys(events[0]!)).toEqual([revisionKey(2)])
  })

  it('becomes a version of its agent, once, and never changes from then on', () => {
    const present = given(draft, written(1)).when({ type: 'publish', version: 7 })
    expect(present.state).toMatchObject({ status: 'published', version: 7, publishedAt: 1_000 })
    const done = given(draft, written(1), published)
    expect(done.when({ type: 'publish', version: 8 })).toMatchObject({ events: [], state: { version: 7 } })
    expect(done.when({ type: 'write', document }).refusal?.code).toBe('fixed')
  })

  it('has a document of bounded size', () => {
    const large = { greeting: 'x'.repeat(maxDocument) }
    for (const present of [
      given(draft).when({ ...create, document: large }),
      given(draft, written(1)).when({ type: 'write', document: large }),
    ])
      expect(present.refusal).toMatchObject({ code: 'invalid', field: 'document' })
  })

  it('gives its number back when it is erased, and is unknown afterwards', () => {
    for (const history of [[written(1)], [written(1), published]]) {
      const { events, state } = given(draft, ...history).when({ type: 'erase' })
      expect(draft.erasing(state)).toBe(true)
      expect([...draft.claims(state), ...draft.handles(state)]).toEqual([])
      expect(draft.facets(state)['agent']).toBeUndefined()
      for (const command of [{ type: 'erase' }, { type: 'write', document }, { type: 'publish', version: 1 }] as const)
        expect(given(draft, ...history, ...events).when(command).refusal?.code).toBe('not_found')
    }
    expect(given(draft).when({ type: 'erase' }).refusal?.code).toBe('not_found')
  })
})
