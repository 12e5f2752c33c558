export interface Difference {
  readonly field: string
  readonly from: unknown
  readonly to: unknown
}

/** The fields in which two resources differ, down to lists and single values; null stands for "not there". */
export function differences(from: unknown, to: unknown, path = ''): readonly Difference[] {
  if (isRecord(from) && isRecord(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])]
    return keys.flatMap((key) => differences(from[key], to[key], path === '' ? key : `${path}.${key}`))
  }
  if (JSON.stringify(from) === JSON.stringify(to)) return []
  return [{ field: path, from: from ?? null, to: to ?? null }]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
