import { defaultClaim } from '#domain/configuration/claims.ts'
import { configuration as noun } from '#domain/configuration/configuration.ts'
import type { ChannelRules, Configuration, ConfigurationDocument } from '#domain/configuration/state.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Unit } from '#engine/api.ts'

/**
 * The configuration that what sessions say is grouped and timed by when none is named (lifecycle section 4): made with the
 * account, or now if the account is older than that or has deleted it.
 */
export function defaultConfiguration(unit: Unit): Configuration | Refused {
  const holder = unit.holder(defaultClaim)
  const present = holder === undefined ? undefined : unit.state(noun, holder)
  if (present) return present
  const document = { ...documentOfDefault, memoryStoreId: `mem_store_${unit.id()}` }
  const done = unit.run(noun, unit.id(), { type: 'create', document, isDefault: true })
  return isRefused(done) ? done : done.state
}

/** Minutes. Nothing is captured by it: only sessions use it. */
const written: ChannelRules = { timeouts: { inactive: 60, closed: 24 * 60 }, capture: [] }

/** A week without mail ends a session; a reply that comes later finds its conversation for another. */
const mailed: ChannelRules = { timeouts: { inactive: 24 * 60, closed: 14 * 24 * 60 }, capture: [] }

const documentOfDefault: Omit<ConfigurationDocument, 'memoryStoreId'> = {
  displayName: 'Default',
  description: 'For calls and chats that name no configuration of their own.',
  grouping: 'addresses',
  channels: {
    VOICE: { timeouts: null, capture: [] },
    SMS: written,
    RCS: written,
    WHATSAPP: written,
    CHAT: written,
    EMAIL: mailed,
  },
  callbacks: [],
  intelligence: [],
  memoryExtraction: false,
  bridgeService: null,
  // A call in which nobody speaks gives its conversation no clock (T24): without this, three years would end it.
  closeSilentAfterMinutes: 24 * 60,
}
