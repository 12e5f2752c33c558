import { bare, type Context, type Deadline, type Decision, type Noun } from '../noun.ts'
import { dayMs } from '../vocabulary/instant.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { OperationCommand } from './commands.ts'
import type { OperationEvent } from './events.ts'
import type { Operation } from './state.ts'

const keptMs = 30 * dayMs

function decide(
  state: Operation | undefined,
  command: OperationCommand,
  context: Context<OperationEvent>,
): Decision<OperationEvent> | Refused {
  switch (command.type) {
    case 'complete': {
      if (state) return refuse('in_use', 'There is an operation with this id already: use another id.')
      const { self: id, account, now: at } = context
      return { events: [{ type: 'operation.completed', at, id, account, about: command.about }] }
    }
    case 'forget':
      if (!state) return refuse('not_found', 'There is no such operation.')
      return { events: state.status === 'erasing' ? [] : [{ type: 'operation.forgotten', at: context.now }] }
  }
}

function evolve(state: Operation | undefined, event: OperationEvent): Operation {
  switch (event.type) {
    case 'operation.completed': {
      const { id, account, about, at } = event
      return { id, account, status: 'completed', about, error: null, createdAt: at, completedAt: at }
    }
    case 'operation.forgotten':
      if (!state) throw new Error('An operation was forgotten that had never been made.')
      return { ...state, status: 'erasing' }
  }
}

function deadline(state: Operation): Deadline<OperationCommand> | undefined {
  if (state.status === 'erasing') return undefined
  return { at: state.createdAt + keptMs, command: { type: 'forget' }, because: 'operations are kept for 30 days' }
}

/** The operation noun. */
export const operation: Noun<Operation, OperationCommand, OperationEvent, 'operation'> = {
  ...bare,
  name: 'operation',
  shape: 1,
  decide,
  evolve,
  deadline,
  facets: () => ({}),
  lists: {},
  erasing: (state) => state.status === 'erasing',
}
