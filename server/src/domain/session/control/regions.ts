import type { Session } from '../state.ts'
import type { Instant, Milliseconds } from '../../vocabulary/instant.ts'
import type { ControlChanged, ControlFailed } from './events.ts'
import type { Control, SecondLeg, WaitingCommand } from './state.ts'

/** What holds for a call that no connector speaks for. */
const plain: Control = {
  agent: 'none',
  mode: null,
  media: { state: 'none' },
  settings: { declinesPending: false, modeAfterConnect: 'barge', openedByProgram: false },
}

/** The regions of a session, also of one that nobody has steered yet. */
export function controlOf({ control }: Pick<Session, 'control'>): Control {
  return control ?? plain
}

/** Nothing is steered any more. */
export function isOver({ state }: Pick<Session, 'state'>): boolean {
  return state === 'wrapping' || state === 'ended' || state === 'erasing'
}

/**
 * Two parties hear each other, with the agent or after it: its own longest time and the silence rule have stopped counting
 * (rule 10), and the hang-up of either party ends the session.
 */
export function isJoined({ control }: Pick<Session, 'control'>): boolean {
  return control?.second?.state === 'answered' && (control.agent === 'connected' || control.agent === 'left')
}

/** Whether the second leg still rings, or is about to. */
export function isRinging(second: SecondLeg | undefined): second is SecondLeg {
  return second?.state === 'dialing' || second?.state === 'ringing'
}

/** The regions that changed; the first time all of them are written, so that defaults never change what has happened. */
export function changed(
  session: Pick<Session, 'control'>,
  at: Instant,
  on: string,
  regions: ControlChanged['regions'],
): ControlChanged {
  return { type: 'control.changed', at, on, regions: session.control ? regions : { ...plain, ...regions } }
}

/** The answer to a waiting command that came to nothing. */
export function failed(waiting: WaitingCommand, at: Instant, because: string): ControlFailed {
  return { type: 'control.failed', at, command: waiting.name, id: waiting.id, because }
}

/** How long a program may be away from a call it answered. */
export const mediaGraceMs: Milliseconds = 10_000

/** Being answered or connected while the media is lost begins its grace anew. */
export function graceAnew({ media }: Control, at: Instant): Pick<ControlChanged['regions'], 'media'> {
  return media.state === 'lost' ? { media: { state: 'lost', at } } : {}
}
