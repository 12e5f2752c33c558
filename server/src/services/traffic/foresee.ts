import type { Claim, Handle } from '#domain/noun.ts'
import type { TrafficEvent } from '../api.ts'
import type { Run } from './batch.ts'
import type { Work } from './chains.ts'
import { sidesOf } from './messages.ts'

/** Names beforehand what a piece of work is going to look up, so that it is loaded at once and not event by event. */
export function foresee({ unit, batch }: Run, piece: Work, events: readonly TrafficEvent[]): void {
  if (!unit.expect) return
  const handles: Handle[] = []
  const claims: Claim[] = []
  const calls = new Set<string>()
  for (const i of piece) {
    const event = events[i]
    if (!event) continue
    if ('resourceId' in event && event.resourceId !== undefined)
      handles.push({ kind: 'channel', key: event.resourceId })
    if ('callSid' in event) calls.add(event.callSid)
    const claim = 'channel' in event ? batch.capture(event, sidesOf(event))?.claim : undefined
    if (claim && claims.at(-1) !== claim) claims.push(claim)
  }
  for (const key of calls) handles.push({ kind: 'call', key })
  // Most often the key's holder is in memory, and then nothing at all has to be loaded.
  if (handles.length > 0) unit.expect({ handles, claims })
}
