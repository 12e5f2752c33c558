import type { Claim, Decision, Effect, Key, Noun, PartRole, Reaction } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import { refuse, type Refused } from '#domain/vocabulary/refusal.ts'

/** A toy noun that uses everything an engine offers: a door that shuts by itself, is knocked on, and rings a bell. */
export interface Door {
  readonly status: 'open' | 'shut' | 'erasing'
  readonly label: string
  readonly colours: readonly string[]
  readonly bell: Id | null
  readonly shutsAt: Instant | null
  readonly createdAt: Instant
  readonly knocks: number
  readonly note: string
}

export type DoorCommand =
  | {
      readonly type: 'build'
      readonly label: string
      readonly colours?: readonly string[]
      readonly bell?: Id
      readonly shutsAfterMs?: number
    }
  | {
      readonly type: 'knock'
      readonly token?: string
      readonly words: string
      readonly trace?: string
      readonly ring?: string
      readonly delayMs?: number
    }
  | { readonly type: 'shut' }
  | { readonly type: 'paint'; readonly mode: 'repeatable' | 'once'; readonly colour: string }
  | { readonly type: 'painted'; readonly colour: string }
  | { readonly type: 'erase' }

export type DoorEvent =
  | {
      readonly type: 'door.built'
      readonly at: Instant
      readonly label: string
      readonly colours: readonly string[]
      readonly bell: Id | null
      readonly shutsAt: Instant | null
    }
  | {
      readonly type: 'door.knocked'
      readonly at: Instant
      readonly words: string
      readonly token?: string
      readonly trace?: string
      readonly ring?: string
      readonly shutsAt: Instant | null
    }
  | { readonly type: 'door.knock_amended'; readonly at: Instant; readonly n: number; readonly words: string }
  | { readonly type: 'door.shut'; readonly at: Instant; readonly by: string }
  | {
      readonly type: 'door.painting'
      readonly at: Instant
      readonly mode: 'repeatable' | 'once'
      readonly colour: string
    }
  | { readonly type: 'door.painted'; readonly at: Instant; readonly colour: string }
  | { readonly type: 'door.erased'; readonly at: Instant }

