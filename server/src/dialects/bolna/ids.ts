import { decodeId, encodeId, type Id } from '#domain/vocabulary/id.ts'

/** D4: agents and executions are dashed UUIDs, batches and numbers 32 hex digits; both spellings are read. */
export function uuidOf(id: Id): string {
  const hex = hexOf(id)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

export function hexOf(id: Id): string {
  return decodeId(id).toHex()
}

/** Undefined: it cannot be an id of ours. */
export function readId(text: string): Id | undefined {
  const hex = text
    .toLowerCase()
    .replace(/^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/, '$1$2$3$4$5')
  return /^[0-9a-f]{32}$/.test(hex) ? encodeId(Uint8Array.fromHex(hex)) : undefined
}
