import type { Widget } from '#domain/session/events.ts'
import { fits, isFields } from './json.ts'

/** Shown with one answer. */
export const maxWidgets = 10
/** Of one, as JSON. */
const maxChars = 16 * 1024

/** A widget as it came from outside; undefined: it is none, or too large. */
export function readWidget(given: unknown): Widget | undefined {
  if (!isFields(given)) return undefined
  const { type, data = {} } = given
  if (typeof type !== 'string' || !/^[\w-]{1,64}$/.test(type) || !isFields(data)) return undefined
  return fits(data, maxChars) ? { type, data } : undefined
}
