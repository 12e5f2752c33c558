import type { DeliveryRow } from '#engine/ports/delivery-store.ts'

/** A page of rows that are up to date; `found` counts the others of the page, too: whether there may be more depends on it. */
export interface FreshPage {
  readonly rows: readonly DeliveryRow[]
  readonly found: number
}

/** Reads rows, without those whose deliveries left memory meanwhile: what was read of them is out of date. */
export class FreshReads {
  #left = new Set<string>()
  #underWay = 0

  /** A delivery has left memory; its last row is written. */
  left(id: string): void {
    if (this.#underWay > 0) this.#left.add(id)
  }

  async read(page: () => Promise<readonly DeliveryRow[]>): Promise<FreshPage> {
    this.#underWay++
    try {
      const rows = await page()
      const left = this.#left
      return { rows: left.size === 0 ? rows : rows.filter(({ id }) => !left.has(id)), found: rows.length }
    } finally {
      this.#underWay--
      if (this.#underWay === 0) this.#left = new Set()
    }
  }
}
