import type { Instant } from '../vocabulary/instant.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { Create } from './commands.ts'
import type { Imported, ImportedOutcome, SessionEvent } from './events.ts'
import { limits } from './limits.ts'
import type { SessionKind } from './state.ts'

/** How a session of each kind can have ended without having been a talk; as a talk all end alike. */
const withoutTalk: Readonly<Record<SessionKind, readonly ImportedOutcome[]>> = {
  telephone: ['no_answer', 'canceled', 'failed'],
  browser: ['canceled', 'failed'],
  // It is live as soon as it is there.
  text: [],
  email: ['canceled', 'failed'],
}

const afterTalk: readonly ImportedOutcome[] = ['completed', 'transferred', 'failed']

/** What is wrong with a session that is told of when it is over, if anything. `now`: nothing of it is still to come. */
export function checkImported(command: Create, now: Instant): Refused | undefined {
  const { kind, imported, told, batch, parent, settings, callId } = command
  if (!imported) return told && refuse('invalid', 'Only of what is imported words are told.', { field: 'told' })
  if (batch || parent !== undefined || settings || callId !== undefined)
    return refuse('invalid', 'What is imported belongs to no batch, call or program here.', { field: 'imported' })
  return checkTimes(imported, now) ?? checkOutcome(kind, imported) ?? checkTold(told)
}

function checkTimes({ createdAt, answeredAt = createdAt, endedAt }: Imported, now: Instant): Refused | undefined {
  if (!isInstant(createdAt)) return refuse('invalid', 'Give a time from 1970 on.', { field: 'createdAt' })
  if (!isInstant(answeredAt) || answeredAt < createdAt)
    return refuse('invalid', 'It cannot have begun before it was created.', { field: 'answeredAt' })
  if (!isInstant(endedAt) || endedAt < answeredAt)
    return refuse('invalid', 'It cannot have ended before it began.', { field: 'endedAt' })
  if (endedAt > now)
    return refuse('invalid', 'Import it when it is over: its end is still to come.', { field: 'endedAt' })
  return undefined
}

function isInstant(at: Instant): boolean {
  return Number.isSafeInteger(at) && at >= 0
}

/** Rule 4: what was a talk came to something as one, and what was none did not. */
function checkOutcome(kind: SessionKind, { answeredAt, outcome }: Imported): Refused | undefined {
  const known = answeredAt === undefined ? withoutTalk[kind] : afterTalk
  if (known.includes(outcome)) return undefined
  const how = answeredAt === undefined ? 'never begun' : 'begun'
  return refuse('invalid', `A session of this kind that was ${how} does not end so.`, { field: 'outcome' })
}

function checkTold({ items, summary = '' }: NonNullable<Create['told']> = { items: [] }): Refused | undefined {
  if (JSON.stringify(items).length > limits.history)
    return refuse('invalid', 'What was said in one session is at most 256 KB as JSON.', { field: 'items' })
  return summary.length > limits.summary
    ? refuse('invalid', `A summary has at most ${limits.summary} characters.`, { field: 'summary' })
    : undefined
}

/** Its words are no communications of a conversation: nothing was said here. */
export function whatWasTold({ items, summary }: NonNullable<Create['told']>, at: Instant): SessionEvent[] {
  const made = { type: 'artefact.settled', at, artefact: 'summary', attempt: 1, state: 'done', late: true } as const
  return [
    ...(items.length > 0 ? [{ type: 'words.imported', at, items } as const] : []),
    ...(summary === undefined ? [] : [{ ...made, value: summary }]),
  ]
}
