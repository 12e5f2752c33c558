import type { Claim, Handle } from '../noun.ts'
import type { Id } from '../vocabulary/id.ts'
import type { PhoneNumber } from './state.ts'

/** A number is held by one live number of the account. */
export function numberClaim(e164: string): Claim {
  return { kind: 'number', route: '', key: e164 }
}

/** One number of the account is its default. */
export const defaultNumberClaim: Claim = { kind: 'default_number', route: '', key: 'default' }

/** What the numbers that an agent answers are found by. */
export function agentHandle(agentId: Id): Handle {
  return { kind: 'agent_number', key: agentId }
}

/** What only this number may hold now. */
export function claims({ status, number, isDefault }: PhoneNumber): readonly Claim[] {
  if (status !== 'live') return []
  return isDefault ? [numberClaim(number), defaultNumberClaim] : [numberClaim(number)]
}
