import { setImmediate as turn } from 'node:timers/promises'

/** How much is read at once, and given in all. */
interface Room {
  readonly atOnce: number
  /** Bytes of JSON; the first has room in any case. */
  readonly most: number
}

/** Items as JSON, in their order, until the next has no room. */
export async function shownWithin<Item>(
  items: readonly Item[],
  show: (item: Item) => Promise<unknown>,
  { atOnce, most }: Room,
): Promise<readonly string[]> {
  const texts: string[] = []
  let left = most
  for (let i = 0; i < items.length; i += atOnce) {
    // Others have a turn between long ones.
    if (i > 0) await turn()
    for (const shown of await Promise.all(items.slice(i, i + atOnce).map(show))) {
      const text = JSON.stringify(shown)
      left -= Buffer.byteLength(text)
      if (left < 0 && texts.length > 0) return texts
      texts.push(text)
    }
  }
  return texts
}
