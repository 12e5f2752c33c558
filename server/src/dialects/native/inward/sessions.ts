import type { z } from 'zod'
import { canonicalAddress } from '#domain/vocabulary/address.ts'
import type { CallDraft, SessionQuestion } from '#services/calls/api.ts'
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

type Filters = Omit<z.output<typeof wire.sessionsQuery>, 'cursor' | 'limit'>

/** The filters of a list of sessions, without place and size. */
export function sessionQuestionOf(filters: Filters): Omit<SessionQuestion, 'after' | 'limit'> {
  const { agentId, batchId, createdAfter, createdBefore } = filters
  return {
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
