import { mintId, type Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'

/**
 * Mints ids that rise in the order of minting also within one millisecond (RFC 9562 section 6.2, a counter in the leftmost
 * random bits): on a test clock a whole history may happen in one. 26 bits count, 40 bits are chance, 8 are the home.
 */
export class Minter {
  readonly #random: (bytes: Uint8Array) => Uint8Array
  #count = 0

  constructor(random: (bytes: Uint8Array) => Uint8Array) {
    this.#random = random
  }

  mint(at: Instant, home: number): Id {
    const bytes = this.#random(new Uint8Array(10))
    const count = this.#count++ & 0x3ff_ffff
    bytes[0] = count >>> 22
    bytes[1] = count >>> 14
    bytes[2] = (count >>> 8) & 0x3f
    bytes[3] = count
    return mintId(at, home, bytes)
  }
}
