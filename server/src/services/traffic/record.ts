import type { Say } from '#domain/conversation/commands.ts'
import { conversation as noun } from '#domain/conversation/conversation.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Unit } from '#engine/api.ts'
import type { TrafficResult } from '../api.ts'
import { said, whole } from '../conversations/communications.ts'

/** What was said already under a resource id, anywhere in the account. */
export interface Earlier {
  readonly conversationId: Id
  readonly n: number
}

const lookedAt = 20

/** D9: what stands in the way of recording it; not looked up, since the commit of what is captured says so. */
export function repeated(unit: Unit, resourceId: string | undefined): Earlier | undefined {
  if (resourceId === undefined || unit.reported({ kind: 'resource', key: resourceId }) === undefined) return undefined
  return earlierOf(unit, resourceId)
}

/** The communication of a resource id, in whichever conversation it came first. */
export function earlierOf(unit: Unit, resourceId: string): Earlier | undefined {
  for (const id of unit.holders({ kind: 'resource', key: resourceId }, lookedAt)) {
    if (!unit.state(noun, id)) continue
    const n = unit.keyed(id, { kind: 'resource', key: resourceId })
    if (n !== undefined) return { conversationId: id, n }
  }
  return undefined
}

/** Records what was said; where its resource id is used up, changes the earlier communication instead (D39). */
export function record(unit: Unit, conversationId: Id, words: Omit<Say, 'type' | 'captured'>): TrafficResult {
  const done = unit.run(noun, conversationId, { type: 'say', captured: true, ...words })
  if (isRefused(done)) return refusedIn(conversationId, done)
  const came = said(conversationId, done)
  if (!came) return { status: 'noted', conversationId }
  return { status: came.updated ? 'updated' : 'recorded', conversationId, communicationId: came.id }
}

/** Says it again where it was said. A closed conversation stays as it is (T4): then it is only noted that it is known. */
export function repeat(
  unit: Unit,
  { conversationId, n }: Earlier,
  words: Omit<Say, 'type' | 'captured'>,
): TrafficResult {
  const isClosed = unit.state(noun, conversationId)?.status === 'closed'
  return isClosed ? known(unit, { conversationId, n }, 'noted') : record(unit, conversationId, words)
}

/** The result that names a communication recorded earlier. */
export function known(unit: Unit, { conversationId, n }: Earlier, status: 'noted' | 'updated'): TrafficResult {
  const communication = whole(conversationId, unit.part(noun, conversationId, n))
  return { status, conversationId, ...(communication && { communicationId: communication.id }) }
}

export function refusedIn(conversationId: Id | undefined, { refusal }: Refused): TrafficResult {
  return { status: 'refused', refusal, ...(conversationId !== undefined && { conversationId }) }
}
