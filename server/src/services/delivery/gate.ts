import { Fifo } from './fifo.ts'
import type { DeliveryLimits } from './limits.ts'
import type { Delivery, Origin } from './model.ts'

/** Who may send now: so many attempts at each origin, so many over all, in turns. Also keeps count of what is in memory. */
export interface Gate {
  originOf(url: string): Origin
  /** Sends it as soon as there is a place. */
  enqueue(delivery: Delivery): void
  /** Its attempt has ended, with an answer that counts or not. */
  ended(delivery: Delivery, isGood: boolean): void
  /** Its attempt takes long. */
  slow(delivery: Delivery): void
  /** It is in memory from now on, or no more. */
  hold(delivery: Delivery): void
  release(delivery: Delivery): void
  isFull(origin: Origin): boolean
  /** Whether there is room for much more. */
  hasRoom(origin: Origin): boolean
  /** No attempt starts any more. */
  stop(): void
  figures(): {
    readonly inFlight: number
    readonly slow: number
    readonly count: number
    readonly bytes: number
    readonly origins: number
  }
}

const originsBeforePruning = 10_000

/** `start` begins an attempt; it must not throw. */
export function createGate(limits: DeliveryLimits, start: (delivery: Delivery) => void): Gate {
  const origins = new Map<string, Origin>()
  const listed = new Fifo<Origin>()
  let lastUrl = ''
  let lastName = ''
  let fresh = 0
  let slow = 0
  let count = 0
  let bytes = 0
  let isStopped = false

  function mayStart(origin: Origin): boolean {
    return origin.inFlight < origin.limit && (origin.slow === 0 || slow < limits.slowOverall)
  }

  function list(origin: Origin): void {
    if (origin.isListed || origin.queue.size === 0) return
    origin.isListed = true
    listed.push(origin)
  }

  function pump(): void {
    while (!isStopped && fresh < limits.overall) {
      const origin = listed.shift()
      if (!origin) return
      origin.isListed = false
      if (!mayStart(origin)) continue // listed again when one of its attempts ends
      const delivery = origin.queue.shift()
      if (delivery?.stage === 'ready') {
        origin.inFlight++
        fresh++
        delivery.stage = 'sending'
        start(delivery)
      }
      list(origin)
    }
  }

  function prune(): void {
    if (origins.size < originsBeforePruning) return
    for (const [name, origin] of origins) {
      if (origin.count === 0 && origin.inFlight === 0 && origin.toLoad.size === 0) origins.delete(name)
    }
  }

  return {
    originOf(url) {
      if (url !== lastUrl) {
        lastUrl = url
        lastName = URL.parse(url)?.origin ?? ''
      }
      const known = origins.get(lastName)
      if (known) return known
      prune()
      const origin = newOrigin(lastName, limits.perOrigin)
      origins.set(lastName, origin)
      return origin
    },
    enqueue(delivery) {
      delivery.stage = 'ready'
      delivery.origin.queue.push(delivery)
      list(delivery.origin)
      pump()
    },
    ended(delivery, isGood) {
      const { origin } = delivery
      origin.inFlight--
      origin.ended++
      if (isGood) origin.limit = Math.min(origin.limit + 1, limits.perOrigin)
      else if (delivery.isSlow) origin.limit = Math.max(limits.perSlowOrigin, Math.floor(origin.limit / 2))
      if (delivery.isSlow) {
        origin.slow--
        slow--
      } else fresh--
      delivery.isSlow = false
      list(origin)
      pump()
    },
    slow(delivery) {
      delivery.isSlow = true
      delivery.origin.slow++
      slow++
      fresh--
      pump()
    },
    hold({ origin, bytes: size }) {
      origin.count++
      origin.bytes += size
      count++
      bytes += size
    },
    release({ origin, bytes: size }) {
      origin.count--
      origin.bytes -= size
      count--
      bytes -= size
    },
    isFull: (origin) =>
      origin.count >= limits.originCount ||
      origin.bytes >= limits.originBytes ||
      count >= limits.count ||
      bytes >= limits.bytes,
    hasRoom: (origin) =>
      origin.count < limits.originCount / 2 &&
      origin.bytes < limits.originBytes / 2 &&
      count < limits.count * 0.9 &&
      bytes < limits.bytes * 0.9,
    stop() {
      isStopped = true
    },
    figures: () => ({ inFlight: fresh + slow, slow, count, bytes, origins: origins.size }),
  }
}

function newOrigin(name: string, limit: number): Origin {
  return {
    name,
    queue: new Fifo(),
    isListed: false,
    limit,
    inFlight: 0,
    slow: 0,
    count: 0,
    bytes: 0,
    ended: 0,
    isBehind: false,
    toLoad: new Fifo(),
    isLoadListed: false,
  }
}
