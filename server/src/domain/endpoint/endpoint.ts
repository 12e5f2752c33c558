import { bare, type Context, type Decision, type Noun } from '../noun.ts'
import { dayMs } from '../vocabulary/instant.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { EndpointCommand } from './commands.ts'
import type { EndpointEvent } from './events.ts'
import type { Endpoint } from './state.ts'

type Decided = Decision<EndpointEvent> | Refused

function decide(state: Endpoint | undefined, command: EndpointCommand, context: Context<EndpointEvent>): Decided {
  const { now: at } = context
  if (command.type === 'create') return create(state, command, context)
  if (!state || state.status === 'erasing') return refuse('not_found', 'There is no such endpoint.')
  switch (command.type) {
    case 'change': {
      const changed = { ...state, ...given(command), updatedAt: at }
      return sameSetting(state, changed) ? { events: [] } : decided({ type: 'endpoint.changed', at, endpoint: changed })
    }
    case 'rotate': {
      const previous = { sealedSecret: state.sealedSecret, until: at + dayMs }
      const endpoint = { ...state, sealedSecret: command.sealedSecret, previous, updatedAt: at }
      return decided({ type: 'endpoint.changed', at, endpoint })
    }
    case 'delete':
      return decided({ type: 'endpoint.deleted', at })
  }
}

function create(
  state: Endpoint | undefined,
  command: Extract<EndpointCommand, { type: 'create' }>,
  context: Context<EndpointEvent>,
): Decided {
  if (state) return refuse('in_use', 'There is an endpoint with this id already: use another id.')
  const endpoint: Endpoint = {
    id: context.self,
    account: context.account,
    ...(command.dialect !== undefined && { dialect: command.dialect }),
    ...(command.sensitive !== undefined && { sensitive: command.sensitive }),
    url: command.url,
    description: command.description,
    events: command.events,
    sealedSecret: command.sealedSecret,
    previous: null,
    status: 'enabled',
    createdAt: context.now,
    updatedAt: context.now,
  }
  return decided({ type: 'endpoint.created', at: context.now, endpoint })
}

function given(command: Extract<EndpointCommand, { type: 'change' }>): Partial<Endpoint> {
  const { url, description, events, status, sensitive } = command
  return {
    ...(sensitive !== undefined && { sensitive }),
    ...(url !== undefined && { url }),
    ...(description !== undefined && { description }),
    ...(events !== undefined && { events }),
    ...(status !== undefined && { status }),
  }
}

function sameSetting(a: Endpoint, b: Endpoint): boolean {
  return (
    a.url === b.url &&
    a.description === b.description &&
    a.status === b.status &&
    a.sensitive === b.sensitive &&
    a.events.length === b.events.length &&
    a.events.every((type, i) => type === b.events[i])
  )
}

function decided(event: EndpointEvent): Decided {
  return { events: [event] }
}

function evolve(state: Endpoint | undefined, event: EndpointEvent): Endpoint {
  switch (event.type) {
    case 'endpoint.created':
    case 'endpoint.changed':
      return event.endpoint
    case 'endpoint.deleted':
      if (!state) throw new Error('An endpoint was deleted that had never been made.')
      return { ...state, status: 'erasing', updatedAt: event.at }
  }
}

/** The endpoint noun. */
export const endpoint: Noun<Endpoint, EndpointCommand, EndpointEvent, 'endpoint'> = {
  ...bare,
  name: 'endpoint',
  shape: 1,
  decide,
  evolve,
  facets: (state) => ({ shown: state.status === 'erasing' ? undefined : true, createdAt: state.createdAt }),
  lists: { all: { equal: 'shown', sort: 'createdAt' } },
  erasing: (state) => state.status === 'erasing',
}

/** Whether an endpoint wants to be told of events of this type. */
export function wants(state: Endpoint, eventType: string): boolean {
  if (state.status !== 'enabled') return false
  return (
    state.events.length === 0 ||
    state.events.some((wanted) =>
      wanted.endsWith('.*') ? eventType.startsWith(wanted.slice(0, -1)) : wanted === eventType || wanted === '*',
    )
  )
}
