import type { Sides } from '#domain/conversation/matching.ts'
import { canonicalAddress } from '#domain/vocabulary/address.ts'
import type { Channel } from '#domain/vocabulary/channel.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Unit } from '#engine/api.ts'
import type { Passing, Rulebook } from './capture.ts'
import { seek, type Sought } from './group.ts'

/** What is worked out once for all events of one request, since most of them are between the same sides. */
export class Batch {
  readonly #rulebook: Rulebook
  readonly #sought = new Map<string, Sought | null>()
  readonly #canonical = new Map<string, string>()

  constructor(rulebook: Rulebook) {
    this.#rulebook = rulebook
  }

  /** Where captured traffic belongs; null: no rule captures it. */
  capture(passing: Passing, sides: Sides): Sought | null {
    const { channel, from, to, callType = '' } = passing
    const name = `${channel}\n${from}\n${to}\n${callType}\n${sides.customer.address}`
    const known = this.#sought.get(name)
    if (known !== undefined) return known
    const captured = this.#rulebook.match(passing)
    const sought = captured ? seek(captured.configurationId, captured.grouping, sides) : null
    this.#sought.set(name, sought)
    return sought
  }

  canonical(channel: Channel, address: string): string {
    const name = `${channel}\n${address}`
    const known = this.#canonical.get(name)
    if (known !== undefined) return known
    const canonical = canonicalAddress(channel, address)
    this.#canonical.set(name, canonical)
    return canonical
  }
}

/** One run of a program over some events. It forgets everything when the program runs again. */
export interface Run {
  readonly unit: Unit
  readonly batch: Batch
  /** Streams started in this very run, by call: no lookup finds them yet. */
  readonly streams: Map<string, Id>
  /** The route whose home new conversations and streams are made in; absent: that of their key. */
  readonly home?: string
}
