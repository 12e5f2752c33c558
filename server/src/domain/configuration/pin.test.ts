import { describe, expect, it } from 'vitest'
import { pinOf } from './pin.ts'
import type { ConfigurationDocument } from './state.ts'

const document: ConfigurationDocument = {
  displayName: 'Care line',
  description: '',
  grouping: 'addresses',
  memoryStoreId: 'mem_store_1',
  channels: {},
  callbacks: [],
  intelligence: [],
  memoryExtraction: false,
  bridgeService: null,
}
const pinned = (more: Partial<ConfigurationDocument>): ReturnType<typeof pinOf> =>
  pinOf({ id: 'c1', version: 3, document: { ...document, ...more } })

describe('what a conversation takes along from its configuration', () => {
  it('is its id, version and grouping', () => {
    expect(pinned({})).toEqual({ id: 'c1', version: 3, grouping: 'addresses', timeouts: {} })
  })

  it("T15, T33: is each channel's timeouts, in minutes", () => {
    const { timeouts } = pinned({
      channels: {
        SMS: { timeouts: { inactive: 10, closed: 30 }, capture: [] },
        CHAT: { timeouts: { closed: 5 }, capture: [] },
      },
    })
    expect(timeouts).toEqual({ SMS: { inactiveMs: 600_000, closedMs: 1_800_000 }, CHAT: { closedMs: 300_000 } })
  })

  it('D11, D71: is null where a channel is named without timeouts, in whatever way', () => {
    const { timeouts } = pinned({
      channels: { VOICE: { timeouts: null, capture: [] }, SMS: { timeouts: {}, capture: [] } },
    })
    expect(timeouts).toEqual({ VOICE: null, SMS: null })
  })

  it('X1: is the silent limit, where there is one', () => {
    expect(pinned({ closeSilentAfterMinutes: 2 })).toMatchObject({ closeSilentMs: 120_000 })
  })
})
