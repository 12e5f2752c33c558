import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { DeliveryRow } from '#engine/ports/delivery-store.ts'
import type { Frozen } from '../ports.ts'
import type { Delivery } from './model.ts'

/** What is frozen, and since when it fails: a restart must not begin holding back anew. */
type Stored = Frozen & { readonly firstFailedAt?: Instant }

/** The row of a delivery as it stands. `now` is the wall clock, `steadyNow` the clock of its other times. */
export function rowOf(
  delivery: Delivery,
  state: DeliveryRow['state'],
  now: Instant,
  steadyNow: Milliseconds,
): DeliveryRow {
  const { id, account, target, event, eventType, seq, aggregate, frozen, tries, createdAt } = delivery
  return {
    id,
    account,
    target,
    url: frozen.url,
    event,
    eventType,
    seq,
    aggregate,
    state,
    tries,
    nextAt: state === 'parked' ? delivery.nextAt : null,
    createdAt,
    updatedAt: now,
    lastStatus: delivery.lastStatus,
    lastError: delivery.lastError,
    // What was delivered needs no body: it can be told again from the log.
    frozenJson: state === 'delivered' ? null : frozenJson(delivery, now, steadyNow),
  }
}

function frozenJson({ frozen, failedAt }: Delivery, now: Instant, steadyNow: Milliseconds): string {
  const stored: Stored = failedAt === undefined ? frozen : { ...frozen, firstFailedAt: now - (steadyNow - failedAt) }
  return JSON.stringify(stored)
}

/** What a row has frozen, if it has. */
export function storedOf(row: DeliveryRow): Stored | undefined {
  return row.frozenJson === null ? undefined : (JSON.parse(row.frozenJson) as Stored)
}

/** The row as it is to be sent as soon as possible, with the whole schedule before it. */
export function replayed(row: DeliveryRow, frozen: Frozen, now: Instant): DeliveryRow {
  const { firstFailedAt: _, ...fresh }: Stored = frozen
  return { ...row, state: 'parked', tries: 0, nextAt: now, updatedAt: now, frozenJson: JSON.stringify(fresh) }
}
