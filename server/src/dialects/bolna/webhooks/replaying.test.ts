import { describe, expect, it } from 'vitest'
import type { DeliveryRow } from '#engine/ports/delivery-store.ts'
import type { Followed } from '#engine/api.ts'
import { hexOf } from '../ids.ts'
import { encodeId, type Id } from '#domain/vocabulary/id.ts'
import { replayRange } from './replaying.ts'

type Sources = Parameters<typeof replayRange>[0]

const [mine, other] = [1, 2].map((n) => encodeId(new Uint8Array(16).fill(n))) as [Id, Id]
const begin = Date.UTC(2037, 10, 1)
const stepMs = 60_000

/** An account's deliveries, one a minute of its own clock; all of them were sent within one real second. */
function account(count: number, wanted: ReadonlySet<number>) {
  const replayed: string[] = []
  const rows = Array.from({ length: count }, (_, i) => {
    const eventType = wanted.has(i) ? 'busy' : 'ringing'
    return { id: `d${i}`, event: `${i}`, seq: i, target: 'bolna POST x', eventType, createdAt: 1_000 } as DeliveryRow
  }).toReversed()
  const deliveries = {
    list: async (_account: string, { before, limit }: { before?: { sort: number | string }; limit: number }) => {
      const from = before === undefined ? 0 : count - Number(before.sort)
      const items = rows.slice(from, from + limit)
      const last = items.at(-1)
      return { items, ...(last && last.seq > 0 && { next: { sort: last.seq, id: last.id as Id } }) }
    },
    replay: async (_account: string, { id }: { id: string }) => {
      replayed.push(id)
      return { queued: 1 }
    },
  }
  const events = {
    get: async (_account: string, id: string) => {
      const about = { event: { at: begin + Number(id) * stepMs } }
      return { recorded: about, after: { agent: { id: Number(id) % 2 === 0 ? mine : other } } } as unknown as Followed
    },
  }
  return { replayed, sources: { deliveries, events } as unknown as Sources }
}

const iso = (minute: number): string => new Date(begin + minute * stepMs).toISOString()
const range = { from: iso(0), to: iso(1_000_000), only_failed: false }

describe('sending a range again', () => {
  it('looks at as many as there are: only what is asked for counts against the limit', async () => {
    const { sources, replayed } = account(25_000, new Set([10, 11, 24_000]))
    expect(await replayRange(sources, 'alice', { ...range, status: 'busy' })).toBe(3)
    expect(replayed).toEqual(['d10', 'd11', 'd24000'])
    expect(await replayRange(sources, 'alice', { ...range, status: 'busy', agent_id: hexOf(mine) })).toBe(2)
    expect(await replayRange(sources, 'alice', { ...range, status: 'ringing' })).toMatchObject({ error: 400 })
  })

  it("means the account's time, to the moment", async () => {
    const { sources, replayed } = account(5_000, new Set([2_000, 2_001, 2_002, 2_003]))
    const part = { ...range, status: 'busy', from: iso(2_001), to: iso(2_002) } as const
    expect(await replayRange(sources, 'alice', part)).toBe(2)
    expect(replayed).toEqual(['d2001', 'd2002'])
    expect(await replayRange(sources, 'alice', { ...part, from: iso(9_000), to: iso(9_001) })).toBe(0)
  })
})
