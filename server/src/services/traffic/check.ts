import { checkAddress, limits } from '#domain/conversation/limits.ts'
import { refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { TrafficEvent } from '../api.ts'

/** What would be refused when it is recorded, refused before a conversation is made for it. */
export function checkEvent(event: TrafficEvent): Refused | undefined {
  if ('text' in event && event.text.length > limits.text)
    return refuse('invalid', `Use a text of at most ${limits.text} characters.`, { field: 'text' })
  if ('from' in event) return checkAddress(event.from, 'from') ?? checkAddress(event.to, 'to')
  return undefined
}
