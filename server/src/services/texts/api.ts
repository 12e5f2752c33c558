import type { AgentDefinition } from '#domain/agent/state.ts'
import type { Order } from '#domain/session/events.ts'
import type { Policy, Reference } from '#domain/session/state.ts'
import type { ToolCall, Took, Widget } from '#domain/session/events.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask } from '#engine/api.ts'
import type { SessionView } from '../calls/api.ts'
import type { TurnProgress, TurnReply } from '../calls/ports.ts'

/** What one can ask for about written sessions: a chat with an agent, one turn at a time. */
export interface Texts {
  /**
   * A session that is live at once, with the agent's greeting. Refused with `not_found` (the agent), `invalid`, or `in_use` with the
   * session in `conflicting` where its reference names one of another user, agent or kind.
   */
  open(ask: Ask, draft: TextDraft): Promise<OpenedText | Refused>
  /**
   * Records a message and runs the agent's turn. Turns of one session run one after the other. Refused with `wrong_state` (no text
   * session), `closed` (over, also when it ended during the turn: then the answer is discarded), or `agent_failed` (the agent could not
   * answer, or not in time: the message stays).
   */
  say(ask: Ask, id: Id, message: TextMessage): Promise<TextTurn | Refused>
  /**
   * Ends it as completed, once more the same where it is completed already. Refused with `wrong_state` (no text session) or `closed`
   * (it ended otherwise). Waits a while for the summary.
   */
  end(ask: Ask, id: Id): Promise<EndedText | Refused>
  /** What was said and done in a session of any kind, oldest first; of very much the newest. */
  items(view: SessionView): Promise<readonly TalkItem[]>
  /** The same, and whether it is all. */
  talk(view: SessionView): Promise<Talk>
}

/** What sessions that no telephone carries are ordered with. */
export interface WrittenDraft {
  readonly agent: NamedAgent | NewAgent
  /** Whoever it is with: any name the caller knows them by. */
  readonly user: string
  readonly reference?: Reference
  readonly context?: string
  readonly data: Order['data']
  readonly vendor?: Order['vendor']
  readonly policy?: Partial<Policy>
}

/** Absent version: the present one. */
export interface NamedAgent {
  readonly id: Id
  readonly version?: number
}

/** An agent that is made together with the session, or not at all: no session is a repetition of one that is ordered so. */
export interface NewAgent {
  readonly definition: AgentDefinition
}

export type TextDraft = WrittenDraft

/** `repeated`: its reference named a session that was there already; nothing was made or said. */
export interface OpenedText {
  readonly view: SessionView
  /** Null: it has none, or could not say it. */
  readonly greeting: string | null
  readonly repeated: boolean
}

export interface TextMessage {
  readonly text: string
  /** Whether widgets can be shown. */
  readonly rich: boolean
  readonly onProgress?: (progress: TurnProgress) => void
}

export interface TextTurn {
  readonly view: SessionView
  readonly reply: TurnReply
}

export interface EndedText {
  readonly view: SessionView
  /** Null: none was made, or it was not there in time. */
  readonly summary: string | null
}

export interface Talk {
  readonly items: readonly TalkItem[]
  /** False: there is more before them. */
  readonly isAll: boolean
}

/** One thing said, or one tool used. */
export type TalkItem =
  | {
      readonly is: 'turn'
      readonly who: 'user' | 'agent'
      readonly text: string
      readonly at: Instant
      /** Who spoke in the agent's place. */
      readonly speaker?: 'supervisor'
      readonly took?: Took
      readonly widgets?: readonly Widget[]
    }
  | { readonly is: 'tool'; readonly call: ToolCall; readonly at: Instant }
