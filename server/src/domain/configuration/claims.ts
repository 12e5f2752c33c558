import type { Claim } from '../noun.ts'
import type { Configuration, ConfigurationDocument } from './state.ts'

/** D35: a classic chat service is bridged to one configuration at a time. */
export function bridgeClaim(document: ConfigurationDocument): Claim | undefined {
  const service = document.bridgeService
  return service === null ? undefined : { kind: 'bridge', route: service, key: service }
}

/** Held by the account's default configuration for as long as it lives. */
export const defaultClaim: Claim = { kind: 'default_configuration', route: '', key: 'default' }

/** What only this configuration may hold now. */
export function claims({ status, document, isDefault }: Configuration): readonly Claim[] {
  if (status !== 'live') return []
  const bridge = bridgeClaim(document)
  return [...(bridge ? [bridge] : []), ...(isDefault ? [defaultClaim] : [])]
}
