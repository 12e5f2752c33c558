type Fields = Readonly<Record<string, unknown>>

/** The JSON object that a text is; undefined: it is none. */
export function objectIn(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * JSON containment: every key of an object is in the other with a value that contains it, every item of an array is contained in some
 * item of the other's; anything else must be equal.
 */
export function contains(whole: unknown, part: unknown): boolean {
  if (isObject(part))
    return (
      isObject(whole) &&
      Object.entries(part).every(([key, value]) => Object.hasOwn(whole, key) && contains(whole[key], value))
    )
  if (Array.isArray(part)) return Array.isArray(whole) && part.every((item) => whole.some((one) => contains(one, item)))
  return whole === part
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
