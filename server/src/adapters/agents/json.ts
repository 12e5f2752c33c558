/** A JSON object as it came from outside. */
export type Fields = Readonly<Record<string, unknown>>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object that a text is in JSON; undefined: it is none. */
export function fieldsIn(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** How deep values from outside may be nested: whatever walks through them later goes deeper by its own calls. */
const maxDepth = 64

/** Whether a JSON value can be kept: nested no deeper than 64 levels, and at most so many characters as JSON. */
export function fits(value: unknown, maxChars: number): boolean {
  return isShallow(value, maxDepth) && (JSON.stringify(value)?.length ?? 0) <= maxChars
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1))
}
