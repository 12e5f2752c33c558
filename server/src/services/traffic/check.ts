import { checkAddress, limits } from '#domain/conversation/limits.ts'
import { isLonger } from '#domain/vocabulary/characters.ts'
import { refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { TrafficEvent } from '../api.ts'

/** What would be refused when it is recorded, refused before a conversation is made for it. */
export function checkEvent(event: TrafficEvent): Refused | undefined {
  if ('text' in event && isLonger(event.text, limits.text))
    return refuse('invalid', `Use a text of at most ${limits.text} characters.`, { field: 'text' })
  if ('from' in event)
    return (
      checkAddress(event.from, 'from') ??
      checkAddress(event.to, 'to') ??
      ('text' in event ? checkMail(event) : undefined)
    )
  return undefined
}

const ofMail = ['messageId', 'inReplyTo', 'references', 'subject', 'autoSubmitted'] as const

/** Only mail that came has the fields of mail. */
function checkMail(event: Extract<TrafficEvent, { type: 'message.received' | 'message.sent' }>): Refused | undefined {
  if (event.type === 'message.received' && event.channel === 'EMAIL') return undefined
  const field = ofMail.find((name) => event[name] !== undefined)
  return field && refuse('invalid', 'Only a message received on EMAIL has this field.', { field })
}
