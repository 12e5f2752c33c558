import type { Context, Deadline, Decision } from '../noun.ts'
import type { Channel } from '../vocabulary/channel.ts'
import { minuteMs, type Instant, type Milliseconds } from '../vocabulary/instant.ts'
import {
  activeChannels,
  closeAt,
  closedDue,
  idleAt,
  inactiveDue,
  inactivePending,
  silentDue,
  type Clocked,
} from './clocks.ts'
import type { ConversationCommand, Lapse } from './commands.ts'
import type { ConversationEvent } from './events.ts'
import { move } from './moves.ts'
import type { Conversation } from './state.ts'

/** The next change of status that time alone brings, or never (T6, T16, T17). */
export function deadline(conversation: Conversation): Deadline<ConversationCommand> | undefined {
  if (conversation.status === 'closed' || conversation.status === 'erasing') return undefined
  if (inactivePending(conversation)) {
    const at = inactiveDue(conversation)
    return lapse('inactive', at, becauseIdle(conversation, at))
  }
  const at = closedDue(conversation)
  return lapse('closed', at, becauseOver(conversation, at))
}

/** The deadline's own command: nothing happens unless it is what is due now. */
export function decideLapse(
  conversation: Conversation,
  { to }: Lapse,
  { now, by }: Context<ConversationEvent>,
): Decision<ConversationEvent> {
  const due = deadline(conversation)
  if (due === undefined || due.at > now || due.command.type !== 'lapse' || due.command.to !== to) return { events: [] }
  const cause = { at: due.at, mover: 'deadline', by, because: due.because } as const
  switch (conversation.status) {
    case 'active':
      return {
        events: [
          to === 'inactive' ? move('active', to, { ...cause, firedInactive: due.at }) : move('active', to, cause),
        ],
      }
    case 'inactive':
      return { events: to === 'closed' ? [move('inactive', to, cause)] : [] }
    case 'closed':
    case 'erasing':
      return { events: [] }
  }
}

function lapse(to: Lapse['to'], at: Instant, because: string): Deadline<ConversationCommand> {
  return { at, command: { type: 'lapse', to, because }, because }
}

function becauseIdle(conversation: Clocked, at: Instant): string {
  return deciding(conversation, at, idleAt, (channel) => {
    const { inactiveMs, closedMs } = conversation.configuration.timeouts[channel] ?? {}
    if (inactiveMs !== undefined && inactiveMs < (closedMs ?? Infinity)) return quiet(channel, inactiveMs, 'inactive')
    return over(conversation, channel)
  })
}

function becauseOver(conversation: Clocked, at: Instant): string {
  if (at === conversation.endsBy) return 'three years since its creation (longest life)'
  if (at === silentDue(conversation)) {
    return `no communication for ${minutes(conversation.configuration.closeSilentMs ?? 0)} from its creation (silent limit)`
  }
  return deciding(conversation, at, closeAt, (channel) => over(conversation, channel))
}

function over(conversation: Clocked, channel: Channel): string {
  const closedMs = conversation.configuration.timeouts[channel]?.closedMs
  return closedMs === undefined
    ? `the last transcription stream on ${channel} ended`
    : quiet(channel, closedMs, 'closed')
}

function quiet(channel: Channel, length: Milliseconds, rule: 'inactive' | 'closed'): string {
  return `${minutes(length)} without a communication on ${channel} (${rule} timeout)`
}

/** One sentence for the channels that decide, those that are over last. */
function deciding(
  conversation: Clocked,
  at: Instant,
  overAt: (conversation: Clocked, channel: Channel) => Instant,
  sentence: (channel: Channel) => string,
): string {
  let sentences = '' // every message asks: no lists are made for it
  for (const channel of activeChannels(conversation)) {
    if (overAt(conversation, channel) !== at) continue
    sentences = sentences === '' ? sentence(channel) : `${sentences} and ${sentence(channel)}`
  }
  return sentences
}

function minutes(length: Milliseconds): string {
  const count = length / minuteMs
  return count === 1 ? '1 minute' : `${count} minutes`
}
