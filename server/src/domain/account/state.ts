import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'

/** A tenant: everything else belongs to exactly one. Account aggregates themselves belong to the account `house`. */
export interface Account {
  readonly id: Id
  readonly name: string
  readonly clock: 'wall' | 'test'
  /** `AC` and 32 hex digits, made from the id; kept so that it can be found by. */
  readonly sid: string
  /** The secret callbacks are signed with, sealed with the server's key (base64url). */
  readonly sealedAuthToken: string
  readonly keys: readonly KeptKey[]
  /** Every scope that one of its keys has, once; absent: none has any. */
  readonly scopes?: readonly string[]
  readonly limits: Limits
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** A credential. Its secret is kept only as a SHA-256 hash (hex): it has 128 bits or more of chance, so no salt is needed. */
export interface Key {
  /** `SK` and 32 hex digits. */
  readonly sid: string
  readonly name: string
  readonly hash: string
  /** What it may do, in the words of the dialect it is for; absent: everything, in every dialect. */
  readonly scopes?: readonly string[]
  /** From then on it is worthless; absent: never. */
  readonly expiresAt?: Instant
  readonly createdAt: Instant
  readonly revokedAt: Instant | null
}

/** A credential in its account's head, which many of them share: its scopes by their places among those of the account. */
export interface KeptKey extends Omit<Key, 'scopes'> {
  readonly scopes?: readonly number[]
}

/** Whether a key is good at an instant of real time. */
export function isLiving({ revokedAt, expiresAt }: Pick<Key, 'revokedAt' | 'expiresAt'>, at: Instant): boolean {
  return revokedAt === null && (expiresAt === undefined || at < expiresAt)
}

export interface Limits {
  /** Requests a second; null: the server's own setting. */
  readonly requestsPerSecond: number | null
  /** Whether callbacks may go to loopback and private addresses. */
  readonly internalTargets: boolean
  /** Calls at once (slots of the dispatcher); null: the server's own setting. */
  readonly slots: number | null
  /** How many the account itself wishes for; absent: as many as it may. */
  readonly wantedSlots?: number
  /** Days after which sessions that have ended are deleted; null or absent: never. */
  readonly retentionDays?: number | null
}

/** How many calls hold at once: what the account wishes for, and never more than it is allowed. `usual`: the server's own setting. */
export function slotsOf(
  { slots, wantedSlots = Infinity }: Pick<Limits, 'slots' | 'wantedSlots'>,
  usual: number,
): number {
  return Math.min(slots ?? usual, wantedSlots)
}
