import { bare, type Noun } from '../noun.ts'
import { agentHandle, claims } from './claims.ts'
import type { NumberCommand } from './commands.ts'
import { decide } from './decide.ts'
import type { NumberEvent } from './events.ts'
import type { PhoneNumber } from './state.ts'

function evolve(state: PhoneNumber | undefined, event: NumberEvent): PhoneNumber {
  switch (event.type) {
    case 'number.written':
      return event.number
    case 'number.removed':
      if (!state) throw new Error('A number was removed that had never been added.')
      return { ...state, status: 'erasing', updatedAt: event.at }
  }
}

/** The number noun. A removed number is erased at once, and may be added again. */
export const number: Noun<PhoneNumber, NumberCommand, NumberEvent, 'number'> = {
  ...bare,
  name: 'number',
  shape: 1,
  decide,
  evolve,
  claims,
  handles: ({ agentId }) => (agentId === null ? [] : [agentHandle(agentId)]),
  facets: (state) => ({
    live: state.status === 'live' ? true : undefined,
    createdAt: state.createdAt,
    agent: state.agentId ?? undefined,
  }),
  lists: { all: { equal: 'live', sort: 'createdAt' } },
  erasing: (state) => state.status === 'erasing',
}
