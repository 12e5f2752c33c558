import type { CaptureRule, Configuration } from '#domain/configuration/state.ts'
import type { Grouping } from '#domain/conversation/state.ts'
import { canonicalAddress } from '#domain/vocabulary/address.ts'
import type { Channel } from '#domain/vocabulary/channel.ts'
import type { Id } from '#domain/vocabulary/id.ts'

/** Traffic as capture rules see it. `callType` only on VOICE. */
export interface Passing {
  readonly channel: Channel
  readonly from: string
  readonly to: string
  readonly callType?: string
}

/** The configuration that captures it. */
export interface Captured {
  readonly configurationId: Id
  readonly grouping: Grouping
}

/** The rules of an account's live configurations, ready to be asked. */
export interface Rulebook {
  match(passing: Passing): Captured | undefined
}

interface Entry extends Captured {
  readonly rule: CaptureRule
  readonly createdAt: number
}

const any = '*'
const noEntries: readonly Entry[] = []

/**
 * Compiles the rules for asking: a lookup for each form a rule can have, most specific first (exact + exact, exact `to`,
 * exact `from`, wildcards), so that asking costs the same however many rules there are (D33).
 */
export function rulebookOf(configurations: readonly Configuration[]): Rulebook {
  const entries = new Map<string, Entry[]>()
  for (const { id, createdAt, document } of configurations) {
    for (const [channel, { capture }] of Object.entries(document.channels) as [
      Channel,
      { capture: readonly CaptureRule[] },
    ][]) {
      for (const rule of capture) {
        const place = name(channel, canonical(channel, rule.from), canonical(channel, rule.to))
        const entry = { configurationId: id, grouping: document.grouping, rule, createdAt }
        const others = entries.get(place)
        if (others) others.push(entry)
        else entries.set(place, [entry])
      }
    }
  }
  for (const list of entries.values()) list.sort(precedence)

  return {
    match: (passing) => {
      const { channel } = passing
      const from = canonicalAddress(channel, passing.from)
      const to = canonicalAddress(channel, passing.to)
      const places = [
        name(channel, from, to),
        name(channel, any, to),
        name(channel, from, any),
        name(channel, any, any),
      ]
      for (const place of places) {
        const entry = (entries.get(place) ?? noEntries).find(({ rule }) => admits(channel, rule, passing))
        if (entry) return { configurationId: entry.configurationId, grouping: entry.grouping }
      }
      return undefined
    },
  }
}

/** Among equally exact rules: with metadata before without, then the oldest configuration. */
function precedence(a: Entry, b: Entry): number {
  return (
    Number(hasMetadata(b.rule)) - Number(hasMetadata(a.rule)) ||
    a.createdAt - b.createdAt ||
    (a.configurationId < b.configurationId ? -1 : 1)
  )
}

function hasMetadata({ metadata }: CaptureRule): boolean {
  return metadata !== undefined && Object.keys(metadata).length > 0
}

/** VOICE without a call type means PSTN; a rule for one chat service takes nothing from others, and ours has no such name. */
function admits(channel: Channel, { metadata = {} }: CaptureRule, passing: Passing): boolean {
  if (channel === 'CHAT') return metadata['chatService'] === undefined
  if (channel !== 'VOICE') return true
  const wanted = callType(metadata['callType'])
  return wanted === any || wanted === callType(passing.callType)
}

/** D55: two names of the same. */
function callType(given: string | undefined): string {
  return given === undefined ? 'PSTN' : given === 'SIP' ? 'PUBLIC_SIP' : given
}

function canonical(channel: Channel, pattern: string): string {
  return pattern === any ? any : canonicalAddress(channel, pattern)
}

function name(channel: Channel, from: string, to: string): string {
  return `${channel}\n${from}\n${to}`
}
