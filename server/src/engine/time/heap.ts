/** A binary heap, smallest `at` first; equal ones in no promised order. */
export class Heap<Item extends { readonly at: number }> {
  readonly #items: Item[] = []

  get size(): number {
    return this.#items.length
  }

  clear(): void {
    this.#items.length = 0
  }

  peek(): Item | undefined {
    return this.#items[0]
  }

  push(item: Item): void {
    const items = this.#items
    let i = items.length
    items.push(item)
    while (i > 0) {
      const up = (i - 1) >> 1
      const parent = items[up] as Item
      if (parent.at <= item.at) break
      items[i] = parent
      i = up
    }
    items[i] = item
  }

  pop(): Item | undefined {
    const items = this.#items
    const top = items[0]
    const last = items.pop()
    if (top === undefined || last === undefined || items.length === 0) return top
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= items.length) break
      const right = items[child + 1]
      if (right !== undefined && right.at < (items[child] as Item).at) child++
      if ((items[child] as Item).at >= last.at) break
      items[i] = items[child] as Item
      i = child
    }
    items[i] = last
    return top
  }
}
