import type { Id } from '../vocabulary/id.ts'
import type { Instant, Milliseconds } from '../vocabulary/instant.ts'
import type { Artefact, Direction } from './state.ts'

/**
 * What a session asks of the world: the payloads of its effects, by kind. Each is stored with the decision it follows from and is
 * idempotent by session and attempt. `reference` names a leg to the carrier for ever (see `referenceOf`).
 */
export interface SessionRequests {
  /** Repeatable: wake the dispatcher, the session waits on this route. */
  readonly 'slot.want': { readonly attempt: number; readonly route: string }
  /** Repeatable: give the slot and the wallet's hold back, and charge what the attempt cost. */
  readonly 'slot.release': { readonly attempt: number; readonly route: string }
  /** Repeatable: charge an attempt that was live and held no slot (an inbound call). */
  readonly 'wallet.charge': { readonly attempt: number }
  /** Repeatable: look at the calling hours at once (on entering the queue, when it keeps them or was due); answered by `offer_slot` without a slot. */
  readonly 'hours.look': { readonly attempt: number }
  /** Once: dial. Answered by `dial_answered`. */
  readonly 'telephony.dial': {
    readonly attempt: number
    readonly leg: string | null
    readonly reference: string
    readonly from: string
    readonly to: string
    readonly route: string
    /** When the carrier itself gives up ringing, and ends the call (cap + 30 s): a guard beside our own. */
    readonly ringMs: Milliseconds
    readonly limitMs: Milliseconds
  }
  /** Repeatable: hang up or cancel, whatever the leg does now; an unknown leg is settled. */
  readonly 'telephony.hang_up': {
    readonly attempt: number
    readonly reference: string
    readonly route: string
    readonly reject: boolean
  }
  /** Once: answer an inbound call. Answered by `answer_done`. */
  readonly 'telephony.answer': {
    readonly attempt: number
    readonly reference: string
    readonly route: string
    readonly command: string
  }
  /** Repeatable: join two legs. */
  readonly 'telephony.bridge': {
    readonly attempt: number
    readonly references: readonly [string, string]
    readonly route: string
  }
  readonly 'telephony.reinvite': { readonly attempt: number; readonly reference: string; readonly route: string }
  /** Repeatable: the call is live, somebody must talk. `resumed`: taken over after a restart. */
  readonly 'agent.begin': { readonly attempt: number; readonly lease: string; readonly resumed: boolean }
  /** Repeatable: a text session was made, the agent says the first words where none were said yet. */
  readonly 'agent.greet': { readonly attempt: number }
  /** Repeatable: ask the user whether they are still there. */
  readonly 'agent.ask_online': { readonly attempt: number }
  /** Repeatable: say the last words before silence ends the call. */
  readonly 'agent.say_last': { readonly attempt: number }
  /** Repeatable: the same three of a browser session, whose talk is in its room and not on a line. */
  readonly 'room.begin': { readonly attempt: number; readonly lease: string; readonly resumed: boolean }
  readonly 'room.ask_online': { readonly attempt: number }
  readonly 'room.say_last': { readonly attempt: number }
  /** Repeatable: tell whoever talks that its transfer (the second leg of that name) came to nothing, and the cause. */
  readonly 'agent.tell': {
    readonly attempt: number
    readonly on: 'transfer_failed'
    readonly leg: string
    readonly reason: string
  }
  /** Repeatable: make the session in which the user is called back. */
  readonly 'call.back': { readonly attempt: number; readonly dueAt: Instant }
  /** Repeatable: settle an artefact; answered by `settle`. */
  readonly 'artefact.make': { readonly attempt: number; readonly artefact: Exclude<Artefact, 'transcript'> }
  /** Repeatable: have the agent write the first mail. */
  readonly 'mail.greet': { readonly attempt: number }
  /** Repeatable: have it answer what the user wrote since. */
  readonly 'mail.answer': { readonly attempt: number }
  /** Once: hand a mail over. Answered by `settle_mail`. */
  readonly 'mail.send': { readonly attempt: number; readonly messageId: string }
  /** Repeatable: tell the batch how its row stands. `passedOver`: it ended, and somebody else may call them. */
  readonly 'batch.row': {
    readonly batch: Id
    readonly row: number
    readonly is: 'dialing' | 'ended'
    readonly passedOver?: true
  }
}

/** The name of a leg for the carrier: the session, the attempt, and for a second leg its name. */
export function referenceOf(session: Id, attempt: number, leg?: string | null): string {
  return leg ? `${session}.${attempt}.${leg}` : `${session}.${attempt}`
}

/** Reads a reference back; undefined: not one of ours. */
export function readReference(
  reference: string,
): { readonly session: Id; readonly attempt: number; readonly leg?: string } | undefined {
  const [, session, attempt, leg] = /^([0-9a-z]{26})\.(\d{1,4})(?:\.(\w{1,40}))?$/.exec(reference) ?? []
  if (session === undefined) return undefined
  return { session, attempt: Number(attempt), ...(leg !== undefined && { leg }) }
}

/** Who is called and who calls, of a session's first leg. */
export function endsOf(session: { readonly user: string; readonly own: string; readonly direction: Direction }): {
  readonly from: string
  readonly to: string
} {
  return session.direction === 'outbound'
    ? { from: session.own, to: session.user }
    : { from: session.user, to: session.own }
}
