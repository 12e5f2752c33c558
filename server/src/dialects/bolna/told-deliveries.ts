import type { AgentDefinition } from '#domain/agent/state.ts'
import type { SessionEvent } from '#domain/session/events.ts'
import type { Session } from '#domain/session/state.ts'
import type { Recorded } from '#engine/api.ts'
import type { DeliveryRow } from '#engine/ports/delivery-store.ts'
import { deliveryId, tokenOf } from '#services/delivery/identity.ts'
import type { Services } from '#services/api.ts'
import { everyEvent, historyOf } from './history.ts'
import { stamp, stampOrNull } from './time.ts'
import type { ExecutionStatus } from './vocabulary.ts'
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
  { sessions, deliveries }: Pick<Services, 'sessions' | 'deliveries'>,
  { account, id }: Pick<Session, 'account' | 'id'>,
  { announce }: Pick<AgentDefinition, 'announce'>,
): Promise<readonly ToldDelivery[]> {
  if (announce?.dialect !== 'bolna') return []
  const { changes, amendments } = historyOf((await everyEvent(sessions, account, id)) ?? [])
  const told = changes
    .filter(({ status }) => status !== 'prepared')
    .map(({ recorded, status, sequence }) => ({ recorded, status, sequence }))
  const late = announce.amendments ? amendments : []
  const amended = late.map((recorded) => ({ recorded, status: 'completed' as const, sequence: changes.length }))
  const target = targetOf(announce.url)
  return Promise.all(
    [...told, ...amended]
      .filter(({ status }) => wants(announce, status))
      .map(async (one): Promise<ToldDelivery> => {
        const delivery = deliveryId(one.recorded.id, target)
        const row = await deliveries.get(account, delivery)
        return { ...one, id: delivery, target, url: announce.url, row }
      }),
  )
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
