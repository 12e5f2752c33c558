const largest = 512

/** Values in order, in chunks so that adding and removing stays cheap with millions of them. Equal values are one value. */
export class Sorted<Value> {
  readonly #compare: (a: Value, b: Value) => number
  readonly #chunks: Value[][] = []

  constructor(compare: (a: Value, b: Value) => number) {
    this.#compare = compare
  }

  get empty(): boolean {
    return this.#chunks.length === 0
  }

  /** Adds the value, or replaces its equal. */
  add(value: Value): void {
    const c = Math.min(this.#chunkOf(value), this.#chunks.length - 1)
    const chunk = this.#chunks[c]
    if (!chunk) {
      this.#chunks.push([value])
      return
    }
    const i = this.#place(chunk, value)
    const there = chunk[i]
    const same = there !== undefined && this.#compare(there, value) === 0
    chunk.splice(i, same ? 1 : 0, value)
    if (chunk.length > largest) this.#chunks.splice(c + 1, 0, chunk.splice(largest >> 1))
  }

  delete(value: Value): boolean {
    const c = this.#chunkOf(value)
    const chunk = this.#chunks[c]
    if (!chunk) return false
    const i = this.#place(chunk, value)
    const there = chunk[i]
    if (there === undefined || this.#compare(there, value) !== 0) return false
    chunk.splice(i, 1)
    if (chunk.length === 0) this.#chunks.splice(c, 1)
    return true
  }

  /** Ascending from the first value that is strictly after `after`; absent: from the beginning. */
  *ascending(after?: Value): Generator<Value> {
    let c = after === undefined ? 0 : this.#chunkOf(after)
    let i = after === undefined ? 0 : this.#place(this.#chunks[c] ?? [], after)
    const first = this.#chunks[c]?.[i]
    if (after !== undefined && first !== undefined && this.#compare(first, after) === 0) i++
    for (; c < this.#chunks.length; c++, i = 0) {
      const chunk = this.#chunks[c] ?? []
      for (; i < chunk.length; i++) yield chunk[i] as Value
    }
  }

  /** Descending from the last value that is strictly before `before`; absent: from the end. */
  *descending(before?: Value): Generator<Value> {
    let c = this.#chunks.length - 1
    let i = Infinity
    if (before !== undefined) {
      c = Math.min(this.#chunkOf(before), c)
      i = this.#place(this.#chunks[c] ?? [], before) - 1
    }
    for (; c >= 0; c--, i = Infinity) {
      const chunk = this.#chunks[c] ?? []
      for (let k = Math.min(i, chunk.length - 1); k >= 0; k--) yield chunk[k] as Value
    }
  }

  /** The first chunk whose last value is not before the value; one past the end when there is none. */
  #chunkOf(value: Value): number {
    let low = 0
    let high = this.#chunks.length
    while (low < high) {
      const middle = (low + high) >> 1
      const last = this.#chunks[middle]?.at(-1) as Value
      if (this.#compare(last, value) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The first index in the chunk whose value is not before the value. */
  #place(chunk: readonly Value[], value: Value): number {
    let low = 0
    let high = chunk.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#compare(chunk[middle] as Value, value) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
