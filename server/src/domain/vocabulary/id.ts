import type { Instant } from './instant.ts'

/**
 * An aggregate's or a part's id: a UUIDv7 written as 26 characters of lower-case Crockford base32, as TypeID does it,
 * without a prefix (dialects put theirs in front). Its last byte is the home (see home.ts).
 */
export type Id = string

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const letters = [...alphabet].map((letter) => letter.charCodeAt(0))
/** The value of a letter by its code. */
const values = Array.from({ length: 128 }, (_, code) => Math.max(0, alphabet.indexOf(String.fromCharCode(code))))

/** Whether the text has the form of an Id: 26 letters of the alphabet, the first at most 7, so that it fits 128 bits. */
export function isId(text: string): text is Id {
  return /^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(text)
}

/** 16 bytes to 26 letters. */
export function encodeId(bytes: Uint8Array): Id {
  const codes: number[] = [] // made into a text in one go: letter by letter it would be a chain of 26 texts
  let pending = 0
  let bits = 2 // 26 letters hold 130 bits: the first two are zero
  for (let i = 0; i < bytes.length; i++) {
    pending = (pending << 8) | (bytes[i] ?? 0)
    bits += 8
    while (bits >= 5) {
      bits -= 5
      codes.push(letters[(pending >> bits) & 31] ?? 0)
    }
    pending &= (1 << bits) - 1
  }
  return String.fromCharCode.apply(null, codes)
}

/** 26 letters to 16 bytes; the text must satisfy isId. */
export function decodeId(id: Id): Uint8Array {
  const bytes = new Uint8Array(16)
  let pending = 0
  let bits = -2
  let at = 0
  for (let i = 0; i < id.length; i++) {
    pending = (pending << 5) | (values[id.charCodeAt(i)] ?? 0)
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (pending >> bits) & 255
      pending &= (1 << bits) - 1
    }
  }
  return bytes
}

/** A new id: the time in the first six bytes, `random` (10 bytes or more) in the rest, the home in the last. */
export function mintId(at: Instant, home: number, random: Uint8Array): Id {
  const bytes = new Uint8Array(16)
  writeTime(bytes, at)
  bytes.set(random.subarray(0, 10), 6)
  bytes[15] = home
  return encodeId(markVersion(bytes))
}

/**
 * The same id as if it had been minted at another time: `place` (0 to 2^26 - 1) is where it then stands among those of its
 * millisecond, in the bits that otherwise count what was minted. Its chance and its home stay.
 */
export function placedId(id: Id, at: Instant, place: number): Id {
  const bytes = decodeId(id)
  const random = bytes.slice(6)
  random.set([place >>> 22, place >>> 14, (place >>> 8) & 0x3f, place])
  return mintId(at, homeOfId(id), random)
}

/**
 * The id of part `n` of an aggregate, created at `at`: the same for ever, never stored, and `partNumber` reads `n` back,
 * so that a part is found by its id without an index row.
 */
export function partId(aggregate: Id, n: number, at: Instant): Id {
  const own = decodeId(aggregate)
  const bytes = new Uint8Array(16)
  writeTime(bytes, at)
  for (let i = 6; i < 11; i++) bytes[i] = (own[i] ?? 0) ^ (own[i - 5] ?? 0)
  for (let i = 0; i < 4; i++) bytes[11 + i] = (n >>> (24 - 8 * i)) & 255
  bytes[15] = own[15] ?? 0
  return encodeId(markVersion(bytes))
}

/** The part number inside an id made by partId. Whether the part has exactly this id is for the reader to compare. */
export function partNumber(id: Id): number {
  const bytes = decodeId(id)
  return (((bytes[11] ?? 0) << 24) | ((bytes[12] ?? 0) << 16) | ((bytes[13] ?? 0) << 8) | (bytes[14] ?? 0)) >>> 0
}

/** The home named by the id's last byte, 0 to 255. */
export function homeOfId(id: Id): number {
  return decodeId(id)[15] ?? 0
}

/** The instant in the first six bytes of the id. */
export function instantOfId(id: Id): Instant {
  let at = 0
  for (const byte of decodeId(id).subarray(0, 6)) at = at * 256 + byte
  return at
}

function writeTime(bytes: Uint8Array, at: Instant): void {
  let rest = Math.max(0, Math.floor(at))
  for (let i = 5; i >= 0; i--) {
    bytes[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

function markVersion(bytes: Uint8Array): Uint8Array {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70 // RFC 9562 section 5.7
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes
}
