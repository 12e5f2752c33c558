import { hasLeft, isInFlight, isWaiting } from '#domain/session/standing.ts'
import type { Session } from '#domain/session/state.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, EffectRunner, Engine } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { Accounts } from '../api.ts'
import type { Agents } from '../calls/api.ts'
import { homeRoute } from '../calls/conversation/words.ts'
import type { AgentRuntime } from '../calls/ports.ts'
import { policyOf } from '../calls/sessions/policy.ts'
import { unknownSession, Views } from '../calls/sessions/views.ts'
import type { Logger, Vault } from '../ports.ts'
import type { WrittenDraft } from '../texts/api.ts'
import { openWritten, type Opened } from '../written/opening.ts'
import type { Rooms } from './api.ts'
import { Floor } from './floor.ts'
import { roomRunners } from './runners.ts'
import { takeUp } from './taking-up.ts'
import { Tokens } from './tokens.ts'

export interface RoomsNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'now' | 'after' | 'random'>
  readonly vault: Vault
  readonly agents: Pick<Agents, 'get' | 'version'>
  readonly accounts: Pick<Accounts, 'list'>
  readonly runtime: AgentRuntime
  /** Where rooms are entered: a WebSocket URL. */
  readonly url: () => string
  readonly log?: Logger
}

export interface RoomHouse extends Rooms {
  /** For the engine, which has to have them before it starts. */
  readonly runners: Readonly<Record<string, EffectRunner>>
  /** After the engine has started: takes up the rooms of the process before. */
  start(): Promise<void>
  /** Before the engine stops: everybody is let go, and the sessions stay for the next process. */
  stop(): Promise<void>
}

/** Browser sessions: opened here, joined with a token, talked in with their agent. */
export function createRooms(need: RoomsNeed): RoomHouse {
  const { engine, system, agents } = need
  const views = new Views(engine, agents)
  const tokens = new Tokens({ vault: need.vault, url: need.url, now: (account) => engine.clocks.now(account) })
  // A new one for each process: what another one held is nobody's any more.
  const lease = system.random(new Uint8Array(12)).toHex()
  const floor = new Floor({ ...need, views, tokens, lease })

  return {
    open: async (ask, draft) => {
      const opened = await openRoom(need, ask, draft)
      // The greeting is said when there is somebody to hear it.
      return isRefused(opened) ? opened : { ...opened, greeting: null, join: tokens.join(opened.view) }
    },
    listen: async ({ account }, id, mode) => {
      const view = await views.get(account, id)
      if (!view) return unknownSession()
      return whyNoListener(view.session) ?? tokens.listener(view, mode)
    },
    read: (token) => tokens.read(token),
    refusal: (seat) => floor.refusal(seat),
    enter: (seat, hear) => floor.enter(seat, hear),
    runners: roomRunners(floor, lease),
    start: () => takeUp(need, floor, lease),
    stop: () => floor.stop(),
  }
}

/** It waits for its user. Our side is the agent, by the id that the API shows: nobody has called a number. */
async function openRoom(need: RoomsNeed, ask: Ask, draft: WrittenDraft): Promise<Opened | Refused> {
  const { user } = draft
  return openWritten(need, ask, draft, (definition, agent) => {
    const own = `agent_${agent}`
    if (user === own)
      return refuse('invalid', 'Name somebody else: an agent does not talk to itself.', { field: 'user' })
    return {
      kind: 'browser',
      direction: 'inbound',
      to: 'joining',
      own,
      route: homeRoute({ user, own }),
      policy: policyOf(definition, { retry: null, keepsHours: false }),
    }
  })
}

function whyNoListener(session: Session): Refused | undefined {
  const { kind, state } = session
  const isOver = hasLeft(session) || !(isInFlight(session) || isWaiting(session))
  if (isOver) return refuse('wrong_state', 'It is over: there is nothing to listen to.')
  if (kind !== 'browser') return refuse('not_found', 'It has no room: only browser sessions can be listened to.')
  return state === 'live' ? undefined : refuse('wrong_state', 'Wait until its user has joined.')
}
