import type { Claim, Facets, Handle, Key, ListShape } from '../noun.ts'
import { canonicalAddress } from '../vocabulary/address.ts'
import { onlyAgeEnds } from './clocks.ts'
import { resourceKey } from './delivery.ts'
import type { CommunicationCreated, ConversationEvent } from './events.ts'
import { claimOf } from './grouping.ts'
import { isOpen } from './matching.ts'
import type { Conversation } from './state.ts'

/** The grouping key, as long as the conversation is open (T9). */
export function claims(conversation: Conversation): readonly Claim[] {
  return conversation.key !== null && isOpen(conversation) ? [claimOf(conversation.key)] : []
}

/**
 * While it is open, every canonical address that takes part (kind `address`), and the configuration it uses (kind
 * `configuration`, D34); always, the channel's own ids that its participants' addresses carry (kind `channel`).
 */
export function handles(conversation: Conversation): readonly Handle[] {
  if (conversation.status === 'erasing') return []
  const open = isOpen(conversation)
  const keys = new Map<string, Handle>()
  for (const { addresses } of conversation.participants) {
    for (const { channel, address, channelId } of addresses) {
      if (open) add(keys, { kind: 'address', key: canonicalAddress(channel, address) })
      if (channelId !== undefined) add(keys, { kind: 'channel', key: channelId })
    }
  }
  if (open) add(keys, { kind: 'configuration', key: conversation.configuration.id })
  return [...keys.values()]
}

/**
 * For ever: a resource id is used up, and finds its conversation (kind `resource`), as the channel's own ids do, the call of
 * a stream included (kind `channel`, D44); and a grouping key finds those that held it (kind `grouping`, X21).
 */
export function keys(event: ConversationEvent): readonly Key[] {
  switch (event.type) {
    case 'communication.created':
      return keysOfCommunication(event)
    case 'stream.attached':
      return [{ use: 'find', kind: 'channel', key: event.callSid }]
    case 'participant.added':
    case 'participant.updated':
    case 'participant.removed':
      return event.key ? [{ use: 'find', kind: 'grouping', key: event.key }] : []
    case 'conversation.created':
    case 'communication.updated':
    case 'stream.ended':
    case 'session.attached':
    case 'session.detached':
    case 'conversation.moved':
    case 'conversation.described':
    case 'conversation.callbacks_changed':
    case 'late.refused':
    case 'conversation.erased':
      return []
  }
}

/** The values its lists sort and filter by; a message on an active conversation changes none but `stuck`, once. */
export function facets(conversation: Conversation): Facets {
  const { status, createdAt, configuration } = conversation
  const stuck = isOpen(conversation) && onlyAgeEnds(conversation) ? true : undefined
  return { status, createdAt, configurationId: configuration.id, stuck }
}

/** `stuck`: what nothing but the three-year limit will end (T21, T24). */
export const lists: Readonly<Record<'by_status' | 'stuck', ListShape>> = {
  by_status: { equal: 'status', sort: 'createdAt' },
  stuck: { equal: 'stuck', sort: 'createdAt' },
}

/** A call's words do not repeat the key that its stream left. */
function keysOfCommunication({ communication, stream, captured }: CommunicationCreated): readonly Key[] {
  const { channelId, resourceId } = communication
  const found: Key[] = []
  if (resourceId !== null) {
    const find: Key = { use: 'find', kind: 'resource', key: resourceId }
    found.push(resourceKey(resourceId), captured ? { ...find, alone: true } : find)
  }
  if (channelId !== null && channelId !== stream && channelId !== resourceId) {
    found.push({ use: 'find', kind: 'channel', key: channelId })
  }
  return found
}

function add(keys: Map<string, Handle>, handle: Handle): void {
  keys.set(`${handle.kind} ${handle.key}`, handle)
}
