import type { Session } from '#domain/session/state.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Unit } from '#engine/api.ts'
import { nearReach } from '../calls/conversation/reach.ts'
import type { Heard } from '../calls/conversation/telling.ts'
import { recordWritten, type Kept, type Written } from '../written/words.ts'

/** What was kept, and what agents can be told of it without its being read; absent: it has to be. */
export interface KeptChat extends Kept {
  readonly heard?: Heard
}

export function recordChat(unit: Unit, session: Session, written: Written): KeptChat | Refused {
  const from = nearReach(unit, session)
  const kept = recordWritten(unit, session, 'CHAT', written)
  if (isRefused(kept)) return kept
  const to = nearReach(unit, kept.session)
  if (!from || !to) return kept
  const { who, text } = written
  return { ...kept, heard: { from, to, words: [{ id: kept.communicationId, who, text }] } }
}