export const door: Noun<Door, DoorCommand, DoorEvent, 'door'> = {
  name: 'door',
  shape: 1,
  decide(state, command, context): Decision<DoorEvent> | Refused {
    const at = context.now
    if (command.type === 'build') {
      if (state !== undefined) return refuse('invalid', 'It is built already.')
      const holder = context.taken(labelClaim(command.label))
      if (holder !== undefined)
        return refuse('grouping_taken', 'Another open door has this label.', {
          conflicting: { noun: 'door', id: holder },
        })
      const shutsAt = command.shutsAfterMs === undefined ? null : at + command.shutsAfterMs
      return {
        events: [
          {
            type: 'door.built',
            at,
            label: command.label,
            colours: command.colours ?? [],
            bell: command.bell ?? null,
            shutsAt,
          },
        ],
      }
    }
    if (state === undefined || state.status === 'erasing') return refuse('not_found', 'There is no such door.')
    switch (command.type) {
      case 'knock': {
        if (state.status === 'shut') return refuse('closed', 'The door is shut.')
        const found =
          command.token === undefined ? undefined : context.found({ use: 'once', kind: 'token', key: command.token })
        if (found !== undefined)
          return { events: [{ type: 'door.knock_amended', at, n: found.n, words: command.words }] }
        const shutsAt = command.delayMs === undefined ? state.shutsAt : at + command.delayMs
        const token = command.token === undefined ? {} : { token: command.token }
        const trace = command.trace === undefined ? {} : { trace: command.trace }
        const ring = command.ring === undefined ? {} : { ring: command.ring }
        return { events: [{ type: 'door.knocked', at, words: command.words, ...token, ...trace, ...ring, shutsAt }] }
      }
      case 'shut':
        return state.status === 'shut' ? { events: [] } : { events: [{ type: 'door.shut', at, by: context.by }] }
      case 'paint':
        return { events: [{ type: 'door.painting', at, mode: command.mode, colour: command.colour }] }
      case 'painted':
        return state.status === 'shut'
          ? refuse('closed', 'The door is shut.')
          : { events: [{ type: 'door.painted', at, colour: command.colour }] }
      case 'erase':
        return { events: [{ type: 'door.erased', at }] }
    }
  },
  evolve(state, event): Door {
    if (event.type === 'door.built') {
      const { label, colours, bell, shutsAt, at } = event
      return { status: 'open', label, colours, bell, shutsAt, createdAt: at, knocks: 0, note: '' }
    }
    if (state === undefined) throw new Error('Nothing can happen to a door before it is built.')
    switch (event.type) {
      case 'door.knocked':
        return { ...state, knocks: state.knocks + 1, shutsAt: event.shutsAt }
      case 'door.shut':
        return { ...state, status: 'shut' }
      case 'door.painted':
        return { ...state, colours: [...state.colours, event.colour] }
      case 'door.erased':
        return { ...state, status: 'erasing' }
      case 'door.knock_amended':
      case 'door.painting':
        return state
    }
  },
  deadline: (state) =>
    state.status === 'open' && state.shutsAt !== null
      ? { at: state.shutsAt, command: { type: 'shut' }, because: 'its time was over' }
      : undefined,
  claims: (state): readonly Claim[] => (state.status === 'open' ? [labelClaim(state.label)] : []),
  handles: (state) => (state.status === 'open' ? state.colours.map((key) => ({ kind: 'colour', key })) : []),
  keys(event): readonly Key[] {
    if (event.type !== 'door.knocked') return []
    const keys: Key[] = []
    if (event.token !== undefined) keys.push({ use: 'once', kind: 'token', key: event.token })
    if (event.trace !== undefined) keys.push({ use: 'find', kind: 'trace', key: event.trace })
    if (event.ring !== undefined) keys.push({ use: 'find', kind: 'ring', key: event.ring, alone: true })
    return keys
  },
  part(event): PartRole | undefined {
    if (event.type === 'door.knocked') return { creates: 'knock' }
    return event.type === 'door.knock_amended' ? { overlays: event.n } : undefined
  },
  facets: (state) => ({ status: state.status, createdAt: state.createdAt, label: state.label }),
  lists: { by_status: { equal: 'status', sort: 'createdAt' } },
  reactions(event, state): readonly Reaction[] {
    return event.type === 'door.shut' && state.bell !== null
      ? [{ noun: 'bell', id: state.bell, command: { type: 'ring' } }]
      : []
  },
  effects(event): readonly Effect[] {
    if (event.type !== 'door.painting') return []
    return [{ kind: 'paint', mode: event.mode, key: event.colour, payload: { colour: event.colour } }]
  },
  erasing: (state) => state.status === 'erasing',
}

export function labelClaim(label: string): Claim {
  return { kind: 'label', route: label, key: label }
}

/** What a door's last word goes to. */
export interface Bell {
  readonly rings: number
}

export type BellEvent = { readonly type: 'bell.rung'; readonly at: Instant }

export const bell: Noun<Bell, { readonly type: 'ring' | 'mute' }, BellEvent, 'bell'> = {
  name: 'bell',
  shape: 1,
  decide: (_state, { type }, context) => ({ events: type === 'mute' ? [] : [{ type: 'bell.rung', at: context.now }] }),
  evolve: (state) => ({ rings: (state?.rings ?? 0) + 1 }),
  deadline: () => undefined,
  claims: () => [],
  handles: () => [],
  keys: () => [],
  part: () => undefined,
  facets: () => ({}),
  lists: {},
  reactions: () => [],
  effects: () => [],
  erasing: ({ rings }) => rings < 0,
}
