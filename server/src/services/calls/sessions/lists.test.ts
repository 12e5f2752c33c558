import { describe, expect, it } from 'vitest'
import type { Engine } from '#engine/api.ts'
import type { ListEntry } from '#engine/ports/storage.ts'
import type { Position } from '../../api.ts'
import type { SessionView } from '../api.ts'
import { countSessions, listSessions, sessionsMadeAt } from './lists.ts'

const many = 50_000

/** The newest of them has the largest number. */
const rows: readonly ListEntry[] = Array.from({ length: many }, (_, i) => {
  const sort = many - i
  return { aggregate: String(sort), sort, facets: { createdAt: sort, kind: 'telephone', state: 'ended', odd: i % 2 } }
})

/** A store that answers at once and never lets go; it writes down how many rows it was asked for. */
function storeOf(asked: number[] = []): Pick<Engine, 'entries'> {
  return {
    entries: async ({ after, limit }) => {
      asked.push(limit)
      const from = after === undefined ? 0 : many - Number(after.sort) + 1
      return rows.slice(from, from + limit)
    },
  }
}

/** Reads heads, and writes down which; those in `gone` are no more. */
function headsOf(read: string[] = [], gone: readonly string[] = []) {
  return {
    get: async (_account: string, id: string) => {
      read.push(id)
      return gone.includes(id) ? undefined : ({ session: { id } } as SessionView)
    },
  }
}

