import { hash } from 'node:crypto'

/** Where the rows of an aggregate stand in the table `cluster`: a stretch of places for each slot, its parts in this order. */
const span = 2 ** 24
const headOffset = 2 ** 23 - 1
const firstKey = 2 ** 23
const keys = 2 ** 23

export function headPlace(slot: number): number {
  return slot * span + headOffset
}

/** The same, in SQL, where a `slot` is in sight. */
export const headPlaceSql = `slot * ${span} + ${headOffset}`

/** How many events an aggregate can have. */
export const mostEvents = headOffset - 1

export function eventPlace(slot: number, n: number): number {
  if (n > mostEvents) throw new RangeError(`An aggregate can have no more than ${mostEvents} events.`)
  return slot * span + n
}

/** The place of a key that is used once, unless another key has it: then the next, and so on. */
export function keyPlace(slot: number, digest: Uint8Array, attempt: number): number {
  const number = (((digest[0] ?? 0) << 16) | ((digest[1] ?? 0) << 8) | (digest[2] ?? 0)) >> 1
  return slot * span + firstKey + ((number + attempt) % keys)
}

/** The number of the event at a place, or undefined when something else stands there. */
export function eventAt(slot: number, place: number): number | undefined {
  const offset = place - slot * span
  return offset < headOffset ? offset : undefined
}

/** The first place of a slot and the one after its last. */
export function stretch(slot: number): [from: number, to: number] {
  return [slot * span, (slot + 1) * span]
}

export function slotAt(place: number): number {
  return Math.floor(place / span)
}

/** 128 bits that stand for a text, in a fraction of its length. */
export function digestOf(text: string): Buffer {
  return Buffer.from(hash('sha256', text, 'hex').slice(0, 32), 'hex')
}
