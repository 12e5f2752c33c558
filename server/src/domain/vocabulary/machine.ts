/** Who makes a move: somebody's request, traffic on a channel, or time alone. */
export type Mover = 'request' | 'traffic' | 'deadline'

/** One allowed change of state, in words for people and programs. */
export interface Move {
  readonly by: readonly Mover[]
  /** What brings it about. */
  readonly on: string
}

/** Every allowed move of a noun: from each state, the states it may go to. `new` is where nothing exists yet. */
export type Moves<State extends string> = {
  readonly [From in State | 'new']: { readonly [To in State]?: Move }
}

/** One line of a published machine. */
export interface MachineMove extends Move {
  readonly from: string
  readonly to: string
}

/** The moves as a list, in the order of the table. */
export function listMoves<State extends string>(moves: Moves<State>): readonly MachineMove[] {
  return Object.entries<Readonly<Record<string, Move>>>(
    moves as Readonly<Record<string, Record<string, Move>>>,
  ).flatMap(([from, targets]) => Object.entries(targets).map(([to, { by, on }]) => ({ from, to, by, on })))
}

/** The machine as a Mermaid state diagram; a state without a way out ends it. */
export function mermaid<State extends string>(moves: Moves<State>): string {
  const lines = listMoves(moves).map(
    ({ from, to, by, on }) => `    ${from === 'new' ? '[*]' : from} --> ${to}: ${on} (${by.join(', ')})`,
  )
  const finals = Object.entries<object>(moves).flatMap(([state, targets]) =>
    Object.keys(targets).length === 0 ? [`    ${state} --> [*]`] : [],
  )
  return ['stateDiagram-v2', ...lines, ...finals].join('\n')
}
