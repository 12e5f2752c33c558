import { expect, test } from 'vitest'
import { createLimiter } from './limiter.ts'

function taken(
  limiter: ReturnType<typeof createLimiter>,
  account: string,
  times: number,
  own: number | null = null,
): number {
  return Array.from({ length: times }, () => limiter.take(account, own)).filter(({ allowed }) => allowed).length
}

test('twice the rate may come at once, and then the rate', () => {
  let now = 0
  const limiter = createLimiter(10, () => now)
  expect(taken(limiter, 'alice', 30)).toBe(20)
  now += 1000
  expect(taken(limiter, 'alice', 30)).toBe(10)
  now += 100
  expect(taken(limiter, 'alice', 30)).toBe(1)
})

test('no more is said to remain than there is in a second', () => {
  const limiter = createLimiter(10, () => 0)
  expect(limiter.take('alice', null)).toMatchObject({ limit: 10, remaining: 10 })
  taken(limiter, 'alice', 14)
  expect(limiter.take('alice', null)).toMatchObject({ limit: 10, remaining: 4 })
})

test('who is refused is told how long to wait, and after that is let in', () => {
  let now = 0
  const limiter = createLimiter(4, () => now)
  taken(limiter, 'alice', 8)
  const { allowed, retryAfterMs, remaining } = limiter.take('alice', null)
  expect({ allowed, retryAfterMs, remaining }).toEqual({ allowed: false, retryAfterMs: 250, remaining: 0 })
  now += 250
  expect(limiter.take('alice', null).allowed).toBe(true)
})

test('each account has its own bucket and may have its own rate', () => {
  const limiter = createLimiter(5, () => 0)
  taken(limiter, 'alice', 10)
  expect(limiter.take('bob', null).allowed).toBe(true)
  expect(taken(limiter, 'carol', 300, 100)).toBe(200)
})

test('without a rate nobody is refused, but who has one of their own', () => {
  const limiter = createLimiter(null, () => 0)
  expect(taken(limiter, 'alice', 10_000)).toBe(10_000)
  expect(taken(limiter, 'bob', 10, 1)).toBe(2)
})

test('a clock that steps back gives nothing away and takes nothing', () => {
  let now = 1_000_000
  const limiter = createLimiter(10, () => now)
  taken(limiter, 'alice', 20)
  now -= 3_600_000
  expect(taken(limiter, 'alice', 5)).toBe(0)
  now += 1000
  expect(taken(limiter, 'alice', 20)).toBe(10)
})

test('buckets that are full again are forgotten, empty ones are not', () => {
  let now = 0
  const limiter = createLimiter(1, () => now)
  for (let i = 0; i < 10_000; i++) limiter.take(`idle ${i}`, null)
  now += 1999
  taken(limiter, 'idle 0', 3)
  now += 1
  expect(limiter.take('one more', null).allowed).toBe(true)
  expect(limiter.take('idle 0', null).allowed).toBe(false)
})
