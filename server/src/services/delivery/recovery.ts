import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { DeliveryStore } from '#engine/ports/delivery-store.ts'

interface Receiver {
  readonly account: string
  readonly target: string
}

/** The time in which the store may hold untried rows of lanes that are not known in memory to have some. */
export class Recovery {
  readonly #store: DeliveryStore
  readonly #lastsMs: Milliseconds
  readonly #holding = new Map<string, Promise<boolean>>()
  #until: Instant | undefined

  /** `lastsMs`: after this long every row has been due once, and none that is not known holds others back any more. */
  constructor(store: DeliveryStore, lastsMs: Milliseconds) {
    this.#store = store
    this.#lastsMs = lastsMs
  }

  isOn(): boolean {
    return this.#until !== undefined
  }

  begin(now: Instant): void {
    this.#until = now + this.#lastsMs
  }

  /** Everything that is due is known. */
  allKnown(now: Instant): void {
    if (this.#until === undefined || now < this.#until) return
    this.#until = undefined
    this.#holding.clear()
  }

  /** The target has parked rows, as is known. */
  note(receiver: Receiver): void {
    this.#holding.set(keyOf(receiver), Promise.resolve(true))
  }

  /** Whether the target has parked rows at all. Asked once, and only while this is on. */
  mayHold(receiver: Receiver): Promise<boolean> {
    const { account, target } = receiver
    return this.#holding.getOrInsertComputed(keyOf(receiver), () =>
      this.#store.list({ account, target, state: 'parked', limit: 1 }).then(
        (rows) => rows.length > 0,
        () => true,
      ),
    )
  }
}

function keyOf({ account, target }: Receiver): string {
  return `${account} ${target}`
}
