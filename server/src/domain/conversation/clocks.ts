import type { Channel } from '../vocabulary/channel.ts'
import type { Instant } from '../vocabulary/instant.ts'
import type { Conversation } from './state.ts'

/** What the arithmetic reads; instants are whole milliseconds, `never` is later than all of them. */
export type Clocked = Pick<
  Conversation,
  'configuration' | 'createdAt' | 'endsBy' | 'last' | 'voice' | 'firedInactive' | 'status'
>

const never: Instant = Infinity

/** The channels in use: those whose clock has started (T20, T26). */
export function activeChannels(conversation: Pick<Clocked, 'last'>): readonly Channel[] {
  return Object.keys(conversation.last) as Channel[]
}

/** When the channel's clock started last; never while nothing was said on it (T12, T13, T18, T27). */
function lastOn(conversation: Pick<Clocked, 'last'>, channel: Channel): Instant {
  return conversation.last[channel] ?? never
}

/** Whether VOICE closes with its stream: the configuration names it, without timeouts (T22, D11, D71). */
function closesWithStream(conversation: Pick<Clocked, 'configuration'>): boolean {
  const timeouts = conversation.configuration.timeouts.VOICE
  return (
    timeouts === null ||
    (timeouts !== undefined && timeouts.closedMs === undefined && timeouts.inactiveMs === undefined)
  )
}

/** When the channel no longer holds the conversation open (T13, T22, T24, D23, D25). */
export function closeAt(conversation: Clocked, channel: Channel): Instant {
  const closedMs = conversation.configuration.timeouts[channel]?.closedMs
  if (closedMs !== undefined) return lastOn(conversation, channel) + closedMs
  if (channel !== 'VOICE' || !closesWithStream(conversation)) return never
  return speaking(conversation) ? never : (conversation.voice.doneAt ?? never)
}

/** When the channel no longer holds the conversation active (T12, D22). */
export function idleAt(conversation: Clocked, channel: Channel): Instant {
  const timeouts = conversation.configuration.timeouts[channel]
  const inactiveMs = timeouts?.inactiveMs
  if (inactiveMs === undefined || inactiveMs >= (timeouts?.closedMs ?? never)) return closeAt(conversation, channel)
  return lastOn(conversation, channel) + inactiveMs
}

/** When every channel in use is idle; never without one (T20, T25). */
export function inactiveDue(conversation: Clocked): Instant {
  return latest(conversation, idleAt)
}

/** When the conversation closes by itself: every channel in use is over (T26), or it is three years old (T17, D13). */
export function closedDue(conversation: Clocked): Instant {
  return Math.min(latest(conversation, closeAt), silentDue(conversation), conversation.endsBy)
}

/** X1: when a conversation in which nothing was said closes, where its configuration asks for that. */
export function silentDue(conversation: Clocked): Instant {
  const { closeSilentMs } = conversation.configuration
  return closeSilentMs === undefined || isSpokenIn(conversation) ? never : conversation.createdAt + closeSilentMs
}

/** Whether the inactive due time is still to come: it fires once, and not where the closed one is as early (D21, D22). */
export function inactivePending(conversation: Clocked): boolean {
  if (conversation.status !== 'active') return false
  const due = inactiveDue(conversation)
  return due < closedDue(conversation) && due !== conversation.firedInactive
}

/** Whether nothing but its age will end it as things stand (T24): no clock runs, or a channel in use has no end. */
export function onlyAgeEnds(conversation: Clocked): boolean {
  if (!isSpokenIn(conversation)) return conversation.configuration.closeSilentMs === undefined
  return activeChannels(conversation).some(
    (channel) =>
      closeAt(conversation, channel) === never &&
      !(channel === 'VOICE' && closesWithStream(conversation) && speaking(conversation)),
  )
}

/** Whether a stream that carried a communication is open. */
function speaking(conversation: Pick<Clocked, 'voice'>): boolean {
  return conversation.voice.open.some((stream) => stream.spoken)
}

function isSpokenIn(conversation: Pick<Clocked, 'last'>): boolean {
  for (const _channel in conversation.last) return true
  return false
}

function latest(conversation: Clocked, at: (conversation: Clocked, channel: Channel) => Instant): Instant {
  let found = -1
  for (const channel in conversation.last) found = Math.max(found, at(conversation, channel as Channel))
  return found < 0 ? never : found
}
