import type { SessionCommand } from '#domain/session/commands.ts'
import type { SessionEvent } from '#domain/session/events.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import { canonicalAddress, isTelephone } from '#domain/vocabulary/address.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Engine, Outcome, Unit } from '#engine/api.ts'
import { read } from '../../reading.ts'
import type { Agents, Numbers, Sessions, SessionView } from '../api.ts'
import { transcriptOf } from '../conversation/transcript.ts'
import { importSession } from './importing.ts'
import { countSessions, listSessions, sessionsMadeAt } from './lists.ts'
import { artefactsOf } from './made.ts'
import { place } from './ordering.ts'
import { sessionNamed } from './references.ts'
import { removeSession } from './removing.ts'
import { stopWaiting } from './stopping.ts'
import { nextTransition } from './transition.ts'
import { orderOf, unknownSession, Views } from './views.ts'

export interface SessionsNeed {
  readonly engine: Engine
  readonly agents: Pick<Agents, 'get' | 'version'>
  readonly numbers: Pick<Numbers, 'find' | 'list'>
  /** The dispatcher's: who holds slots, and who is next. */
  readonly dispatch: Pick<Sessions, 'queuePosition' | 'slots'>
}

/** How long a person that a call is handed to may ring. */
const transferRingMs: Milliseconds = 60_000

/** Sessions in our own words: ordering, steering and reading them. */
export function createSessions({ engine, agents, numbers, dispatch }: SessionsNeed): Sessions {
  const views = new Views(engine, agents)

  /** One command on one session; order and definition never change, so they are read before. */
  async function change(
    ask: Ask<SessionView>,
    id: Id,
    command: (unit: Unit, session: Session) => SessionCommand | Refused,
  ): Promise<Outcome<SessionView>> {
    const view = await views.get(ask.account, id)
    if (!view) return unknownSession()
    return engine.execute<SessionView>(ask, (unit) => {
      const session = unit.state(noun, id)
      const wanted = session ? command(unit, session) : unknownSession()
      const done = isRefused(wanted) ? wanted : unit.run(noun, id, wanted)
      return isRefused(done) ? done : { ...view, session: done.state, version: done.version }
    })
  }

  return {
    place: (ask, draft) => place({ engine, agents, numbers, views }, ask, draft),
    import: (ask, draft) => importSession({ engine, agents, views }, ask, draft),
    stop: (ask, id) => change(ask, id, () => ({ type: 'stop', cause: 'stopped_by_request' })),
    stopWaiting: (ask, agent, { scheduled }) =>
      stopWaiting(engine, ask, agent, {
        cause: 'stopped_by_request',
        states: scheduled ? ['queued', 'deferred', 'scheduled'] : ['queued', 'deferred'],
      }),
    hangUp: (ask, id, note) => change(ask, id, () => ({ type: 'hang_up', ...(note !== undefined && { note }) })),
    transfer: (ask, id, to) =>
      change(ask, id, (unit, { own }) => {
        const person = canonicalAddress('VOICE', to)
        if (!isTelephone(person))
          return refuse('invalid', 'Give the number to hand the call to in E.164 form.', { field: 'to' })
        return { type: 'transfer', id: unit.id(), to: person, from: own, ringMs: transferRingMs }
      }),
    remove: (ask, id) => removeSession(engine, ask, id),
    get: (account, id) => views.get(account, id),
    named: (account, key) => views.named(account, key),
    isUsedUp: (account, key) => read(engine, account, (unit) => isRefused(sessionNamed(unit, { key }))),
    list: (account, question) => listSessions(engine, views, account, question),
    count: (account, question) => countSessions(engine, account, question),
    madeAt: (account, instant) => sessionsMadeAt(engine, account, instant),
    timeline: (account, id, question) => timeline(engine, account, id, question),
    transcript: (session) => transcriptOf(engine, session),
    artefacts: (account, id, upTo) => artefactsOf(engine, account, id, upTo),
    order: (account, id) =>
      read(engine, account, (unit) => {
        return unit.state(noun, id) ? orderOf(unit.part(noun, id, 1)) : undefined
      }),
    nextTransition,
    queuePosition: (session) => dispatch.queuePosition(session),
    slots: (account) => dispatch.slots(account),
  }
}

async function timeline(
  engine: Engine,
  account: string,
  id: Id,
  { after, limit }: { readonly after: number; readonly limit: number },
): ReturnType<Sessions['timeline']> {
  const exists = await read(engine, account, (unit) => unit.state(noun, id) !== undefined)
  if (!exists) return undefined
  const parts = await engine.parts<SessionEvent>(account, id, { after, limit: limit + 1 })
  const items = parts.slice(0, limit).map(({ recorded }) => recorded)
  const last = items.at(-1)
  return { items, ...(parts.length > limit && last && { next: last.n }) }
}
