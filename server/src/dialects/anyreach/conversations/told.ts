import type { Microseconds } from '../time.ts'
import type { ImportedConversation } from '../wire/imports.ts'

/** A conversation that took place elsewhere, in one form. */
export type Told = ImportedConversation & { readonly ended_at: Microseconds }

/** The same told as conversations are shown and exported here: its items under `conversation`, its end by its duration. */
export function toldOf(given: ImportedConversation): Told {
  const { created_at, started_at, duration, conversation, items = conversation?.items } = given
  const after = Math.round((duration ?? 0) * 1_000_000)
  return {
    ...given,
    id: given.id ?? given.conversation_id,
    items,
    ended_at: given.ended_at ?? (started_at ?? created_at) + after,
  }
}
