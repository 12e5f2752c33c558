import { Pool } from 'undici'
import type { AddressGuard } from './address-guard.ts'

/** What connections are kept by. */
export interface Route {
  readonly origin: string
  readonly internalTargets: boolean
  readonly connectTimeoutMs: number
}

export interface Pools {
  of(route: Route): Pool
  /** How many origins have a pool. */
  size(): number
  close(): Promise<void>
}

export interface PoolLimits {
  /** Origins with open connections. */
  readonly maxOrigins: number
  /** Connections to one origin. */
  readonly maxConnections: number
}

/** Connections for each route; the routes used longest ago are let go, once what they carry has answered. */
export function connectionPools(guard: AddressGuard, { maxOrigins, maxConnections }: PoolLimits): Pools {
  const pools = new Map<string, Pool>() // in the order of use
  let newest = ''

  function open(key: string, { origin, internalTargets, connectTimeoutMs }: Route): Pool {
    const [oldest] = pools
    if (oldest && pools.size >= maxOrigins) {
      pools.delete(oldest[0])
      oldest[1].close().catch(() => oldest[1].destroy())
    }
    const pool = new Pool(origin, {
      connections: maxConnections,
      connect: guard.connector(internalTargets, connectTimeoutMs),
      headersTimeout: 0, // an exchange has one limit for all of it
      bodyTimeout: 0,
    })
    pools.set(key, pool)
    newest = key
    return pool
  }

  return {
    of(route) {
      const key = `${route.internalTargets ? 'any' : 'public'} ${route.connectTimeoutMs} ${route.origin}`
      const pool = pools.get(key)
      if (!pool) return open(key, route)
      if (key !== newest) {
        pools.delete(key)
        pools.set(key, pool)
        newest = key
      }
      return pool
    },
    size: () => pools.size,
    async close() {
      const all = [...pools.values()]
      pools.clear()
      await Promise.all(all.map((pool) => pool.destroy()))
    },
  }
}
