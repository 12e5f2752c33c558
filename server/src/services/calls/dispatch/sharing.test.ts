import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { share, type Waiting } from './sharing.ts'

const waiting = (route: string, count: number, since = 0): readonly Waiting[] =>
  Array.from({ length: count }, (_, i) => ({
    wanted: { session: `${route}${i}`, attempt: 1, route, leaseMs: 1 },
    since: since + i,
  }))
const lines = (...all: readonly (readonly Waiting[])[]): ReadonlyMap<string, readonly Waiting[]> =>
  new Map(all.map((line) => [line[0]?.wanted.route ?? '', line]))
const given = (...args: Parameters<typeof share>): readonly string[] => share(...args).map(({ session }) => session)

describe('free slots', () => {
  it('are split evenly over the routes that have calls waiting, in order within each', () => {
    expect(given(4, lines(waiting('a', 9), waiting('b', 9)), new Map())).toEqual(['a0', 'b0', 'a1', 'b1'])
  })

  it('a share that a route does not need passes on', () => {
    expect(given(5, lines(waiting('a', 9), waiting('b', 1)), new Map())).toEqual(['a0', 'b0', 'a1', 'a2', 'a3'])
  })

  it('a route that holds less comes first, one that nobody waits on gets none', () => {
    const held = new Map([
      ['a', 3],
      ['c', 0],
    ])
    expect(given(3, lines(waiting('a', 9), waiting('b', 9)), held)).toEqual(['b0', 'b1', 'b2'])
    expect(given(5, lines(waiting('a', 9), waiting('b', 9)), held)).toEqual(['b0', 'b1', 'b2', 'a0', 'b3'])
  })

  it('among equals goes to who has waited longest', () => {
    expect(given(1, lines(waiting('a', 2, 50), waiting('b', 2, 40)), new Map())).toEqual(['b0'])
  })

  it('none free, none given', () => {
    expect(given(0, lines(waiting('a', 2)), new Map())).toEqual([])
    expect(given(-3, lines(waiting('a', 2)), new Map())).toEqual([])
  })

  it('all are given while anybody waits, and no route gets more than one above another that still waits', () => {
    const counts = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 5 })
    fc.assert(
      fc.property(counts, fc.integer({ min: 0, max: 40 }), (sizes, free) => {
        const all = sizes.map((size, i) => waiting(`r${i}-`, size, i))
        const got = share(free, new Map(all.map((line, i) => [String(i), line])), new Map())
        expect(got).toHaveLength(
          Math.min(
            free,
            sizes.reduce((sum, size) => sum + size, 0),
          ),
        )
        const shares = sizes.map((_, i) => got.filter(({ route }) => route === `r${i}-`).length)
        for (const [i, size] of sizes.entries()) {
          const own = shares[i] ?? 0
          expect(got.filter(({ route }) => route === `r${i}-`)).toEqual(
            all[i]?.slice(0, own).map(({ wanted }) => wanted),
          )
          expect(own === size || Math.max(0, ...shares) <= own + 1).toBe(true)
        }
      }),
    )
  })
})
