import { callerHandle } from '#domain/session/finding.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Unit } from '#engine/api.ts'

/** Whether a caller has made as many calls to an agent by one of our numbers as it may; those under way count. */
export function hasCalledEnough(
  unit: Pick<Unit, 'holders'>,
  caller: { readonly agent: Id; readonly own: string; readonly user: string },
  most: number,
): boolean {
  return most === 0 || unit.holders(callerHandle(caller), most).length >= most
}
