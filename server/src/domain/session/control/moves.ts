import type { Move, Mover, Moves } from '../../vocabulary/machine.ts'
import type { AgentRegion } from './state.ts'

type By<Movers extends readonly Mover[]> = Move & { readonly by: Readonly<Movers> }

/** Every change of the agent region there is (lifecycle: Control; TF9–TF22). What is not here cannot be written: `agentTo` does not compile for it. */
export interface AgentMoves extends Moves<AgentRegion> {
  readonly new: { readonly none: By<['request', 'traffic']> }
  readonly none: {
    readonly pending: By<['request']>
    readonly left: By<['traffic']>
  }
  readonly pending: {
    readonly pending: By<['traffic', 'deadline']>
    readonly answered: By<['traffic']>
    readonly connected: By<['traffic']>
    readonly disconnected: By<['request', 'traffic', 'deadline']>
  }
  readonly answered: {
    readonly answered: By<['traffic', 'deadline']>
    readonly connected: By<['traffic']>
    readonly left: By<['traffic']>
    readonly disconnected: By<['request', 'traffic', 'deadline']>
  }
  readonly connected: {
    readonly connected: By<['request']>
    readonly left: By<['request', 'deadline']>
    readonly disconnected: By<['request', 'traffic', 'deadline']>
  }
  readonly disconnected: Readonly<Record<never, never>>
  readonly left: Readonly<Record<never, never>>
}

const ends = 'disconnect, a party hangs up, or the server ends the call'

/** The same with what brings each about, for publishing. */
export const agentMoves: AgentMoves = {
  new: { none: { by: ['request', 'traffic'], on: 'the session is made' } },
  none: {
    pending: { by: ['request'], on: 'offered to the programs' },
    left: { by: ['traffic'], on: 'transfer answered, of a call that no program was offered' },
  },
  pending: {
    pending: { by: ['traffic', 'deadline'], on: 'answer or connect fails' },
    answered: { by: ['traffic'], on: 'answer succeeds' },
    connected: { by: ['traffic'], on: 'connect succeeds' },
    disconnected: {
      by: ['request', 'traffic', 'deadline'],
      on: 'declined, the caller hangs up, or the server ends it',
    },
  },
  answered: {
    answered: { by: ['traffic', 'deadline'], on: 'connect or transfer fails' },
    connected: { by: ['traffic'], on: 'connect succeeds' },
    left: { by: ['traffic'], on: 'transfer answered' },
    disconnected: { by: ['request', 'traffic', 'deadline'], on: `close, ${ends}` },
  },
  connected: {
    connected: { by: ['request'], on: 'barge, whisper or spy' },
    left: { by: ['request', 'deadline'], on: 'close, or its media is lost' },
    disconnected: { by: ['request', 'traffic', 'deadline'], on: ends },
  },
  disconnected: {},
  left: {},
}

type Target<From extends AgentRegion> = Exclude<keyof AgentMoves[From] & AgentRegion, From>

/** The agent region after an allowed move. */
export function agentTo<From extends AgentRegion, To extends Target<From>>(
  _from: From,
  to: To,
): { readonly agent: AgentRegion } {
  return { agent: to }
}
