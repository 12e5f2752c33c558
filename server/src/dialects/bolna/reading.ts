import { isWellFormed, notWellFormed } from '../well-formed.ts'

/** A body that cannot be read; the message says why, for whoever sent it. */
export class UnreadableBody extends Error {
  readonly statusCode = 400
}

/** Parses a JSON body; nothing at all is undefined, since these clients name a type where they send nothing. */
export function parseBody(text: string): unknown {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  if (body.trim() === '') return undefined
  const value = parsed(body)
  if (!isWellFormed(body, value)) throw new UnreadableBody(notWellFormed)
  return value
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text, (key, value: unknown) => {
      if (key === '__proto__') throw new UnreadableBody('a key named __proto__ is not allowed')
      return value
    })
  } catch (error) {
    if (error instanceof UnreadableBody) throw error
    throw new UnreadableBody(`it is not JSON (${error instanceof Error ? error.message : 'unreadable'})`)
  }
}
