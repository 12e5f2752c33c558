import { isWellFormed, notWellFormed } from '../well-formed.ts'

/** A body that cannot be read; the message says why, for whoever sent it. */
export class UnreadableBody extends Error {
  readonly statusCode = 400
}

/** Parses a JSON body; nothing at all is undefined, since these clients name a type where they send nothing. */
export function parseBody(text: string): unknown {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  if (body.trim() === '') return undefined
  try {
    const value = parsed(body)
    if (!isWellFormed(body, value)) throw new UnreadableBody(notWellFormed)
    return value
  } catch (error) {
    if (error instanceof UnreadableBody) throw error
    // Both walk the value with a stack that has an end.
    if (error instanceof RangeError) throw new UnreadableBody('it is nested too deep')
    throw new UnreadableBody(`it is not JSON (${error instanceof Error ? error.message : 'unreadable'})`)
  }
}

function parsed(text: string): unknown {
  return JSON.parse(text, (key, value: unknown) => {
    if (key === '__proto__') throw new UnreadableBody('a key named __proto__ is not allowed')
    return value
  })
}
