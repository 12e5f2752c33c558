import type { Claim, Handle } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { claimKey, handleKey, type Derived, type Lane } from './lane.ts'

/**
 * The heads in memory, bounded in bytes, with the claims and handles of exactly these heads. What is on its way to the store
 * is always here, so that a decision sees the newest state. Least recently used heads leave first (second chance).
 */
export class Lanes {
  readonly #lanes = new Map<Id, Lane>()
  readonly #claims = new Map<string, Id>()
  readonly #handles = new Map<string, Set<Id>>()
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get(id: Id): Lane | undefined {
    const lane = this.#lanes.get(id)
    if (lane !== undefined) lane.hot = true
    return lane
  }

  /** The id that holds a claim among the heads in memory. */
  holder(account: string, claim: Claim): Id | undefined {
    return this.#claims.get(claimKey(account, claim))
  }

  holders(account: string, handle: Handle): ReadonlySet<Id> | undefined {
    return this.#handles.get(handleKey(account, handle))
  }

  put(lane: Lane): void {
    this.#lanes.set(lane.id, lane)
    this.#bytes += lane.bytes
    this.#index(lane, lane.derived)
    if (this.#bytes > this.#maxBytes) this.#evict()
  }

  /** Moves a lane on to a newer state. */
  advance(lane: Lane, derived: Derived, bytes: number): void {
    if (derived.claims !== lane.derived.claims || derived.handles !== lane.derived.handles) {
      this.#unindex(lane)
      this.#index(lane, derived)
    }
    lane.derived = derived
    this.#bytes += bytes - lane.bytes
    lane.bytes = bytes
    if (this.#bytes > this.#maxBytes) this.#evict()
  }

  /** Forgets a lane whose state the store did not accept, or that is gone. */
  drop(lane: Lane): void {
    lane.broken = true
    if (this.#lanes.get(lane.id) !== lane) return
    this.#lanes.delete(lane.id)
    this.#bytes -= lane.bytes
    this.#unindex(lane)
  }

  get size(): number {
    return this.#lanes.size
  }

  #index(lane: Lane, derived: Derived): void {
    for (const claim of derived.claims) this.#claims.set(claimKey(lane.account, claim), lane.id)
    for (const handle of derived.handles) {
      const key = handleKey(lane.account, handle)
      const ids = this.#handles.get(key)
      if (ids === undefined) this.#handles.set(key, new Set([lane.id]))
      else ids.add(lane.id)
    }
  }

  #unindex(lane: Lane): void {
    for (const claim of lane.derived.claims) {
      const key = claimKey(lane.account, claim)
      if (this.#claims.get(key) === lane.id) this.#claims.delete(key)
    }
    for (const handle of lane.derived.handles) {
      const key = handleKey(lane.account, handle)
      const ids = this.#handles.get(key)
      if (ids === undefined) continue
      ids.delete(lane.id)
      if (ids.size === 0) this.#handles.delete(key)
    }
  }

  #evict(): void {
    let looks = this.#lanes.size
    for (const [id, lane] of this.#lanes) {
      if (looks-- === 0 || this.#bytes <= this.#maxBytes * 0.9) return
      if (lane.hot || lane.pending > 0) {
        lane.hot = false
        this.#lanes.delete(id)
        this.#lanes.set(id, lane)
        continue
      }
      this.#lanes.delete(id)
      this.#bytes -= lane.bytes
      this.#unindex(lane)
    }
  }
}
