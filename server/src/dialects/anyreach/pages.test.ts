import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mintId, type Id } from '#domain/vocabulary/id.ts'
import type { Position } from '#services/api.ts'
import type { SessionQuestion, SessionView } from '#services/calls/api.ts'
import { countOf, pageOf, readCursor } from './pages.ts'
import { madeAt, stamp } from './time.ts'

interface Made {
  readonly id: Id
  readonly createdAt: number
  readonly account: string
}

/** The n-th that was minted, in this millisecond. */
function made(n: number, createdAt: number): Made {
  const bytes = Uint8Array.from([n >>> 22, n >>> 14, (n >>> 8) & 0x3f, n, 0, 0, 0, 0, 0, 0])
  return { id: mintId(createdAt, 0, bytes), createdAt, account: 'alice' }
}

/** Lists over these, newest first. */
function listsOf(all: readonly Made[]) {
  const newest = all.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
  const isAfter = ({ createdAt, id }: Made, { sort, id: last }: Position): boolean =>
    createdAt < Number(sort) || (createdAt === sort && id < last)
  return {
    newest,
    count: async () => all.length,
    madeAt: async (_account: string, at: number) =>
      newest.filter(({ createdAt }) => createdAt === at).map(({ id }) => id),
    list: async (_account: string, { after, limit }: SessionQuestion) => {
      const rest = after ? newest.filter((one) => isAfter(one, after)) : newest
      const items = rest.slice(0, limit)
      const last = items.at(-1)
      const next = rest.length > limit && last ? { sort: last.createdAt, id: last.id } : undefined
      return { items: items.map((session) => ({ session }) as SessionView), ...(next && { next }) }
    },
  }
}

describe('pages by the moment of the last one', () => {
  // Thousands within one millisecond: a test clock that stands still while a list of contacts is called.
  const history = fc
    .array(fc.tuple(fc.nat(4_000), fc.nat(2)), { minLength: 1, maxLength: 60 })
    .map((places) => [...new Map(places.map(([n, ms]) => [`${n} ${ms}`, made(n, 1_000 + ms)])).values()])

  it('go through everything once, however many were made in one millisecond', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 1, max: 7 }), async (all, limit) => {
        const lists = listsOf(all)
        const seen: Id[] = []
        for (let after: Position | undefined; ;) {
          const { views } = await pageOf(lists, 'alice', {}, { after, limit })
          seen.push(...views.map(({ session }) => session.id))
          const last = views.at(-1)
          if (!last || views.length < limit) break
          const cursor = Buffer.from(stamp(madeAt(last.session))).toString('base64')
          const place = await readCursor(lists, 'alice', cursor)
          if ('status' in place) throw new Error(place.detail)
          after = place
        }
        expect(seen).toEqual(lists.newest.map(({ id }) => id))
      }),
    )
  })

  it('are of the size asked for where no thousand was made in one millisecond', async () => {
    const lists = listsOf(Array.from({ length: 20 }, (_, n) => made(n * 3, 1_000)))
    expect((await pageOf(lists, 'alice', {}, { after: undefined, limit: 7 })).views).toHaveLength(7)
  })
})

describe('how many there are', () => {
  const lists = listsOf(Array.from({ length: 1_200 }, (_, n) => made(0, 1_000 + n)))
  const also = (): boolean => true

  it('is known by the rows of the list, or by looking at each, as long as that does not take too long', async () => {
    expect(await countOf(lists, 'alice', {})).toBe(1_200)
    expect(await countOf(lists, 'alice', { also })).toBe(1_200)
    expect(await countOf(lists, 'alice', { also, readMost: 500 })).toBeUndefined()
    expect(await countOf(listsOf(lists.newest.slice(0, 400)), 'alice', { also, readMost: 500 })).toBe(400)
  })

  it('is not known where a page was short before the end', async () => {
    let asked = 0
    const short = { ...lists, list: async () => (asked++, { items: [], next: { sort: 1, id: '' } }) }
    expect(await countOf(short, 'alice', { also })).toBeUndefined()
    expect(asked).toBe(1)
  })
})
