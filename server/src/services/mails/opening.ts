import type { AgentDefinition } from '#domain/agent/state.ts'
import { checkMail } from '#domain/session/mail/check.ts'
import { refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask } from '#engine/api.ts'
import { writtenPolicyOf } from '../calls/sessions/policy.ts'
import { openWritten, type Opening, type OpeningNeed } from '../written/opening.ts'
import { writtenRoute } from '../written/words.ts'
import type { MailDraft, OpenedMail } from './api.ts'

/** Its first mail is written and sent soon after. */
export function openMail(
  need: OpeningNeed & { readonly from?: string },
  ask: Ask,
  draft: MailDraft,
): Promise<OpenedMail | Refused> {
  return openWritten(need, ask, draft, (definition) => openingOf(draft, definition, need.from))
}

function openingOf({ to, ...draft }: MailDraft, definition: AgentDefinition, usual?: string): Opening | Refused {
  const from = draft.from ?? definition.mail?.address ?? usual
  if (from === undefined) {
    const message = 'Say which address it is from: its agent has none, and neither has the server (--mail-from).'
    return refuse('invalid', message, { field: 'from' })
  }
  const subject = draft.subject ?? definition.mail?.subject ?? plainly(definition.name)
  const mail = { to, from, subject }
  const wrong = checkMail(mail)
  if (wrong) return wrong
  if (to.toLowerCase() === from.toLowerCase())
    return refuse('invalid', 'Name somebody else: an agent does not write to itself.', { field: 'to' })
  return {
    kind: 'email',
    direction: 'outbound',
    to: 'dialing',
    own: from,
    route: writtenRoute('EMAIL', { user: to, own: from }),
    policy: writtenPolicyOf(definition, 'email'),
    mail,
  }
}

/** An agent's name in one line. */
function plainly(name: string): string {
  return name.replace(/[\s\p{C}]+/gu, ' ').trim()
}
