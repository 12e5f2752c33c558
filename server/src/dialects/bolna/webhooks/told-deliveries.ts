import type { AgentDefinition, Announcing } from '#domain/agent/state.ts'
import type { SessionEvent } from '#domain/session/events.ts'
import type { Session } from '#domain/session/state.ts'
import type { Recorded } from '#engine/api.ts'
import type { DeliveryRow } from '#engine/ports/delivery-store.ts'
import { deliveryId, tokenOf } from '#services/delivery/identity.ts'
import type { Services } from '#services/api.ts'
import { everyEvent, historyOf } from '../executions/history.ts'
import { receiversOf } from './receivers.ts'
import { isAmendment } from './telling.ts'
import { stamp, stampOrNull } from '../time.ts'
import type { ExecutionStatus } from '../vocabulary.ts'
import { targetOf, wants } from './webhooks.ts'

/** One webhook of an execution: which change it tells of, and what has become of it. */
export interface ToldDelivery {
  readonly id: string
  readonly recorded: Recorded<SessionEvent>
  readonly status: ExecutionStatus
  readonly sequence: number
  readonly target: string
  readonly url: string
  readonly row: DeliveryRow | undefined
}

/** Every webhook of an execution that its agent's receiver was to be told, oldest first. */
export async function toldDeliveries(
  { sessions, deliveries, agents }: Pick<Services, 'sessions' | 'deliveries' | 'agents'>,
  session: Pick<Session, 'account' | 'id' | 'agent'>,
  definition: AgentDefinition,
): Promise<readonly ToldDelivery[]> {
  const { account, id } = session
  const { present, urls } = await receiversOf({ agents }, session, definition)
  if (urls.size === 0) return []
  const { changes, amendments } = historyOf((await everyEvent(sessions, account, id)) ?? [])
  const told = changes
    .filter(({ status }) => status !== 'prepared')
    .map(({ recorded, status, sequence }) => ({ recorded, status, sequence }))
  const amended = amendments.map((recorded) => ({ recorded, status: 'completed' as const, sequence: changes.length }))
  const found = await Promise.all(
    [...told, ...amended].map(async (one): Promise<readonly ToldDelivery[]> => {
      const all = [...urls].map(async ([target, url]) => {
        const delivery = deliveryId(one.recorded.id, target)
        return { ...one, id: delivery, target, url, row: await deliveries.get(account, delivery) }
      })
      const known = (await Promise.all(all)).filter(({ row }) => row !== undefined)
      return known.length > 0 ? known : unknownOf(one, present)
    }),
  )
  return found.flat()
}

/** One without a row: on its way to where webhooks go now, or told so long ago that it is forgotten. */
function unknownOf(
  one: Pick<ToldDelivery, 'recorded' | 'status' | 'sequence'>,
  present: Announcing | undefined,
): readonly ToldDelivery[] {
  if (!present || !wants(present, one.status)) return []
  if (isAmendment(one.recorded) && !present.amendments) return []
  const target = targetOf(present.url)
  return [{ ...one, id: deliveryId(one.recorded.id, target), target, url: present.url, row: undefined }]
}

/** A webhook as the log shows it. What was delivered is forgotten after a while; what failed is not. */
export function shownDelivery({ id, recorded, status, sequence, target, url, row }: ToldDelivery) {
  return {
    delivery_id: id,
    webhook_id: tokenOf(recorded.id, target),
    status,
    sequence,
    at: stamp(recorded.event.at),
    url,
    state: row === undefined ? 'unknown' : stateWords[row.state],
    attempts: row?.tries ?? null,
    last_status: row?.lastStatus ?? null,
    last_error: row?.lastError ?? null,
    next_attempt_at: stampOrNull(row?.nextAt),
    updated_at: stampOrNull(row?.updatedAt),
  }
}

/** `unknown` beside these: on its way for the first time, or delivered so long ago that it is forgotten. */
const stateWords = { delivered: 'delivered', parked: 'retrying', dead: 'failed' } as const
