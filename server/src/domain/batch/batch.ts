import { bare, type Noun } from '../noun.ts'
import type { BatchCommand } from './commands.ts'
import { deadline } from './deadline.ts'
import { decide, passedOverKey, rowKey } from './decide.ts'
import { effects } from './effects.ts'
import type { BatchEvent } from './events.ts'
import { evolve } from './evolve.ts'
import { isOpen, type Batch } from './state.ts'

/** The batch noun. */
export const batch: Noun<Batch, BatchCommand, BatchEvent, 'batch'> = {
  ...bare,
  name: 'batch',
  shape: 1,
  decide,
  evolve,
  deadline,
  keys: (event) => {
    if (event.type !== 'batch.row_ended') return []
    return event.passedOver ? [rowKey(event.row), passedOverKey(event.row)] : [rowKey(event.row)]
  },
  part: (event) => (event.type === 'batch.rows' ? { creates: 'rows' } : undefined),
  facets: (state) => ({
    live: state.status === 'erasing' ? undefined : true,
    agent: state.status === 'erasing' ? undefined : state.agent.id,
    status: state.status,
    openOf: isOpen(state.status) ? state.campaign?.id : undefined,
    createdAt: state.createdAt,
  }),
  lists: {
    all: { equal: 'live', sort: 'createdAt' },
    by_agent: { equal: 'agent', sort: 'createdAt' },
    open_by_campaign: { equal: 'openOf', sort: 'createdAt' },
  },
  effects,
  erasing: (state) => state.status === 'erasing',
}