/** How often others had a turn meanwhile. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let over = false
  const others = (async () => {
    for (; !over; turns++) await new Promise(setImmediate)
  })()
  await work()
  over = true
  await others
  return turns
}

const idsOf = (items: readonly SessionView[]) => items.map(({ session }) => session.id)

describe('a page of sessions', () => {
  it('reads the heads it shows and no others, however deep it lies', async () => {
    const read: string[] = []
    const question = { skip: many - 30, limit: 20 }
    const { items, next } = await listSessions(storeOf(), headsOf(read), 'alice', question)
    const expected = Array.from({ length: 20 }, (_, i) => String(30 - i))
    expect(idsOf(items)).toEqual(expected)
    expect(read).toEqual(expected)
    expect(next).toEqual({ sort: 11, id: '11' })
  })

  it('reads few rows when it lies at the beginning', async () => {
    const asked: number[] = []
    await listSessions(storeOf(asked), headsOf(), 'alice', { limit: 20 })
    expect(asked).toEqual([21])
  })

  it('goes on where the page before ended, and knows when it is the last', async () => {
    const first = await listSessions(storeOf(), headsOf(), 'alice', { skip: many - 5, limit: 3 })
    const last = await listSessions(storeOf(), headsOf(), 'alice', { limit: 2, after: first.next! })
    expect([idsOf(first.items), idsOf(last.items), last.next]).toEqual([['5', '4', '3'], ['2', '1'], undefined])
    expect(await listSessions(storeOf(), headsOf(), 'alice', { skip: many, limit: 3 })).toEqual({ items: [] })
  })

  it('skips what fits only', async () => {
    const test = ({ odd }: ListEntry['facets']) => odd === 1
    const { items } = await listSessions(storeOf(), headsOf(), 'alice', { test, skip: 1_000, limit: 2 })
    expect(idsOf(items)).toEqual([String(many - 2_001), String(many - 2_003)])
  })

  it('makes up for what has gone', async () => {
    const gone = [String(many), String(many - 2)]
    const { items, next } = await listSessions(storeOf(), headsOf([], gone), 'alice', { limit: 2 })
    expect(idsOf(items)).toEqual([String(many - 1), String(many - 3)])
    expect(next).toEqual({ sort: many - 3, id: String(many - 3) })
  })

  it('lets others have a turn while it skips and while it reads many', async () => {
    const skipping = () => listSessions(storeOf(), headsOf(), 'alice', { skip: many - 1, limit: 20 })
    expect(await turnsDuring(skipping)).toBeGreaterThan(90)
    expect(await turnsDuring(() => listSessions(storeOf(), headsOf(), 'alice', { limit: 400 }))).toBeGreaterThan(6)
  })
})

describe('the number of sessions', () => {
  it('is that of the whole history, with turns for others in between', async () => {
    let counted = 0
    const turns = await turnsDuring(async () => (counted = await countSessions(storeOf(), 'alice', {})))
    expect([counted, turns > 90]).toEqual([many, true])
  })

  it('is counted from a position, and within a window without looking beyond it', async () => {
    expect(await countSessions(storeOf(), 'alice', { after: { sort: 101, id: '101' } })).toBe(100)
    const asked: number[] = []
    const window = { createdFrom: many - 600, createdTo: many - 100 }
    expect(await countSessions(storeOf(asked), 'alice', window)).toBe(501)
    expect(asked).toEqual([500, 500])
  })
})

describe('a page of sessions that are tested one by one', () => {
  const number = ({ session: { id } }: SessionView): number => Number(id)

  it('reads on until it is full, knows where to go on, and that the last is the last', async () => {
    const also = (view: SessionView): boolean => number(view) % 1_000 === 7
    const first = await listSessions(storeOf(), headsOf(), 'alice', { limit: 3, also })
    expect([idsOf(first.items), first.next]).toEqual([['49007', '48007', '47007'], { sort: 47_007, id: '47007' }])
    const last = await listSessions(storeOf(), headsOf(), 'alice', {
      limit: 3,
      also,
      after: { sort: 2_007, id: '2007' },
    })
    expect([idsOf(last.items), last.next]).toEqual([['1007', '7'], undefined])
  })

  it('waits for tests that take a while, and takes the other conditions as they are', async () => {
    const also = async (view: SessionView): Promise<boolean> => Promise.resolve(number(view) % 3 === 0)
    const test = ({ odd }: ListEntry['facets']): boolean => odd === 0
    const { items } = await listSessions(storeOf(), headsOf(), 'alice', { limit: 3, also, test })
    expect(idsOf(items)).toEqual(['49998', '49992', '49986'])
  })

  it('stops after ten thousand, and goes on from there without leaving anything out', async () => {
    const read: string[] = []
    const also = (view: SessionView): boolean => number(view) === 5
    let found: readonly string[] = []
    let pages = 0
    for (let after: Position | undefined; ;) {
      const page = await listSessions(storeOf(), headsOf(read), 'alice', { limit: 3, also, ...(after && { after }) })
      found = [...found, ...idsOf(page.items)]
      pages++
      if (!page.next) break
      after = page.next
    }
    expect([found, pages, read.length]).toEqual([['5'], 5, many])
  })

  it('stops after fewer where reading one takes longer', async () => {
    const read: string[] = []
    const also = (view: SessionView): boolean => number(view) % 100 === 99
    const page = await listSessions(storeOf(), headsOf(read), 'alice', { limit: 9, also, readMost: 300 })
    expect([idsOf(page.items), read.length]).toEqual([['49999', '49899', '49799'], 300])
    expect(page.next).toEqual({ sort: 49_701, id: '49701' })
  })

  it('lets others have a turn', async () => {
    const also = (): boolean => false
    expect(await turnsDuring(() => listSessions(storeOf(), headsOf(), 'alice', { limit: 3, also }))).toBeGreaterThan(90)
  })
})

describe('sessions of one instant', () => {
  it('are found by their rows, newest first', async () => {
    const twins = [3, 2, 1].map((n) => ({ aggregate: `twin${n}`, sort: 7, facets: { createdAt: 7 } }))
    const entries = async () => [{ aggregate: 'later', sort: 8, facets: { createdAt: 8 } }, ...twins]
    expect(await sessionsMadeAt({ entries }, 'alice', 7)).toEqual(['twin3', 'twin2', 'twin1'])
  })
})
