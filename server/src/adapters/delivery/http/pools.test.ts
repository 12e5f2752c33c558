import { describe, expect, it } from 'vitest'
import { realSystem } from '#adapters/system/real/real-system.ts'
import { addressGuard } from './address-guard.ts'
import { connectionPools } from './pools.ts'

const route = (name: string, internalTargets = false, connectTimeoutMs = 5000) => ({
  origin: `http://${name}.example`,
  internalTargets,
  connectTimeoutMs,
})

describe('the pools', () => {
  it('keeps one for each route, and lets go of the one used longest ago', async () => {
    const pools = connectionPools(addressGuard({ system: realSystem() }), { maxOrigins: 2, maxConnections: 1 })
    const alice = pools.of(route('alice'))
    const bob = pools.of(route('bob'))
    expect(pools.of(route('alice'))).toBe(alice)
    pools.of(route('carol'))
    expect(pools.size()).toBe(2)
    expect(pools.of(route('alice'))).toBe(alice)
    expect(pools.of(route('bob'))).not.toBe(bob)
    await pools.close()
    expect(pools.size()).toBe(0)
  })

  it('never shares connections between what may go inside and what may not', async () => {
    const pools = connectionPools(addressGuard({ system: realSystem() }), { maxOrigins: 9, maxConnections: 1 })
    expect(pools.of(route('alice', true))).not.toBe(pools.of(route('alice', false)))
    expect(pools.of(route('alice', true))).not.toBe(pools.of(route('alice', true, 100)))
    await pools.close()
  })
})
