import { isUtf8 } from 'node:buffer'

/** A half of a surrogate pair as JSON text can smuggle it in; raw UTF-8 cannot. */
const suspicious = /\\u[dD][89a-fA-F][0-9a-fA-F]{2}/

/**
 * Whether all strings of a JSON value, keys included, are well-formed Unicode (RFC 8259 section 8.2). Two that are not look
 * alike to a store, so one would be taken for the other. `text` is what the value was parsed from: most need no walk.
 */
export function isWellFormed(text: string, value: unknown): boolean {
  return !suspicious.test(text) || everyString(value)
}

/** The text of a body; undefined: it is not UTF-8 (RFC 8259 section 8.1), and would be kept as something that nobody sent. */
export function textOf(body: Buffer): string | undefined {
  return isUtf8(body) ? body.toString() : undefined
}

export const notUtf8 = 'The body is not UTF-8: send it in that encoding.'

export const notWellFormed = 'The body has half of a surrogate pair (\\ud800 to \\udfff alone): send whole characters.'

function everyString(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, inner]) => key.isWellFormed() && everyString(inner))
}
