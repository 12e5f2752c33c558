import type { Claim } from '../noun.ts'
import type { ConfigurationDocument } from './state.ts'

/** D35: a classic chat service is bridged to one configuration at a time. */
export function bridgeClaim(document: ConfigurationDocument): Claim | undefined {
  const service = document.bridgeService
  return service === null ? undefined : { kind: 'bridge', route: service, key: service }
}
