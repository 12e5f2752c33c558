import type { Reference, Session } from '#domain/session/state.ts'
import { isId, type Id } from '#domain/vocabulary/id.ts'

const prefix = 'conv_'

/** What a session is called here: by its maker's own id where there is one (D2), else by ours. */
export function conversationId({ id, reference }: Pick<Session, 'id' | 'reference'>): string {
  return reference?.isId ? reference.key : `${prefix}${id}`
}

/** What a conversation is found by: our id, or the name its maker gave it. Undefined: none can be called that. */
export function readConversationId(text: string): { readonly id: Id } | { readonly reference: string } | undefined {
  if (isUuid(text)) return { reference: canonicalUuid(text) }
  const own = readPrefixed(prefix, text)
  return own === undefined ? undefined : { id: own }
}

/** The id behind a prefix; undefined: nothing is called that. */
export function readPrefixed(own: string, text: string): Id | undefined {
  const bare = text.startsWith(own) ? text.slice(own.length) : ''
  return isId(bare) ? bare : undefined
}

/** What an imported conversation is called by its maker: a UUID is its id, any other name only tells it from others. */
export function importReference(name: string): Reference {
  return isUuid(name) ? uuidReference(name) : { key: `import ${name}` }
}

/** The reference of an order whose maker gave it a UUID, which becomes its id. */
export function uuidReference(uuid: string): Reference {
  return { key: canonicalUuid(uuid), isId: true }
}

/** RFC 9562 section 4: written in small letters, and read in either. */
function canonicalUuid(uuid: string): string {
  return uuid.toLowerCase()
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text)
}

/** The reference of an order whose maker names it in a header; it is no id, and none can look like it. */
export function keyReference(key: string): Reference {
  return { key: `key ${key}` }
}
