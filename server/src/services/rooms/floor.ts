import { limits } from '#domain/session/limits.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import { isLonger } from '#domain/vocabulary/characters.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import { refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Engine, Followed } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { SessionView } from '../calls/api.ts'
import { wordsOf } from '../calls/conversation/transcript.ts'
import { persist } from '../calls/patience.ts'
import type { AgentRuntime } from '../calls/ports.ts'
import { unknownSession } from '../calls/sessions/views.ts'
import type { Logger } from '../ports.ts'
import type { Heard, Presence, Seat } from './api.ts'
import { join, leave, over, whyNot } from './coming.ts'
import { adviceOf } from './advice.ts'
import { saidFrom } from './known.ts'
import { Room, type Member } from './room.ts'
import { RoomTalk } from './talking.ts'
import type { Tokens } from './tokens.ts'

export interface FloorNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'now' | 'after'>
  readonly runtime: AgentRuntime
  readonly views: { get(account: string, id: Id): Promise<SessionView | undefined> }
  readonly tokens: Pick<Tokens, 'again'>
  /** The name of this server process. */
  readonly lease: string
  readonly log?: Logger
}

/** How long the seat of a user whose connection was lost is kept, in real time. */
const graceMs: Milliseconds = 10_000
const longestText = 16_000

/** All rooms that this process holds: who comes, who goes, and what they hear. */
export class Floor {
  readonly #need: FloorNeed
  readonly #rooms = new Map<Id, Room>()
  readonly #running = new Set<Promise<void>>()
  readonly #stopped = new AbortController()
  #unfollow: (() => void) | undefined

  constructor(need: FloorNeed) {
    this.#need = need
  }

  get isStopped(): boolean {
    return this.#stopped.signal.aborted
  }

  async refusal(seat: Seat): Promise<Refused | undefined> {
    if (this.isStopped) return stopping
    const view = await this.#need.views.get(seat.account, seat.session)
    if (view?.session.kind !== 'browser') return unknownSession()
    const room = this.#rooms.get(seat.session)
    return whyNot(view.session, seat.role) ?? (seat.role === 'listener' ? room?.full : undefined)
  }

  async enter(seat: Seat, hear: (heard: Heard) => void): Promise<Presence | Refused> {
    if (this.isStopped) return stopping
    this.#follow()
    const view = await this.#need.views.get(seat.account, seat.session)
    if (view?.session.kind !== 'browser') return unknownSession()
    // Known before anything happens in it, so that nothing that follows is missed.
    const room = this.#roomOf(view)
    const member: Member = { hear }
    room.entering++
    try {
      const refused = await this.#admit(room, seat, member)
      return refused ?? this.#presence(room, seat, member)
    } finally {
      room.entering--
      this.#tidy(room)
    }
  }

