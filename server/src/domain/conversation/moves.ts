import type { Move, Mover, Moves } from '../vocabulary/machine.ts'
import type { Instant } from '../vocabulary/instant.ts'
import type { Moved } from './events.ts'
import type { Status } from './state.ts'

type By<Movers extends readonly Mover[]> = Move & { readonly by: Readonly<Movers> }

/** Every change of status there is, and who may make it (T5, T10, D20). What is not here cannot be written: `move` does not compile for it. */
export interface ConversationMoves extends Moves<Status> {
  readonly new: { readonly active: By<['request', 'traffic']> }
  readonly active: {
    readonly inactive: By<['deadline', 'request']>
    readonly closed: By<['deadline', 'request']>
    readonly erasing: By<['request']>
  }
  readonly inactive: {
    readonly active: By<['traffic', 'request']>
    readonly closed: By<['deadline', 'request']>
    readonly erasing: By<['request']>
  }
  readonly closed: { readonly erasing: By<['request']> }
  readonly erasing: Readonly<Record<never, never>>
}

/** The same with what brings each about, for publishing. */
export const moves: ConversationMoves = {
  new: {
    active: { by: ['request', 'traffic'], on: 'created, or first matching traffic' },
  },
  active: {
    inactive: { by: ['deadline', 'request'], on: 'inactive time passed on every channel, or asked for' },
    closed: { by: ['deadline', 'request'], on: 'closed time passed on every channel, three years old, or asked for' },
    erasing: { by: ['request'], on: 'deleted' },
  },
  inactive: {
    active: { by: ['traffic', 'request'], on: 'communication from any participant, a stream attaches, or asked for' },
    closed: { by: ['deadline', 'request'], on: 'closed time passed on every channel, three years old, or asked for' },
    erasing: { by: ['request'], on: 'deleted' },
  },
  closed: {
    erasing: { by: ['request'], on: 'deleted' },
  },
  erasing: {},
}

type Target<From extends Status> = keyof ConversationMoves[From] & Moved['to']
type MoverOf<From extends Status, To> = To extends keyof ConversationMoves[From]
  ? ConversationMoves[From][To] extends { readonly by: readonly (infer Kind)[] }
    ? Kind
    : never
  : never

/** How a move is recorded: `by` is who, as the context names them; `mover` is of which kind they are. */
export interface Cause<Kind> {
  readonly at: Instant
  readonly mover: Kind
  readonly by: string
  readonly because: string
  readonly firedInactive?: Instant | undefined
}

/** The event of an allowed move. */
export function move<From extends Status, To extends Target<From>>(
  from: From,
  to: To,
  { at, by, because, firedInactive }: Cause<MoverOf<From, To>>,
): Moved {
  const moved: Moved = { type: 'conversation.moved', at, from, to, by, because }
  return firedInactive === undefined ? moved : { ...moved, firedInactive }
}
