import { decodeId, isId, type Id } from '#domain/vocabulary/id.ts'

const nothing = new Uint8Array(0)

/** The 16 bytes an id is stored as. */
export function packId(id: Id): Uint8Array {
  if (!isId(id)) throw new TypeError(`'${String(id)}' is not an id.`)
  return decodeId(id)
}

/** The bytes to look for; a text that is no id is found nowhere. */
export function soughtId(id: string): Uint8Array {
  return isId(id) ? decodeId(id) : nothing
}
