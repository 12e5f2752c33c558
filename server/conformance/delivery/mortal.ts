import type { DeliveryStore } from '#engine/ports/delivery-store.ts'

/** A store as a process sees it that can die. */
export interface Mortal {
  /** Answers nothing any more, and writes nothing, once the process is dead. */
  readonly store: DeliveryStore
  readonly underlying: DeliveryStore
  kill(): void
  /** What the living do, and the dead do not. */
  orNever<Value>(live: () => Value): Value | Promise<never>
}

export function mortal(underlying: DeliveryStore): Mortal {
  let isDead = false
  const orNever = <Value>(live: () => Value): Value | Promise<never> => (isDead ? new Promise<never>(() => {}) : live())
  return {
    underlying,
    orNever,
    kill() {
      isDead = true
    },
    store: {
      cursor: async () => orNever(() => underlying.cursor()),
      record: async (rows, cursor) => orNever(() => underlying.record(rows, cursor)),
      parkedUntil: async (until, limit) => orNever(() => underlying.parkedUntil(until, limit)),
      parkedOf: async (aggregate, target, limit) => orNever(() => underlying.parkedOf(aggregate, target, limit)),
      get: async (account, id) => orNever(() => underlying.get(account, id)),
      list: async (question) => orNever(() => underlying.list(question)),
      forget: async (before, limit) => orNever(() => underlying.forget(before, limit)),
    },
  }
}
