import type { Position } from '#services/api.ts'

/** Whether a value from a page token is a place in a list. Tokens are signed; this tells one list's kind from another's. */
export function isPosition(value: unknown): value is Position {
  if (typeof value !== 'object' || value === null) return false
  const { sort, id } = value as Record<string, unknown>
  return (typeof sort === 'number' || typeof sort === 'string') && typeof id === 'string'
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}
