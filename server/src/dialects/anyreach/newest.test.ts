import { describe, expect, it } from 'vitest'
import { mintId, type Id } from '#domain/vocabulary/id.ts'
import type { Position } from '#services/api.ts'
import { newestOf } from './newest.ts'

interface Made {
  readonly id: Id
  readonly createdAt: number
}

const count = 25_000
/** One each millisecond, the newest first. */
const all = Array.from({ length: count }, (_, n): Made => {
  const createdAt = count - n
  return { id: mintId(createdAt, 0, new Uint8Array(10)), createdAt }
})
let asked = 0
const list = async ({ after, limit }: { readonly after?: Position; readonly limit: number }) => {
  asked++
  const start = after
    ? all.findIndex(
        ({ createdAt, id }) => createdAt < Number(after.sort) || (createdAt === after.sort && id < after.id),
      )
    : 0
  const items = start < 0 ? [] : all.slice(start, start + limit)
  const last = items.at(-1)
  const isLast = !last || last === all.at(-1)
  return { items, ...(!isLast && { next: { sort: last.createdAt, id: last.id } }) }
}
const page = async (query: { limit: number; cursor?: string }, wanted = {}) => {
  const found = await newestOf<Made>(list, query, (one) => one, wanted)
  if ('status' in found) throw new Error(found.detail)
  return found
}
const times = (items: readonly Made[]) => items.map(({ createdAt }) => createdAt)

describe('a page of the newest', () => {
  it('goes on strictly behind the cursor, to the last one', async () => {
    const first = await page({ limit: 2 })
    expect(times(first.items)).toEqual([count, count - 1])
    expect(times((await page({ limit: 2, cursor: first.next! })).items)).toEqual([count - 2, count - 3])
    const last = await page({ limit: 200, cursor: Buffer.from('1970-01-01T00:00:00.003Z').toString('base64url') })
    expect([times(last.items), last.next]).toEqual([[2, 1], undefined])
    expect(await newestOf<Made>(list, { limit: 2, cursor: '!' }, (one) => one)).toMatchObject({ status: 422 })
  })

  it('looks at some ten thousand where few fit, and says where to go on', async () => {
    asked = 0
    const test = ({ createdAt }: Made): boolean => createdAt === 7
    const found: number[] = []
    let pages = 0
    for (let cursor: string | undefined; ;) {
      const { items, next } = await page({ limit: 1, ...(cursor !== undefined && { cursor }) }, { test })
      found.push(...times(items))
      pages++
      if (next === undefined || items.length > 0) break
      cursor = next
    }
    expect([found, pages]).toEqual([[7], 3])
    expect(asked).toBeLessThan(150)
  })

  it('ends where the rest is too old', async () => {
    asked = 0
    const { items, next } = await page({ limit: 5 }, { from: (count - 2) * 1_000 })
    expect([times(items), next, asked]).toEqual([[count, count - 1, count - 2], undefined, 1])
  })
})
