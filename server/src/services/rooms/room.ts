import type { Id } from '#domain/vocabulary/id.ts'
import { refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { SessionView } from '../calls/api.ts'
import type { Heard } from './api.ts'
import type { RoomTalk } from './talking.ts'

/** Somebody in a room. */
export interface Member {
  hear(heard: Heard): void
}

const mostListeners = 20
/** What is kept of what happened while the user was away for a moment. */
const mostMissed = 50

/** One live session's room: its user, who listens, and who talks. In memory only: what matters is in the session. */
export class Room {
  readonly account: string
  readonly session: Id
  /** As it was told last. */
  view: SessionView
  /** The talk of this process, once somebody has to talk, and its beginning. */
  talk: Promise<RoomTalk | undefined> | undefined
  begun: Promise<void> | undefined
  /** How many are on their way in. */
  entering = 0
  #user: Member | undefined
  readonly #listeners = new Set<Member>()
  #missed: readonly Heard[] = []
  #grace: (() => void) | undefined
  #isOver = false

  constructor(view: SessionView) {
    this.account = view.session.account
    this.session = view.session.id
    this.view = view
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Nobody is here, and nobody is waited for. */
  get isEmpty(): boolean {
    return this.#user === undefined && this.#listeners.size === 0 && !this.isExpecting
  }

  /** The user sits down, in the place of whoever sat there; what was missed is told. */
  seat(user: Member): void {
    this.#user?.hear({ is: 'replaced' })
    this.#user = user
    this.expectNobody()
    const missed = this.#missed
    this.#missed = []
    for (const heard of missed) user.hear(heard)
  }

  has(member: Member): boolean {
    return this.#user === member || this.#listeners.has(member)
  }

  /** Why no more can listen; undefined: there is room. */
  get full(): Refused | undefined {
    if (this.#listeners.size < mostListeners) return undefined
    return refuse('limit_reached', `At most ${mostListeners} can listen at once: let another one go first.`)
  }

  listen(listener: Member): Refused | undefined {
    const { full } = this
    if (!full) this.#listeners.add(listener)
    return full
  }

  /** Gets up. False: it was not here any more. */
  leave(member: Member): boolean {
    if (this.#user !== member) return this.#listeners.delete(member)
    this.#user = undefined
    return true
  }

  /** The user is waited for until `cancel` is called, or they are back. */
  expect(cancel: () => void): void {
    this.expectNobody()
    this.#grace = cancel
  }

  expectNobody(): void {
    this.#grace?.()
    this.#grace = undefined
  }

  get isExpecting(): boolean {
    return this.#grace !== undefined
  }

  get hasUser(): boolean {
    return this.#user !== undefined
  }

  tell(heard: Heard): void {
    if (this.#isOver) return
    if (this.#user) this.#user.hear(heard)
    else this.#missed = [...this.#missed, heard].slice(-mostMissed)
    for (const listener of this.#listeners) listener.hear(heard)
  }

  /** Everybody is told and goes. */
  close(heard: Heard | undefined): void {
    if (heard) this.tell(heard)
    this.#isOver = true
    this.expectNobody()
    this.#user = undefined
    this.#listeners.clear()
  }
}
