import type { Instant } from '#domain/vocabulary/instant.ts'

/** `YYYY-MM-DDTHH:mm:ss.SSSZ`, the only form clients are given (specification 3.9). */
export function isoTime(at: Instant): string {
  return new Date(at).toISOString()
}

const form =
  /^(\d{4})-?(\d\d)-?(\d\d)(?:[Tt ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,12}))?)?)?\s?([Zz]|[+-]\d\d(?::?\d\d)?)?)?$/

/** Any calendar form of ISO 8601; without a zone it is UTC, fractions beyond milliseconds are cut. Undefined: not a time. */
export function instantOf(text: string): Instant | undefined {
  const parts = form.exec(text)
  if (!parts) return undefined
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0)) as Six
  const milliseconds = Number((parts[7] ?? '').slice(0, 3).padEnd(3, '0'))
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  if (hour > 24 || minute > 59 || second > 60 || (hour === 24 && minute + second + milliseconds > 0)) return undefined
  const offset = minutesOf(parts[8] ?? 'Z')
  if (Math.abs(offset) > 18 * 60) return undefined
  date.setUTCHours(hour, minute - offset, second, milliseconds)
  // Beyond these years it could not be written back in the four-digit form.
  return date.getUTCFullYear() < 0 || date.getUTCFullYear() > 9999 ? undefined : date.getTime()
}

type Six = [number, number, number, number, number, number]

function minutesOf(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0
  const sign = zone.startsWith('-') ? -1 : 1
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0))
}

/** The stand-in for "no time" of clients whose language cannot leave it out (D72). */
export const zeroTime: Instant = -62_135_596_800_000 // 0001-01-01T00:00:00Z
