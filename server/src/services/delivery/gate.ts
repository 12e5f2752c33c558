import { Fifo } from './fifo.ts'
import type { DeliveryLimits } from './limits.ts'
import type { Delivery, Origin } from './model.ts'

const originsBeforePruning = 10_000

/** Who may send now: so many attempts at each origin, so many over all, in turns. Also keeps count of what is in memory. */
export class Gate {
  readonly #limits: DeliveryLimits
  readonly #start: (delivery: Delivery) => void
  readonly #origins = new Map<string, Origin>()
  readonly #listed = new Fifo<Origin>()
  #last = { url: '', name: '' }
  #fresh = 0
  #slow = 0
  #count = 0
  #bytes = 0
  #isStopped = false

  /** `start` begins an attempt; it must not throw. */
  constructor(limits: DeliveryLimits, start: (delivery: Delivery) => void) {
    this.#limits = limits
    this.#start = start
  }

  originOf(url: string): Origin {
    if (url !== this.#last.url) this.#last = { url, name: URL.parse(url)?.origin ?? '' }
    const { name } = this.#last
    const known = this.#origins.get(name)
    if (known) return known
    this.#prune()
    const origin = newOrigin(name, this.#limits.perOrigin)
    this.#origins.set(name, origin)
    return origin
  }

  /** Sends it as soon as there is a place. */
  enqueue(delivery: Delivery): void {
    delivery.stage = 'ready'
    delivery.origin.queue.push(delivery)
    this.#list(delivery.origin)
    this.#pump()
  }

  /** Its attempt has ended, with an answer that counts or not. */
  ended(delivery: Delivery, isGood: boolean): void {
    const { origin } = delivery
    const { perOrigin, perSlowOrigin } = this.#limits
    origin.inFlight--
    origin.ended++
    if (isGood) origin.limit = Math.min(origin.limit + 1, perOrigin)
    else if (delivery.isSlow) origin.limit = Math.max(perSlowOrigin, Math.floor(origin.limit / 2))
    if (delivery.isSlow) {
      origin.slow--
      this.#slow--
    } else this.#fresh--
    delivery.isSlow = false
    this.#list(origin)
    this.#pump()
  }

  /** Its attempt takes long. */
  slow(delivery: Delivery): void {
    delivery.isSlow = true
    delivery.origin.slow++
    this.#slow++
    this.#fresh--
    this.#pump()
  }

  /** It is in memory from now on. */
  hold({ origin, bytes }: Delivery): void {
    origin.count++
    origin.bytes += bytes
    this.#count++
    this.#bytes += bytes
  }

  /** It is not in memory any more. */
  release({ origin, bytes }: Delivery): void {
    origin.count--
    origin.bytes -= bytes
    this.#count--
    this.#bytes -= bytes
  }

  isFull({ count, bytes }: Origin): boolean {
    const limits = this.#limits
    const isOwn = count >= limits.originCount || bytes >= limits.originBytes
    return isOwn || this.#count >= limits.count || this.#bytes >= limits.bytes
  }

  /** Whether there is room for much more. */
  hasRoom({ count, bytes }: Origin): boolean {
    const limits = this.#limits
    const isOwn = count < limits.originCount / 2 && bytes < limits.originBytes / 2
    return isOwn && this.#count < limits.count * 0.9 && this.#bytes < limits.bytes * 0.9
  }

  /** No attempt starts any more. */
  stop(): void {
    this.#isStopped = true
  }

  figures(): GateFigures {
    const { size: origins } = this.#origins
    return { inFlight: this.#fresh + this.#slow, slow: this.#slow, count: this.#count, bytes: this.#bytes, origins }
  }

  #mayStart({ inFlight, limit, slow }: Origin): boolean {
    return inFlight < limit && (slow === 0 || this.#slow < this.#limits.slowOverall)
  }

  #list(origin: Origin): void {
    if (origin.isListed || origin.queue.size === 0) return
    origin.isListed = true
    this.#listed.push(origin)
  }

  #pump(): void {
    while (!this.#isStopped && this.#fresh < this.#limits.overall) {
      const origin = this.#listed.shift()
      if (!origin) return
      origin.isListed = false
      if (!this.#mayStart(origin)) continue // listed again when one of its attempts ends
      const delivery = origin.queue.shift()
      if (delivery?.stage === 'ready') {
        origin.inFlight++
        this.#fresh++
        delivery.stage = 'sending'
        this.#start(delivery)
      }
      this.#list(origin)
    }
  }

  #prune(): void {
    if (this.#origins.size < originsBeforePruning) return
    for (const [name, { count, inFlight, toLoad }] of this.#origins) {
      if (count === 0 && inFlight === 0 && toLoad.size === 0) this.#origins.delete(name)
    }
  }
}

export interface GateFigures {
  /** Attempts under way; `slow` of them older than parkAfterMs. */
  readonly inFlight: number
  readonly slow: number
  /** Deliveries in memory, and their bytes. */
  readonly count: number
  readonly bytes: number
  readonly origins: number
}

function newOrigin(name: string, limit: number): Origin {
  return {
    name,
    limit,
    queue: new Fifo(),
    isListed: false,
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
