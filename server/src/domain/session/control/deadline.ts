import type { Context, Deadline, Decision } from '../../noun.ts'
import type { Instant } from '../../vocabulary/instant.ts'
import type { SessionCommand } from '../commands.ts'
import { endAttempt } from '../ending.ts'
import type { SessionEvent } from '../events.ts'
import type { Session } from '../state.ts'
import { failSecond } from './failing.ts'
import { giveUpMedia } from './media.ts'
import { failed, isOver, isRinging, mediaGraceMs } from './regions.ts'

type What = 'control ring' | 'control command' | 'control media'

interface Due {
  readonly what: What
  readonly at: Instant
}

const becauses: Readonly<Record<What, string>> = {
  'control ring': 'the ring time of the second leg',
  'control command': "the deadline of the program's command",
  'control media': 'the grace after the media was lost',
}

/** When something in the control region must be given up; every waiting command has its deadline. */
export function controlDeadline(session: Session): Deadline<SessionCommand> | undefined {
  const due = dueOf(session)
  return due && { at: due.at, command: { type: 'lapse', what: due.what }, because: becauses[due.what] }
}

/** A command whose time is up is answered; a phone that rang too long is hung up; media that stayed away ends the call, or the agent's part in it. */
export function decideControlLapse(
  session: Session,
  what: string,
  context: Context<SessionEvent>,
): Decision<SessionEvent> {
  const due = dueOf(session)
  if (due === undefined || due.what !== what || due.at > context.now) return { events: [] }
  switch (due.what) {
    case 'control ring': {
      const cause = session.control?.second?.state === 'ringing' ? 'ring_timeout' : 'setup_timeout'
      return { events: failSecond(session, context.now, { on: 'lapse', cause }) }
    }
    case 'control command':
      return { events: giveUpCommand(session, context) }
    case 'control media':
      return { events: giveUpMedia(session, context) }
  }
}

function dueOf(session: Session): Due | undefined {
  if (session.control === undefined || isOver(session)) return undefined
  const { second, waiting, media, agent } = session.control
  const isThere = agent === 'answered' || agent === 'connected'
  const all: readonly Due[] = [
    ...(isRinging(second) ? [{ what: 'control ring', at: second.ringUntil } as const] : []),
    ...(waiting ? [{ what: 'control command', at: waiting.until } as const] : []),
    ...(media.state === 'lost' && isThere ? [{ what: 'control media', at: media.at + mediaGraceMs } as const] : []),
  ]
  return all.reduce<Due | undefined>((first, one) => (first && first.at <= one.at ? first : one), undefined)
}

function giveUpCommand(session: Session, context: Context<SessionEvent>): readonly SessionEvent[] {
  const { waiting, second } = session.control ?? {}
  if (!waiting) return []
  switch (waiting.name) {
    case 'answer':
      return [failed(waiting, context.now, 'timeout')]
    case 'connect':
    case 'transfer': {
      if (second && second.state !== 'ended') {
        return failSecond(session, context.now, { on: 'lapse', cause: 'setup_timeout', because: 'timeout' })
      }
      return giveUpCall(session, context)
    }
  }
}

/** The call that its program's `connect` was making: a failed attempt, after which it waits for the next `connect`. */
function giveUpCall(session: Session, context: Context<SessionEvent>): readonly SessionEvent[] {
  switch (session.state) {
    case 'queued':
    case 'deferred':
      return endAttempt(session, { cause: 'queue_timeout' }, context)
    case 'dialing':
      return endAttempt(session, { cause: 'setup_timeout' }, context)
    case 'ringing':
      return endAttempt(session, { cause: 'ring_timeout' }, context)
    case 'prepared':
    case 'scheduled':
    case 'joining':
    case 'live':
    case 'wrapping':
    case 'ended':
    case 'erasing':
      return session.control?.waiting ? [failed(session.control.waiting, context.now, 'timeout')] : []
  }
}
