import type { Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask } from '#engine/api.ts'
import type { SessionView } from '../calls/api.ts'
import type { WrittenDraft } from '../texts/api.ts'

/** What one can ask for about e-mail sessions. */
export interface Mails {
  /** A session that begins with the agent's greeting as a mail, sent soon after. Refused as a text session's opening is. */
  open(ask: Ask, draft: MailDraft): Promise<OpenedMail | Refused>
}

export interface MailDraft extends WrittenDraft {
  /** Where the first mail goes. */
  readonly to: string
  /** Absent: the agent's own address. */
  readonly from?: string
  /** Absent: the agent's default subject. */
  readonly subject?: string
}

export interface OpenedMail {
  readonly view: SessionView
  readonly repeated: boolean
}
