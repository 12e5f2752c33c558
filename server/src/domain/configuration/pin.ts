import type { ConfigurationPin, Timeouts } from '../conversation/state.ts'
import type { Channel } from '../vocabulary/channel.ts'
import { minuteMs } from '../vocabulary/instant.ts'
import type { ChannelRules, Configuration } from './state.ts'

/** What a conversation made now takes along from its configuration: the version, and what its clocks and grouping need. */
export function pinOf({ id, version, document }: Pick<Configuration, 'id' | 'version' | 'document'>): ConfigurationPin {
  const { grouping, channels, closeSilentAfterMinutes: silent } = document
  const rules = Object.entries(channels) as [Channel, ChannelRules][]
  const timeouts: Timeouts = Object.fromEntries(rules.map(([channel, { timeouts }]) => [channel, inMs(timeouts)]))
  return { id, version, grouping, timeouts, ...(silent !== undefined && { closeSilentMs: silent * minuteMs }) }
}

/** T15: minutes. Nothing in it is the same as null (D71). */
function inMs(timeouts: ChannelRules['timeouts']): Timeouts[Channel] | null {
  const { inactive, closed } = timeouts ?? {}
  if (inactive === undefined && closed === undefined) return null
  return {
    ...(inactive !== undefined && { inactiveMs: inactive * minuteMs }),
    ...(closed !== undefined && { closedMs: closed * minuteMs }),
  }
}
