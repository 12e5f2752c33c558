import type { Context, Decision } from '../noun.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { DraftCommand } from './commands.ts'
import type { DraftEvent } from './events.ts'
import { draftClaim } from './finding.ts'
import type { Draft, DraftDocument } from './state.ts'

/** The longest document, in characters of its JSON. */
export const maxDocument: number = 256 * 1024

type Ctx = Context<DraftEvent>
type Decided = Decision<DraftEvent> | Refused

/** Making, writing and publishing; what is published is fixed. */
export function decide(state: Draft | undefined, command: DraftCommand, context: Ctx): Decided {
  if (command.type === 'create') return create(state, command, context)
  if (!state || state.status === 'erasing') return refuse('not_found', 'There is no such version.')
  const { now: at, by } = context
  switch (command.type) {
    case 'write':
      return write(state, command.document, context)
    case 'publish':
      return state.status === 'published'
        ? { events: [] }
        : { events: [{ type: 'draft.published', at, version: command.version, by }] }
    case 'erase':
      return { events: [{ type: 'draft.erased', at, by }] }
  }
}

function create(
  state: Draft | undefined,
  { agentId, number, document }: Extract<DraftCommand, { type: 'create' }>,
  context: Ctx,
): Decided {
  if (state) return refuse('in_use', 'There is a version with this id already: use another id.')
  const holder = context.taken(draftClaim(agentId, number))
  if (holder !== undefined && holder !== context.self)
    return refuse('in_use', 'The agent has a version of this number already.', {
      field: 'number',
      conflicting: { noun: 'draft', id: holder },
    })
  return written({ agentId, number, revision: 1, document }, context)
}

function write({ status, agentId, number, revision }: Draft, document: DraftDocument, context: Ctx): Decided {
  if (status === 'published') return refuse('fixed', 'A published version never changes: write a new one.')
  return written({ agentId, number, revision: revision + 1, document }, context)
}

type Told = Pick<Extract<DraftEvent, { type: 'draft.written' }>, 'agentId' | 'number' | 'revision' | 'document'>

function written(told: Told, { now: at, self: id, account, by }: Ctx): Decided {
  if (JSON.stringify(told.document).length > maxDocument)
    return refuse('invalid', `Give at most ${maxDocument / 1024} KB as JSON.`, { field: 'document' })
  return { events: [{ type: 'draft.written', at, id, account, ...told, by }] }
}
