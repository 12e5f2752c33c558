import type { Instant } from '#domain/vocabulary/instant.ts'

interface Wait {
  readonly at: Instant
  readonly callback: () => void | Promise<void>
}

/** Those who wait for an instant on a test clock. */
export class Waits {
  readonly #waits = new Map<string, Set<Wait>>()

  add(account: string, at: Instant, callback: () => void | Promise<void>): () => void {
    const wait: Wait = { at, callback }
    const waits = this.#waits.get(account) ?? new Set()
    this.#waits.set(account, waits.add(wait))
    return () => {
      waits.delete(wait)
    }
  }

  earliest(account: string): Instant | undefined {
    let earliest: Instant | undefined
    for (const { at } of this.#waits.get(account) ?? []) earliest = earliest === undefined ? at : Math.min(earliest, at)
    return earliest
  }

  /** Calls back all whose time has come, in its order, one after the other. */
  async run(account: string, now: Instant): Promise<void> {
    const waits = this.#waits.get(account)
    if (waits === undefined) return
    const due = [...waits].filter(({ at }) => at <= now).toSorted((a, b) => a.at - b.at)
    for (const wait of due) {
      if (waits.delete(wait)) await wait.callback()
    }
    if (waits.size === 0) this.#waits.delete(account)
  }
}
