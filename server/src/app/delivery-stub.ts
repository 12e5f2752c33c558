import { refuse } from '#domain/vocabulary/refusal.ts'
import type { Deliveries } from '#services/api.ts'
import type { Announcer } from '#services/ports.ts'

export function createDelivery(_: object) {
  const deliveries: Deliveries = {
    list: async () => ({ items: [] }),
    get: async () => undefined,
    replay: async () => refuse('unavailable', 'Deliveries are not there yet.'),
  }
  return { deliveries, async start(_announcers: readonly Announcer[]) {}, async stop() {} }
}
