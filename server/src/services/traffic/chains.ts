import type { TrafficEvent } from '../api.ts'
import type { Batch } from './batch.ts'
import { sidesOf } from './messages.ts'

/** Events that are decided and committed together, by their place in the request. */
export type Work = readonly number[]

const eventsAtMost = 64
const charactersAtMost = 1_000_000
/** Each call of a unit may lead to a few reactions, of which a unit takes 32. */
const callsAtMost = 5

interface Chain {
  items: number[]
  merged: Chain | undefined
}

/**
 * Sorts the events of a request into chains: those of one customer, one call or one message keep their order, whatever lies
 * between them; chains have nothing to do with each other. Each chain is cut into pieces that fit one transaction.
 */
export function chainsOf(events: readonly TrafficEvent[], batch: Batch): readonly (readonly Work[])[] {
  const byKey = new Map<string, Chain>()
  const all: Chain[] = []
  for (const [i, event] of events.entries()) {
    let chain: Chain | undefined
    for (const key of keysOf(event, batch)) {
      const known = byKey.get(key)
      const met: Chain | undefined = known && rootOf(known)
      if (!chain) chain = met
      else if (met && met !== chain) chain = merge(chain, met)
      if (chain) byKey.set(key, chain)
    }
    if (!chain) {
      chain = { items: [], merged: undefined }
      all.push(chain)
    }
    for (const key of keysOf(event, batch)) byKey.set(key, chain)
    chain.items.push(i)
  }
  return all
    .filter(({ merged }) => !merged)
    .map(({ items }) =>
      piecesOf(
        items.toSorted((a, b) => a - b),
        events,
      ),
    )
}

function keysOf(event: TrafficEvent, batch: Batch): readonly string[] {
  switch (event.type) {
    case 'message.received':
    case 'message.sent': {
      const { channel, address } = sidesOf(event).customer
      const customer = `a${batch.canonical(channel, address)}`
      return event.resourceId === undefined ? [customer] : [customer, `r${event.resourceId}`]
    }
    case 'delivery.updated':
      return [`r${event.resourceId}`]
    case 'stream.started':
      return [
        `c${event.callSid}`,
        `a${batch.canonical('VOICE', event.direction === 'inbound' ? event.from : event.to)}`,
      ]
    case 'utterance':
    case 'tts.fragment':
      return event.resourceId === undefined ? [`c${event.callSid}`] : [`c${event.callSid}`, `r${event.resourceId}`]
    case 'stream.ended':
      return [`c${event.callSid}`]
  }
}

function rootOf(chain: Chain): Chain {
  let root = chain
  while (root.merged) root = root.merged
  return root
}

function merge(one: Chain, other: Chain): Chain {
  const [into, from] = one.items.length < other.items.length ? [other, one] : [one, other]
  into.items.push(...from.items)
  from.items = []
  from.merged = into
  return into
}

/** A resource id comes once in a piece: what a piece records cannot be looked up within it. */
function piecesOf(items: readonly number[], events: readonly TrafficEvent[]): readonly Work[] {
  const pieces: number[][] = []
  let piece: number[] = []
  let characters = 0
  const calls = new Set<string>()
  const resources = new Set<string>()
  for (const i of items) {
    const event = events[i]
    if (!event) continue
    const resource = 'resourceId' in event ? event.resourceId : undefined
    const call = 'callSid' in event ? event.callSid : undefined
    const size = 'text' in event ? event.text.length : 0
    const isFull =
      piece.length >= eventsAtMost ||
      (piece.length > 0 && characters + size > charactersAtMost) ||
      (call !== undefined && !calls.has(call) && calls.size >= callsAtMost) ||
      (resource !== undefined && resources.has(resource))
    if (isFull) {
      pieces.push(piece)
      piece = []
      characters = 0
      calls.clear()
      resources.clear()
    }
    piece.push(i)
    characters += size
    if (call !== undefined) calls.add(call)
    if (resource !== undefined) resources.add(resource)
  }
  if (piece.length > 0) pieces.push(piece)
  return pieces
}
