import type { Noun } from '../noun.ts'
import type { SessionCommand } from './commands.ts'
import { deadline } from './deadline.ts'
import { decide } from './decide.ts'
import { effects } from './effects.ts'
import type { SessionEvent } from './events.ts'
import { evolve } from './evolve.ts'
import { claims, facets, handles, keys, lists, part, reactions } from './finding.ts'
import type { Session } from './state.ts'

/** One agent's live engagement with one user on one channel (lifecycle section 2). */
export const session: Noun<Session, SessionCommand, SessionEvent, 'session'> = {
  name: 'session',
  shape: 2,
  decide,
  evolve,
  deadline,
  claims,
  handles,
  keys,
  part,
  facets,
  lists,
  reactions,
  effects,
  erasing: ({ state }) => state === 'erasing',
}
