import { referenceClaim } from '#domain/session/finding.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Reference } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Unit } from '#engine/api.ts'

/** The session that a reference names; undefined: none, and none was. Refused with `closed` where that session was deleted. */
export function sessionNamed(unit: Unit, reference: Pick<Reference, 'key'> | undefined): Id | undefined | Refused {
  const holder = reference && unit.holder(referenceClaim(reference))
  if (holder === undefined || unit.state(noun, holder)) return holder
  return refuse('closed', 'This order was carried out, and its session has been deleted: use a new reference.', {
    field: 'reference',
  })
}
