import type { Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'

/** Somebody who works for one account or several. Persons belong to the account `house`. */
export interface Person {
  readonly id: Id
  readonly name: string
  readonly status: 'live' | 'erasing'
  readonly tokens: readonly PersonToken[]
  readonly memberships: readonly Membership[]
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** A credential of the person's. Its secret is kept only as a SHA-256 hash (hex): it has 128 bits of chance, so no salt is needed. */
export interface PersonToken {
  /** 32 hex digits. */
  readonly id: string
  readonly name: string
  readonly hash: string
  /** From then on it is worthless, in real time; absent: never. */
  readonly expiresAt?: Instant
  readonly createdAt: Instant
  readonly revokedAt: Instant | null
}

export const roles = ['admin', 'viewer'] as const
export type Role = (typeof roles)[number]

/** What the person is in one account. */
export interface Membership {
  readonly account: Id
  readonly role: Role
  readonly since: Instant
}

/** Whether a token is good at an instant of real time. */
export function isGood({ revokedAt, expiresAt }: Pick<PersonToken, 'revokedAt' | 'expiresAt'>, at: Instant): boolean {
  return revokedAt === null && (expiresAt === undefined || at < expiresAt)
}
