/** A callback that waits for its time; `order` tells those of the same time apart. */
export interface Waiting {
  readonly due: number
  readonly order: number
  /** Undefined once it was cancelled. */
  callback: (() => void) | undefined
}

/** Waiting callbacks, earliest first: a binary heap. */
export function timerHeap(): { add(entry: Waiting): void; first(): Waiting | undefined; takeFirst(): void } {
  const heap: Waiting[] = []
  const earlier = (a: Waiting, b: Waiting): boolean => a.due < b.due || (a.due === b.due && a.order < b.order)

  function takeFirst(): void {
    const last = heap.pop()
    if (!last || heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      const right = heap[child + 1]
      let smaller = heap[child]
      if (smaller && right && earlier(right, smaller)) {
        child++
        smaller = right
      }
      if (!smaller || earlier(last, smaller)) break
      heap[at] = smaller
      at = child
    }
    heap[at] = last
  }

  return {
    add(entry) {
      let at = heap.push(entry) - 1
      for (;;) {
        const above = (at - 1) >> 1
        const parent = heap[above]
        if (at === 0 || !parent || !earlier(entry, parent)) break
        heap[at] = parent
        at = above
      }
      heap[at] = entry
    },
    first() {
      while (heap[0] && !heap[0].callback) takeFirst()
      return heap[0]
    },
    takeFirst,
  }
}
