import { expect, test } from 'vitest'
import { tortureCalls } from './rounds.ts'

const seed = Date.now() % 1_000_000

test(
  `kill -9 in the middle of 200 calls, twice: all end, no slot stays taken, nobody is dialled twice (seed ${seed})`,
  { timeout: 300_000 },
  async () => {
    const report = await tortureCalls(1, seed)
    expect(report.wrong).toEqual([])
    expect(report.runningLeast).toBeGreaterThan(100)
    expect(report.kills).toBe(2)
  },
)
