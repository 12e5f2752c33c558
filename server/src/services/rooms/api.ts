import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask } from '#engine/api.ts'
import type { SessionView } from '../calls/api.ts'
import type { OpenedText, WrittenDraft } from '../texts/api.ts'

/** What one can ask for about browser sessions: a room that the user joins with a token. */
export interface Rooms {
  /** A session that waits for its user to join. Refused as a text session's opening is. */
  open(ask: Ask, draft: WrittenDraft): Promise<(OpenedText & { readonly join: Admission }) | Refused>
  /**
   * Lets somebody listen to a live session unseen; `mode`: and speak to the agent alone, or to everybody in its place. Refused with `not_found` (unknown, or live without a room), `wrong_state` (not
   * active, or its user has not joined).
   */
  listen(ask: Ask, id: Id, mode?: ListenerMode): Promise<Admission | Refused>
  /** Who a token lets in; undefined: it is not ours, or has expired. */
  read(token: string): Seat | undefined
  /** Why `enter` would be refused now, without entering; undefined: it would not. */
  refusal(seat: Seat): Promise<Refused | undefined>
  /**
   * Somebody with a token comes in; what happens from now on is told to `hear`, perhaps before this resolves. The seat is left with
   * `leave`, or is lost. Refused with `closed` (over), `not_found`, `wrong_state` (a listener before the user), `limit_reached`
   * (listeners) or `unavailable` (the server stops).
   */
  enter(seat: Seat, hear: (heard: Heard) => void): Promise<Presence | Refused>
}

/** What is needed to come in. `url`: a WebSocket. */
export interface Admission {
  readonly url: string
  readonly token: string
  readonly room: string
  readonly expiresAt: Instant
}

/** How a listener is heard: by the agent alone, or by everybody, in the agent's place. */
export type ListenerMode = 'whisper' | 'barge'

/** `user`: takes part. `listener`: hears everything; is neither seen nor heard, but in its mode. */
export interface Seat {
  readonly account: string
  readonly session: Id
  readonly role: 'user' | 'listener'
  readonly mode?: ListenerMode
  /** The user's own name; a listener's is its token's. */
  readonly identity: string
  readonly expiresAt: Instant
}

/** What somebody in the room hears. `replaced`: another connection has the user's seat now, and this one hears no more. */
export type Heard =
  | { readonly is: 'state'; readonly view: SessionView }
  | {
      readonly is: 'said'
      readonly who: 'user' | 'agent'
      readonly text: string
      readonly at: Instant
      /** Who spoke in the agent's place. */
      readonly speaker?: 'supervisor'
    }
  | { readonly is: 'over'; readonly view: SessionView }
  | { readonly is: 'replaced' }

export interface Presence {
  readonly view: SessionView
  /** Lets its holder come back for as long as the session can last: the token it came with may expire before. */
  readonly again: Admission
  /**
   * The user says something, and the agent answers when it can; a listener does in its mode. Resolves when it is kept. Refused with
   * `closed` when it is over, `invalid` (1 to 16 000 characters, 4 000 to the agent alone), `forbidden` (a listener without a mode),
   * `unavailable` when it could not be kept.
   */
  say(text: string): Promise<Refused | undefined>
  /** The user who leaves ends the session at once. */
  leave(): Promise<void>
  /** The connection is gone: a user who is not back within 10 s of real time has left. */
  lost(): void
}
