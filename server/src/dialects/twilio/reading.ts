import { isWellFormed, notWellFormed } from '../well-formed.ts'
import { limits } from './limits.ts'
import { repeated } from './wire.ts'

/** Bodies and queries as they come, made plain enough for the schemas of wire.ts. Everything here throws only UnreadableBody. */

/** A body that cannot be read; the message says why, for whoever sent it. */
export class UnreadableBody extends Error {
  readonly statusCode = 400
}

/** Parses a JSON body. Of two equal keys the later one counts, as everywhere in JavaScript. */
export function parseBody(text: string): unknown {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text // a byte order mark, as some editors write it
  if (body.trim() === '') throw new UnreadableBody('The body is empty: send a JSON object.')
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (error) {
    throw new UnreadableBody(`The body is not valid JSON: ${error instanceof Error ? error.message : 'unreadable'}`)
  }
  if (!isWellFormed(body, value)) throw new UnreadableBody(notWellFormed)
  return value
}

/** The body of a POST or PUT: null means "absent", at every depth (D68). Works in place: the body was parsed for us alone. */
export function withoutNulls(body: unknown): unknown {
  const record = asObject(body)
  prune(record, 1, 0)
  return record
}

// Null means nothing on these, so a null there tells that the client sends every key it knows (D68).
const nullTells = [
  'status',
  'configuration',
  'metadata',
  'displayName',
  'memoryStoreId',
  'conversationGroupingType',
  'channelSettings',
]

// Whose entries mean something when they are null: that entry is removed from the map.
const nullRemoves = ['channelSettings', 'metadata', 'ext']

/** The body of a PATCH: null is kept where it means something, unless the client sends null for everything it does not set (D68). */
export function withMeantNulls(body: unknown): unknown {
  const record = asObject(body)
  const everything = nullTells.some((key) => record[key] === null)
  for (const key of Object.keys(record)) {
    const value = record[key]
    if (value === null && everything) delete record[key]
    else if (key === 'configuration') pruneConfiguration(value)
    else if (typeof value === 'object' && value !== null) prune(value, 2, nullRemoves.includes(key) ? 1 : 0)
    refuseDangerous(key)
  }
  return record
}

// Of a conversation's configuration only the callbacks can be changed, so null on anything else is "absent".
function pruneConfiguration(value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  const reset = (value as Record<string, unknown>)['statusCallbacks'] === null
  prune(value, 2, 0)
  if (reset) (value as Record<string, unknown>)['statusCallbacks'] = null
}

function asObject(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new UnreadableBody('The body must be a JSON object.')
  return body as Record<string, unknown>
}

/** Removes the nulls that lie `kept` levels deep or deeper. A null in a list is nobody's "absent": it stays, for the schema to refuse. */
function prune(value: object, depth: number, kept: number): void {
  if (depth > limits.bodyDepth)
    throw new UnreadableBody(`The body is nested more than ${limits.bodyDepth} levels deep.`)
  if (Array.isArray(value)) {
    for (const item of value as unknown[])
      if (typeof item === 'object' && item !== null) prune(item, depth + 1, kept - 1)
    return
  }
  const record = value as Record<string, unknown>
  for (const key of Object.keys(record)) {
    refuseDangerous(key)
    const inner = record[key]
    if (inner === null && kept <= 0) delete record[key]
    else if (typeof inner === 'object' && inner !== null) prune(inner, depth + 1, kept - 1)
  }
}

function refuseDangerous(key: string): void {
  if (key === '__proto__') throw new UnreadableBody('A key named __proto__ is not allowed.')
}

/**
 * A query with the names its schema knows, matched whatever their case (D42). The exact name wins over another spelling,
 * the first value over later ones, except where several are meant: then repetition and commas both separate them.
 */
export function readQuery(query: unknown, names: readonly string[]): Record<string, string | string[]> {
  const given = Object.entries((query ?? {}) as Record<string, string | string[]>)
  const read: Record<string, string | string[]> = {}
  for (const name of names) {
    const found = given.find(([key]) => key === name) ?? given.find(([key]) => key.toLowerCase() === name.toLowerCase())
    if (!found) continue
    const values = Array.isArray(found[1]) ? found[1] : [found[1]]
    if (repeated.has(name)) read[name] = separated(values)
    else if (values[0] !== undefined) read[name] = values[0]
  }
  return read
}

// A comma may be part of an address that was given on its own, so that only a lone value is taken apart.
function separated(values: readonly string[]): string[] {
  return (values.length === 1 ? (values[0] ?? '').split(',') : [...values]).filter((value) => value !== '')
}
