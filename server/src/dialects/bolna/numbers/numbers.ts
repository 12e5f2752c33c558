import type { PhoneNumber } from '#domain/number/state.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import { ago } from '../batches/batches.ts'
import { hexOf, uuidOf } from '../ids.ts'
import { stamp } from '../time.ts'
import { providerOf } from '../vocabulary.ts'

/** A telephone number as it is read (3.11). Typed clients take no null here: what there is not is an empty string. */
export function shownNumber(number: PhoneNumber, now: Instant) {
  const { id, createdAt, updatedAt, agentId, hosted, route } = number
  return {
    id: hexOf(id),
    humanized_created_at: ago(now - createdAt),
    created_at: stamp(createdAt),
    humanized_updated_at: ago(now - updatedAt),
    updated_at: stamp(updatedAt),
    renewal_at: '',
    phone_number: number.number,
    agent_id: agentId === null ? '' : uuidOf(agentId),
    price: '$0.0',
    telephony_provider: providerOf(route),
    rented: hosted,
  }
}
