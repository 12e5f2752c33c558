import { bare, type Noun } from '../noun.ts'
import type { DraftCommand } from './commands.ts'
import { decide } from './decide.ts'
import type { DraftEvent } from './events.ts'
import { draftClaim, draftHandle, revisionKey } from './finding.ts'
import type { Draft } from './state.ts'

function evolve(state: Draft | undefined, event: DraftEvent): Draft {
  if (event.type === 'draft.written') return written(state, event)
  if (!state) throw new Error('Something happened to a version that had never been written.')
  switch (event.type) {
    case 'draft.published':
      return { ...state, status: 'published', version: event.version, updatedAt: event.at, publishedAt: event.at }
    case 'draft.erased':
      return { ...state, status: 'erasing', updatedAt: event.at }
  }
}

function written(state: Draft | undefined, event: Extract<DraftEvent, { type: 'draft.written' }>): Draft {
  const { id, account, agentId, number, revision, at } = event
  return {
    id,
    account,
    status: 'draft',
    agentId,
    number,
    revision,
    version: null,
    createdAt: state?.createdAt ?? at,
    updatedAt: at,
    publishedAt: null,
  }
}

/** The draft noun. */
export const draft: Noun<Draft, DraftCommand, DraftEvent, 'draft'> = {
  ...bare,
  name: 'draft',
  shape: 1,
  decide,
  evolve,
  claims: ({ status, agentId, number }) => (status === 'erasing' ? [] : [draftClaim(agentId, number)]),
  handles: ({ status, agentId }) => (status === 'erasing' ? [] : [draftHandle(agentId)]),
  keys: (event) => (event.type === 'draft.written' ? [revisionKey(event.revision)] : []),
  part: (event) => (event.type === 'draft.written' ? { creates: 'document' } : undefined),
  facets: ({ status, agentId, number }) => ({ agent: status === 'erasing' ? undefined : agentId, number }),
  lists: { by_agent: { equal: 'agent', sort: 'number' } },
  erasing: ({ status }) => status === 'erasing',
}
