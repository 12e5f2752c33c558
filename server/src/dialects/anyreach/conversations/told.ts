import type { ImportedConversation } from '../wire/imports.ts'
import type { Microseconds } from '../time.ts'

/** A conversation that is told of, however it was told: as one that is shown or exported says it, too. */
export interface Told extends Omit<ImportedConversation, 'conversation' | 'conversation_id' | 'ended_at'> {
  readonly ended_at: Microseconds
}

export function toldOf({ conversation, conversation_id: uuid, ended_at: ended, ...told }: ImportedConversation): Told {
  const { created_at, started_at, duration, items = conversation?.items } = told
  const began = started_at ?? created_at
  return { ...told, id: told.id ?? uuid, items, ended_at: ended ?? began + Math.round((duration ?? 0) * 1_000_000) }
}