  /** Somebody must talk in a session that is live now. Safe to repeat. */
  async begin(session: Id): Promise<void> {
    const room = this.#rooms.get(session)
    if (!room || !(await this.#talkIn(room))) return
    await room.begun
  }

  /** Whoever talks in a session's room; undefined: nobody, or not here. */
  async talkOf(session: Id): Promise<RoomTalk | undefined> {
    return this.#rooms.get(session)?.talk
  }

  /** The user of a live session is waited for, whose connection was another process's. */
  async expect(account: string, session: Id): Promise<void> {
    this.#follow()
    const view = await this.#need.views.get(account, session)
    if (view?.session.state === 'live') this.#tidy(this.#roomOf(view))
  }

  /** Leaves every session as it is, for the process that takes it over. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#unfollow?.()
    for (const room of this.#rooms.values()) {
      room.close(undefined)
      void room.talk?.then((talk) => talk?.over())
    }
    this.#rooms.clear()
    await Promise.allSettled(this.#running)
  }

  async #admit(room: Room, seat: Seat, member: Member): Promise<Refused | undefined> {
    const refused = seat.role === 'user' ? await this.#join(room) : whyNot(room.view.session, seat.role)
    if (refused) return refused
    if (room.isOver) return over
    if (seat.role === 'listener') return room.listen(member)
    room.seat(member)
    return undefined
  }

  async #join(room: Room): Promise<Refused | undefined> {
    const { engine, lease } = this.#need
    const outcome = await engine.execute<Session>({ account: room.account, by: 'room' }, (unit) =>
      join(unit, room.session, lease),
    )
    if (outcome.value) room.view = { ...room.view, session: outcome.value }
    return outcome.refusal && { refusal: outcome.refusal }
  }

  #presence(room: Room, seat: Seat, member: Member): Presence {
    return {
      view: room.view,
      again: this.#need.tokens.again(room.view, seat),
      say: (text) => this.#say(room, seat, member, text),
      leave: async () => {
        if (seat.role === 'user' && room.has(member)) await this.#end(room, () => false)
        if (room.leave(member)) this.#tidy(room)
      },
      lost: () => {
        if (room.leave(member)) this.#tidy(room)
      },
    }
  }

  async #say(room: Room, { role, mode }: Seat, member: Member, text: string): Promise<Refused | undefined> {
    if (role === 'listener' && !mode)
      return refuse(
        'forbidden',
        'Who listens is not heard: join as the user, or with a token to whisper or to barge in.',
      )
    const longest = mode === 'whisper' ? limits.advice : longestText
    if (text.trim() === '' || isLonger(text, longest))
      return refuse('invalid', `Say something of 1 to ${longest} characters.`, { field: 'text' })
    if (!text.isWellFormed())
      return refuse('invalid', 'The text has half of a surrogate pair: say whole characters.', { field: 'text' })
    if (!room.has(member)) return over
    try {
      const talk = await this.#talkIn(room)
      return talk ? await saidBy(talk, mode, text) : over
    } catch {
      return refuse('unavailable', 'It could not be kept: say it again in a moment.')
    }
  }

  #roomOf(view: SessionView): Room {
    const { id } = view.session
    const room = this.#rooms.get(id) ?? new Room(view)
    this.#rooms.set(id, room)
    return room
  }

  /** A live session without its user waits for them a while; a room where nobody is or comes is forgotten. */
  #tidy(room: Room): void {
    if (room.isOver || room.hasUser || room.entering > 0 || this.isStopped) return
    if (room.view.session.state === 'live') {
      if (!room.isExpecting) room.expect(this.#need.system.after(graceMs, () => void this.#track(this.#giveUp(room))))
    } else if (room.isEmpty) this.#rooms.delete(room.session)
  }

  /** Nobody came back in time: ends the session, unless they are on their way by now. */
  async #giveUp(room: Room): Promise<void> {
    room.expectNobody()
    await this.#end(room, () => room.hasUser || room.entering > 0)
  }

  async #end({ account, session }: Room, isBack: () => boolean): Promise<void> {
    const outcome = await persist<unknown>(this.#need, { account, by: 'room' }, (unit) =>
      isBack() ? true : leave(unit, session, this.#need.lease),
    )
    if (outcome.refusal)
      this.#need.log?.error({ account, session, code: outcome.refusal.code }, 'A session its user left did not end.')
  }

  /** Set up once, by whoever needs it first; it begins at once. */
  #talkIn(room: Room): Promise<RoomTalk | undefined> {
    const setting = (room.talk ??= this.#set(room))
    setting.catch(() => {
      if (room.talk === setting) room.talk = undefined
    })
    return setting
  }

  async #set(room: Room): Promise<RoomTalk | undefined> {
    const { views, engine, lease } = this.#need
    const view = await views.get(room.account, room.session)
    if (view?.session.state !== 'live' || view.session.attempt.lease !== lease) return undefined
    room.view = view
    const [{ words }, advice] = await Promise.all([wordsOf(engine, view.session), adviceOf(engine, view.session)])
    if (room.isOver || this.isStopped) return undefined
    const own = { stopped: this.#stopped.signal, track: (step: Promise<void>) => this.#track(step) }
    const talk = new RoomTalk({ ...this.#need, ...own }, room, {
      ...saidFrom(words),
      heard: words.findLast(({ who }) => who === 'user')?.id ?? null,
      advice,
    })
    room.begun = this.#track(talk.begin())
    return talk
  }

  #follow(): void {
    const { feed } = this.#need.engine
    this.#unfollow ??= feed.follow(feed.lastSeq(), (batch) => {
      if (this.#rooms.size > 0) for (const followed of batch) this.#heard(followed)
    })
  }

  /** Whoever ended a session, and wherever: everybody in its room is told. */
  #heard({ recorded: { noun: name, aggregate, n, event }, after }: Followed): void {
    const room = name === noun.name && event.type === 'session.moved' ? this.#rooms.get(aggregate) : undefined
    if (!room) return
    room.view = { ...room.view, session: after as Session, version: n }
    if (room.view.session.state === 'live') return room.tell({ is: 'state', view: room.view })
    this.#rooms.delete(aggregate)
    room.close({ is: 'over', view: room.view })
    room.talk?.then(
      (talk) => talk?.over(),
      () => {},
    )
  }

  /** A step that is being taken; what breaks in it is the step's alone. */
  #track(step: Promise<void>): Promise<void> {
    const tracked = step.catch((error: unknown) => {
      const name = error instanceof Error ? error.name : typeof error
      this.#need.log?.error({ error: name }, 'A step in a room broke.')
    })
    this.#running.add(tracked)
    return tracked.finally(() => this.#running.delete(tracked))
  }
}

function saidBy(talk: RoomTalk, mode: Seat['mode'], text: string): Promise<Refused | undefined> {
  switch (mode) {
    case undefined:
      return talk.say(text)
    case 'barge':
      return talk.bargeIn(text)
    case 'whisper':
      return talk.advise(text)
  }
}

const stopping = refuse('unavailable', 'The server is stopping: come back in a moment.')
