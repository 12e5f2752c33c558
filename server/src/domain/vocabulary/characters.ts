/**
 * Whether a text has more than `most` characters: Unicode code points, as JSON Schema's `maxLength` counts them, not units of UTF-16.
 * Combining ones count on their own.
 */
export function isLonger(text: string, most: number): boolean {
  if (text.length <= most) return false
  let count = 0
  for (const _ of text) if (++count > most) return true
  return false
}
