import type { Id } from '../../vocabulary/id.ts'
import type { Instant, Milliseconds } from '../../vocabulary/instant.ts'

/**
 * The small regions an agent's program steers beside the session's own state (lifecycle: Control). The law's four call states
 * are the agent region's, the agent's view of the call.
 */
export interface Control {
  readonly agent: AgentRegion
  /** Who hears the agent once connected. */
  readonly mode: Mode | null
  readonly media: MediaRegion
  readonly offer?: Offer
  /** The other party of a bridge or transfer: the original callee, or the human a call is handed to. */
  readonly second?: SecondLeg
  /** The command that waits for the world's answer; one at a time. */
  readonly waiting?: WaitingCommand
  /** For how long the ring deadline of the present offer has stood still: connects that rang from `pending` and failed. */
  readonly ringHeldMs?: Milliseconds
  /** What the connector allows and wants. */
  readonly settings: ControlSettings
}

/** `none`: not offered yet, shown to no program. `left`: the agent is gone, caller and callee talk on. */
export type AgentRegion = 'none' | 'pending' | 'answered' | 'connected' | 'disconnected' | 'left'
export type Mode = 'barge' | 'whisper' | 'spy'

/** `lost` has a grace in which another process may take over. */
export type MediaRegion =
  | { readonly state: 'none' }
  | { readonly state: 'attached'; readonly lease: string }
  | { readonly state: 'lost'; readonly at: Instant }

/** One announcement of the session to the connector's programs. */
export interface Offer {
  readonly id: Id
  readonly at: Instant
  readonly claimedBy?: string
  readonly ready: boolean
}

export interface SecondLeg {
  /** Names the leg to the carrier, beside the session's own reference. */
  readonly leg: string
  readonly state: 'dialing' | 'ringing' | 'answered' | 'ended'
  readonly to: string
  readonly from: string
  /** `connect` keeps the agent in the call; `transfer` lets it leave at the answer. */
  readonly purpose: 'connect' | 'transfer'
  readonly callId?: string
  readonly dialedAt: Instant
  /** Answered or given up by then. */
  readonly ringUntil: Instant
  readonly answeredAt?: Instant
  readonly endedAt?: Instant
  /** Why it ended or was not answered: the session's words for causes. */
  readonly cause?: string
  readonly reports: number
}

export interface WaitingCommand {
  readonly id: string
  readonly name: 'answer' | 'connect' | 'transfer'
  readonly until: Instant
}

export interface ControlSettings {
  /** Whether close and disconnect are allowed while pending. */
  readonly declinesPending: boolean
  readonly modeAfterConnect: Mode
  /** The program opened the session itself. */
  readonly openedByProgram: boolean
}
