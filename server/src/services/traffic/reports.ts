import { conversation as noun } from '#domain/conversation/conversation.ts'
import { isRefused, refuse } from '#domain/vocabulary/refusal.ts'
import type { TrafficEvent, TrafficResult } from '../api.ts'
import type { Run } from './batch.ts'
import { earlierOf, known, refusedIn } from './record.ts'

export type Report = Extract<TrafficEvent, { type: 'delivery.updated' }>

/** What became of a message on its way to its recipients; also after its conversation has closed (D3). */
export function takeReport({ unit }: Run, { resourceId, to, status }: Report): TrafficResult {
  const earlier = earlierOf(unit, resourceId)
  if (!earlier)
    return refusedIn(
      undefined,
      refuse('not_found', 'No message with this resourceId is known: send message.sent first.', {
        field: 'resourceId',
      }),
    )
  const { conversationId, n } = earlier
  const command = { type: 'report_delivery' as const, n, resourceId, status, ...(to !== undefined && { to }) }
  const done = unit.run(noun, conversationId, command)
  return isRefused(done) ? refusedIn(conversationId, done) : known(unit, earlier, 'updated')
}
