import type { Instant } from '../../vocabulary/instant.ts'
import type { Control } from './state.ts'

/** What happens in the control region: each event says how one region is from now on. */
export type ControlEvent = ControlChanged | ControlFailed | LegRefused

export interface ControlChanged extends At {
  readonly type: 'control.changed'
  /** What brought it about: the command's or report's name. */
  readonly on: string
  /** The regions that changed, as they now are; null removes one. */
  readonly regions: { readonly [Region in keyof Control]?: Control[Region] | null }
}

/** A command came to nothing; the state is as it was (law: answer_failed, connect_failed). */
export interface ControlFailed extends At {
  readonly type: 'control.failed'
  readonly command: string
  readonly id: string
  readonly because: string
}

/** A report about a second leg that is over or was given up: kept, and changes nothing (rule 2); a leg that is still up is hung up. */
export interface LegRefused extends At {
  readonly type: 'control.leg_refused'
  readonly attempt: number
  readonly leg: string
  readonly what: string
  readonly sequence: number
  readonly because: string
}

interface At {
  readonly at: Instant
}
