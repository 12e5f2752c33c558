import type { DeliveryRow } from '#engine/ports/delivery-store.ts'
import type { AnswerRow, EffectRow, EventRow, HeadRow } from '#engine/ports/rows.ts'
import { encodeId, type Id } from '#domain/vocabulary/id.ts'

/** Rows as SQLite gives them, and how they become the port's. */

export interface HeadColumns {
  readonly kind: string
  readonly account: string
  readonly ref: number
  readonly shape: number
  readonly at: number
  readonly due: number | null
  readonly erasing: number
  readonly state: string
}

export function decodeHead(
  aggregate: Id,
  { kind, account, ref, shape, at, due, erasing, state }: HeadColumns,
): HeadRow {
  return { noun: kind, aggregate, account, version: ref, shape, at, due, erasing: erasing === 1, stateJson: state }
}

export interface EventColumns {
  readonly seq: number
  readonly account: string
  readonly noun: string
  readonly aggregate: Uint8Array
  readonly n: number
  readonly recorded_at: number
  readonly request: string | null
  readonly event: string
}

export function decodeEvent(row: EventColumns, aggregate: Id = encodeId(row.aggregate)): EventRow {
  const { seq, account, noun, n, recorded_at: recordedAt, request, event: eventJson } = row
  return { seq, account, noun, aggregate, n, recordedAt, request, eventJson }
}

export interface AnswerColumns {
  readonly scope: string
  readonly key: string
  readonly fingerprint: string
  readonly status: number
  readonly headers: string
  readonly body: string
  readonly at: number
}

export function decodeAnswer({ scope, key, fingerprint, status, headers, body, at }: AnswerColumns): AnswerRow {
  return { scope, key, fingerprint, status, headersJson: headers, body, at }
}

export interface EffectColumns extends Omit<EffectRow, 'aggregate' | 'payloadJson' | 'nextAt'> {
  readonly aggregate: Uint8Array
  readonly payload: string
  readonly next_at: number
}

export function decodeEffect(row: EffectColumns): EffectRow {
  const { id, account, noun, kind, mode, key, state, tries, error } = row
  const aggregate = encodeId(row.aggregate)
  return {
    id,
    account,
    noun,
    aggregate,
    kind,
    mode,
    key,
    payloadJson: row.payload,
    state,
    tries,
    nextAt: row.next_at,
    error,
  }
}

export interface DeliveryColumns {
  readonly id: string
  readonly account: string
  readonly target: string
  readonly url: string
  readonly event: string
  readonly event_type: string
  readonly seq: number
  readonly aggregate: Uint8Array
  readonly state: DeliveryRow['state']
  readonly tries: number
  readonly next_at: number | null
  readonly created_at: number
  readonly updated_at: number
  readonly last_status: number | null
  readonly last_error: string | null
  readonly frozen: string | null
}

export function decodeDelivery(row: DeliveryColumns): DeliveryRow {
  const { id, account, target, url, event, seq, state, tries } = row
  return {
    id,
    account,
    target,
    url,
    event,
    eventType: row.event_type,
    seq,
    aggregate: encodeId(row.aggregate),
    state,
    tries,
    nextAt: row.next_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastStatus: row.last_status,
    lastError: row.last_error,
    frozenJson: row.frozen,
  }
}
