import type { TrafficEvent } from '../api.ts'
import type { Batch } from './batch.ts'
import { sidesOf } from './messages.ts'

/** Events that are decided and committed together, by their place in the request. */
export type Work = readonly number[]

const eventsAtMost = 64
const charactersAtMost = 1_000_000
/** A unit that leads to more breaks: conversations hear of their streams by reactions. */
const reactionsAtMost = 32
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
    const keys = keysOf(event, batch)
    for (const key of keys) {
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
    for (const key of keys) byKey.set(key, chain)
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
      return [customer, ...resourcesOf(event).map((resource) => `r${resource}`)]
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

interface Piece {
  readonly items: number[]
  characters: number
  reactions: number
  readonly calls: Set<string>
  /** Calls whose further words stay where their last ones went. */
  readonly settled: Set<string>
  readonly resources: Set<string>
}

function piecesOf(items: readonly number[], events: readonly TrafficEvent[]): readonly Work[] {
  const pieces: Piece[] = []
  let piece: Piece | undefined
  for (const i of items) {
    const event = events[i]
    if (!event) continue
    if (!piece || !hasRoom(piece, event)) {
      piece = {
        items: [],
        characters: 0,
        reactions: 0,
        calls: new Set(),
        settled: new Set(),
        resources: new Set(),
      }
      pieces.push(piece)
    }
    put(piece, i, event)
  }
  return pieces.map((one) => one.items)
}

/** A resource id comes once in a piece: what a piece records cannot be looked up within it. */
function hasRoom(piece: Piece, event: TrafficEvent): boolean {
  const { items, calls, resources } = piece
  const call = 'callSid' in event ? event.callSid : undefined
  return (
    items.length < eventsAtMost &&
    piece.characters + sizeOf(event) <= charactersAtMost &&
    piece.reactions + reactionsOf(piece, event) <= reactionsAtMost &&
    (call === undefined || calls.has(call) || calls.size < callsAtMost) &&
    resourcesOf(event).every((resource) => !resources.has(resource))
  )
}

function put(piece: Piece, i: number, event: TrafficEvent): void {
  piece.reactions += reactionsOf(piece, event)
  piece.characters += sizeOf(event)
  piece.items.push(i)
  for (const resource of resourcesOf(event)) piece.resources.add(resource)
  if (!('callSid' in event)) return
  piece.calls.add(event.callSid)
  // A stream that starts or ends may close or open what others speak in.
  if (event.type === 'stream.started' || event.type === 'stream.ended') piece.settled.clear()
  else piece.settled.add(event.callSid)
}

/** What it uses up for good: its resource id, and the Message-ID of a mail. */
function resourcesOf(event: TrafficEvent): readonly string[] {
  const resource = 'resourceId' in event ? event.resourceId : undefined
  const message = 'messageId' in event ? event.messageId : undefined
  return [resource, message].filter((one) => one !== undefined)
}

function sizeOf(event: TrafficEvent): number {
  return 'text' in event ? event.text.length : 0
}

/**
 * How many reactions it may lead to, at the most: a call that goes from one conversation into another is told to both, and
 * one more for a stream that turns out to have been over when it is first looked at (D16).
 */
function reactionsOf({ calls, settled }: Piece, event: TrafficEvent): number {
  // The first mail of a session in another conversation is told to both.
  if ('inReplyTo' in event || 'references' in event) return 2
  if (!('callSid' in event)) return 0
  const isWords = event.type !== 'stream.started' && event.type !== 'stream.ended'
  const moves = isWords && settled.has(event.callSid) ? 0 : 2
  return calls.has(event.callSid) ? moves : moves + 1
}
