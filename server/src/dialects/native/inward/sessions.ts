import type { z } from 'zod'
import { canonicalAddress } from '#domain/vocabulary/address.ts'
import type { CallDraft, SessionQuestion } from '#services/calls/api.ts'
import type { MailDraft } from '#services/mails/api.ts'
import type { WrittenDraft } from '#services/texts/api.ts'
import { instantIn, idIn } from '../inward.ts'
import type * as wire from '../wire/sessions.ts'
import { checkLengths } from './policy.ts'

/** An order in our words. */
export function draftOf(order: z.output<typeof wire.callDraft>): CallDraft {
  const { agentId, to, from, dueAt, data = null, retry, keepsHours } = order
  if (retry) checkLengths({ retry })
  return {
    agentId: idIn('agent', 'agentId', agentId),
    to,
    ...(from !== undefined && { from }),
    ...(dueAt !== undefined && { dueAt: instantIn('dueAt', dueAt) }),
    data,
    ...(retry !== undefined && { retry }),
    keepsHours,
  }
}

/** An order of a chat. `key`: names it where it has no name of its own. */
export function chatDraftOf(order: z.output<typeof wire.chatDraft>, key: string | undefined): WrittenDraft {
  return writtenDraftOf(order, order.reference ?? key)
}

/** An order of a session that its user joins. Sent again under its Idempotency-Key it names the session it made. */
export function roomDraftOf(order: z.output<typeof wire.browserDraft>, key: string | undefined): WrittenDraft {
  const { tokenSeconds } = order
  return {
    ...writtenDraftOf(order, key),
    ...(tokenSeconds !== undefined && { policy: { tokenMs: tokenSeconds * 1_000 } }),
  }
}

/** An order of an e-mail session. */
export function mailDraftOf(order: z.output<typeof wire.mailDraft>, key: string | undefined): MailDraft {
  const { to, from, subject, sendWithinSeconds, idleSeconds } = order
  return {
    ...writtenDraftOf(order, order.reference ?? key),
    to,
    ...(from !== undefined && { from }),
    ...(subject !== undefined && { subject }),
    policy: {
      ...(sendWithinSeconds !== undefined && { setupMs: sendWithinSeconds * 1_000 }),
      ...(idleSeconds !== undefined && { idleMs: idleSeconds * 1_000 }),
    },
  }
}

function writtenDraftOf(
  { agentId, agentVersion, user, context, data = null }: Omit<z.output<typeof wire.chatDraft>, 'kind' | 'reference'>,
  key: string | undefined,
): WrittenDraft {
  return {
    agent: { id: idIn('agent', 'agentId', agentId), ...(agentVersion !== undefined && { version: agentVersion }) },
    user,
    ...(key !== undefined && { reference: { key } }),
    ...(context !== undefined && { context }),
    data,
  }
}

type Filters = Omit<z.output<typeof wire.sessionsQuery>, 'cursor' | 'limit'>

/** The filters of a list of sessions, without place and size. */
export function sessionQuestionOf(filters: Filters): Omit<SessionQuestion, 'after' | 'limit'> {
  const { kind, agentId, batchId, createdAfter, createdBefore } = filters
  return {
    ...(kind !== undefined && { kinds: kind }),
    ...(agentId !== undefined && { agent: idIn('agent', 'agentId', agentId) }),
    ...(batchId !== undefined && { batch: idIn('batch', 'batchId', batchId) }),
    ...(createdAfter !== undefined && { createdFrom: instantIn('createdAfter', createdAfter) + 1 }),
    ...(createdBefore !== undefined && { createdTo: instantIn('createdBefore', createdBefore) - 1 }),
    ...facetTest(filters),
  }
}

function facetTest({ state = [], outcome = [], direction, user }: Filters): Pick<SessionQuestion, 'test'> {
  const wanted: readonly (readonly [facet: string, values: readonly string[]])[] = [
    ['state', state],
    ['outcome', outcome],
    ['direction', direction === undefined ? [] : [direction]],
    ['user', user === undefined ? [] : [canonicalAddress('VOICE', user)]],
  ]
  const asked = wanted.filter(([, values]) => values.length > 0)
  if (asked.length === 0) return {}
  return { test: (facets) => asked.every(([facet, values]) => values.includes(String(facets[facet]))) }
}
