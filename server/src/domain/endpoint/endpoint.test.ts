import { describe, expect, it } from 'vitest'
import { given } from '#conformance/given.ts'
import { dayMs } from '../vocabulary/instant.ts'
import { endpoint, wants } from './endpoint.ts'
import type { EndpointEvent } from './events.ts'
import type { Endpoint } from './state.ts'

const made: Endpoint = {
  id: '01ka7n36096q14dr9gpqy77zxy',
  account: 'alice',
  url: 'https://alice.example/hook',
  description: '',
  events: [],
  sealedSecret: 'one',
  previous: null,
  status: 'enabled',
  createdAt: 1,
  updatedAt: 1,
}
const created: EndpointEvent = { type: 'endpoint.created', at: 1, endpoint: made }

describe('an endpoint', () => {
  it('is enabled when it is made', () => {
    const { url, description, events, sealedSecret } = made
    const { state } = given(endpoint).when({ type: 'create', url, description, events, sealedSecret })
    expect(state).toEqual({ ...made, createdAt: 1_000, updatedAt: 1_000 })
  })

  it('keeps what a change does not name, and writes nothing when nothing changes', () => {
    const present = given(endpoint, created)
    expect(present.when({ type: 'change', status: 'disabled' }).state).toMatchObject({
      url: made.url,
      status: 'disabled',
    })
    expect(present.when({ type: 'change', url: made.url, events: [] }).events).toEqual([])
  })

  it('is told by its own dialect, and what was said only where that is wanted', () => {
    const { url, description, events, sealedSecret } = made
    const draft = { type: 'create' as const, url, description, events, sealedSecret }
    const { state } = given(endpoint).when({ ...draft, dialect: 'other', sensitive: true })
    expect(state).toMatchObject({ dialect: 'other', sensitive: true })
    const present = given(endpoint, { type: 'endpoint.created', at: 1, endpoint: state })
    expect(present.when({ type: 'change', sensitive: false }).state).toMatchObject({
      dialect: 'other',
      sensitive: false,
    })
    expect(present.when({ type: 'change', sensitive: true }).events).toEqual([])
  })

  it('keeps the secret before the last rotation for 24 hours', () => {
    const { state } = given(endpoint, created).when({ type: 'rotate', sealedSecret: 'two' })
    expect(state).toMatchObject({ sealedSecret: 'two', previous: { sealedSecret: 'one', until: 1_000 + dayMs } })
  })

  it('is erased by its deletion, and unknown afterwards', () => {
    const { events, state } = given(endpoint, created).when({ type: 'delete' })
    expect(endpoint.erasing(state)).toBe(true)
    expect(endpoint.facets(state)).toMatchObject({ shown: undefined })
    expect(given(endpoint, created, ...events).when({ type: 'delete' }).refusal?.code).toBe('not_found')
  })

  it.each([
    [[], 'conversation.moved', true],
    [['conversation.moved'], 'conversation.moved', true],
    [['conversation.*'], 'conversation.moved', true],
    [['conversation.*'], 'conversationalist.moved', false],
    [['stream.*'], 'conversation.moved', false],
    [['conversation.created'], 'conversation.moved', false],
  ])('wanting %j, is told of %s: %j', (events, type, told) => {
    expect(wants({ ...made, events }, type)).toBe(told)
  })

  it('wants nothing while it is disabled', () => {
    expect(wants({ ...made, status: 'disabled' }, 'conversation.moved')).toBe(false)
  })
})
