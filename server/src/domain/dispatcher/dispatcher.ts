import { bare, type Deadline, type Effect, type Noun } from '../noun.ts'
import type { DispatcherCommand } from './commands.ts'
import { decide, dispatcherClaim } from './decide.ts'
import type { DispatcherEvent } from './events.ts'
import type { Dispatcher, SlotLapsed, SlotOffer } from './state.ts'

function evolve(state: Dispatcher | undefined, event: DispatcherEvent): Dispatcher {
  if (event.type === 'dispatcher.created')
    return { id: event.id, account: event.account, held: [], createdAt: event.at }
  if (!state) throw new Error('Slots moved before there was a dispatcher.')
  switch (event.type) {
    case 'slots.taken':
      return { ...state, held: [...state.held, ...event.taken] }
    case 'slots.released': {
      const gone = new Set(event.released.map(({ slot }) => slot))
      return { ...state, held: state.held.filter(({ slot }) => !gone.has(slot)) }
    }
  }
}

function deadline({ held }: Dispatcher): Deadline<DispatcherCommand> | undefined {
  if (held.length === 0) return undefined
  const at = held.reduce((earliest, { until }) => Math.min(earliest, until), Infinity)
  return { at, command: { type: 'lapse' }, because: 'the lease of a slot ran out' }
}

function effects(event: DispatcherEvent): readonly Effect[] {
  switch (event.type) {
    case 'dispatcher.created':
      return []
    case 'slots.taken':
      return event.taken.map(({ session, attempt, slot, route }) => {
        const payload: SlotOffer = { session, attempt, slot, route }
        return { kind: 'slot.offer', mode: 'repeatable', key: `${session}.${attempt}`, payload }
      })
    case 'slots.released': {
      if (event.because === 'released') return [{ kind: 'slot.freed', mode: 'repeatable', key: 'freed', payload: {} }]
      const routes = [...new Set(event.released.map(({ route }) => route))]
      return routes.map((route) => {
        const payload: SlotLapsed = { route }
        return { kind: 'slot.lapsed', mode: 'repeatable', key: `lapsed.${route}`, payload }
      })
    }
  }
}

/** The dispatcher noun. An account has at most one, and it is never removed. */
export const dispatcher: Noun<Dispatcher, DispatcherCommand, DispatcherEvent, 'dispatcher'> = {
  ...bare,
  name: 'dispatcher',
  shape: 1,
  decide,
  evolve,
  deadline,
  claims: () => [dispatcherClaim],
  facets: () => ({}),
  lists: {},
  effects,
  erasing: () => false,
}
