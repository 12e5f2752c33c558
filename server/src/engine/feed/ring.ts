import type { Followed } from '../api.ts'

/** The newest committed events with their states, bounded by number; the oldest leave first. */
export class Ring {
  readonly #max: number
  #events: Followed[] = []
  #first = 0
  /** The seq of the newest event that has committed. */
  last: number

  constructor(max: number, last: number) {
    this.#max = max
    this.last = last
  }

  add(events: readonly Followed[]): void {
    for (const event of events) this.#events.push(event)
    this.last = events.at(-1)?.recorded.seq ?? this.last
    if (this.#events.length - this.#first <= this.#max) return
    this.#first = this.#events.length - this.#max
    if (this.#first < this.#max) return
    this.#events = this.#events.slice(this.#first)
    this.#first = 0
  }

  /** The events strictly after a seq; undefined when some of them have left already. */
  after(seq: number, limit: number): readonly Followed[] | undefined {
    if (seq >= this.last) return []
    const oldest = this.#events[this.#first]
    if (oldest === undefined || oldest.recorded.seq > seq + 1) return undefined
    let low = this.#first
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#events[middle]?.recorded.seq ?? Infinity) <= seq) low = middle + 1
      else high = middle
    }
    return this.#events.slice(low, low + limit)
  }
}
