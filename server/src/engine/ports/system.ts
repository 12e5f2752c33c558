import type { Instant } from '#domain/vocabulary/instant.ts'

/** Time and chance. The only place they come from, so that a simulation can own both. */
export interface System {
  /** The wall clock, milliseconds since 1970. May step in either direction. */
  now(): Instant
  /** Fills the bytes with randomness fit for secrets. */
  random(bytes: Uint8Array): Uint8Array
  /** Calls back once after about `afterMs` of real time (0: soon, after what is queued). Returns the cancellation. */
  after(afterMs: number, callback: () => void): () => void
}
