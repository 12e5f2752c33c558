import { expect, test } from 'vitest'
import { torture } from './rounds.ts'

const seed = Date.now() % 1_000_000

test(
  `20 rounds of kill -9 under load lose nothing, double nothing and break no law (seed ${seed})`,
  { timeout: 300_000 },
  async () => {
    const report = await torture(20, seed)
    expect(report.wrong).toEqual([])
    expect(report.acknowledged).toBeGreaterThan(0)
  },
)
