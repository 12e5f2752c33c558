import type { Context, Effect, Key, Part } from '../noun.ts'
import { mintId, type Id } from '../vocabulary/id.ts'
import type { Instant } from '../vocabulary/instant.ts'
import { isRefused, type Refusal, type Refused } from '../vocabulary/refusal.ts'
import type { Create, Gate, Report, ReportedWhat, SessionCommand } from './commands.ts'
import type { SessionEvent } from './events.ts'
import { session as noun } from './session.ts'
import type { Artefact, Policy, RetryPolicy, Session, SessionOutcome } from './state.ts'

export const begin: Instant = 1_800_000_000_000
const alice = '+14155550101'
const us = '+18005550111'
export const second = 1_000
const open: Gate = { balance: 'enough' }

/** Three tries more, half an hour apart, after whatever may be retried. */
export const stubborn: RetryPolicy = {
  max: 3,
  on: ['no_answer', 'busy', 'failed', 'error'],
  onVoicemail: true,
  afterMs: [1_800_000],
}

export function idOf(n: number): Id {
  return mintId(begin, 7, Uint8Array.from([0, 0, 0, 0, 0, 0, n >> 8, n, 0, 0]))
}

/** An outbound call, ordered for now. */
export function order(more: Partial<Create> = {}): Create {
  return {
    type: 'create',
    kind: 'telephone',
    direction: 'outbound',
    to: 'queued',
    agent: { id: idOf(2), version: 1 },
    user: alice,
    own: us,
    route: 'simulator',
    policy: {},
    order: { data: null },
    because: 'ordered by request',
    ...more,
  }
}

export const inbound: Partial<Create> = { direction: 'inbound', to: 'ringing', callId: 'CA1' }
export const browser: Partial<Create> = { kind: 'browser', direction: 'inbound', to: 'joining' }
export const text: Partial<Create> = { kind: 'text', direction: 'inbound', to: 'live' }
export const mail: Partial<Create> = {
  kind: 'email',
  to: 'dialing',
  own: 'shop@example.com',
  order: { data: null, mail: { to: 'alice@example.com', from: 'shop@example.com', subject: 'Your order' } },
}
/** A call that took place elsewhere, an hour before. */
export const imported: Partial<Create> = {
  direction: 'inbound',
  to: 'ended',
  route: 'elsewhere',
  imported: {
    createdAt: begin - 3_600_000,
    answeredAt: begin - 3_590_000,
    endedAt: begin - 3_500_000,
    outcome: 'completed',
    userTurns: 1,
  },
}
/** A row of a batch. */
export const row: Partial<Create> = { to: 'prepared', batch: { id: idOf(3), row: 17 } }

/** A session that has just been made. */
export function given(more: Partial<Create> = {}): Case {
  return new Case(order(more))
}

/** An outbound call with these clocks and choices. */
export function calling(policy: Partial<Policy> = {}, more: Partial<Create> = {}): Case {
  return given({ policy, ...more })
}

/** One session in memory, for tests in given / when / then: it keeps time in seconds and fires what is due first. */
export class Case {
  now: Instant = begin
  readonly events: SessionEvent[] = []
  /** What was asked of the world so far. */
  readonly effects: Effect[] = []
  #state: Session | undefined
  #sequence = 0

  constructor(create: Create) {
    this.run(create)
  }

  /** The state, after what is due. */
  get state(): Session {
    this.#fireDue()
    if (this.#state === undefined) throw new Error('Nothing was made.')
    return this.#state
  }

  /** Goes to this second after the start, firing what falls due on the way. */
  at(seconds: number): this {
    return this.jump(begin + seconds * second)
  }

  jump(to: Instant): this {
    if (to < this.now) throw new Error('Time goes forward.')
    this.now = to
    this.#fireDue()
    return this
  }

  /** Fires the next deadline at its time, whenever that is; false: there is none. */
  fireNext(): boolean {
    const due = noun.deadline(this.state)
    if (due === undefined) return false
    this.jump(Math.max(due.at, this.now))
    return true
  }

  /** Does it and answers with the new events; a refusal is an error. */
  run(command: SessionCommand): readonly SessionEvent[] {
    const decided = this.try(command)
    if (isRefused(decided)) throw new Error(`${decided.refusal.code}: ${decided.refusal.message}`)
    return decided
  }

  do(command: SessionCommand): this {
    this.run(command)
    return this
  }

  refusal(command: SessionCommand): Refusal {
    const decided = this.try(command)
    if (isRefused(decided)) return decided.refusal
    throw new Error(`Not refused: ${JSON.stringify(decided)}`)
  }

  try(command: SessionCommand): readonly SessionEvent[] | Refused {
    this.#fireDue()
    const decided = noun.decide(this.#state, command, this.#context('test'))
    if (isRefused(decided)) return decided
    this.#apply(decided.events)
    return decided.events
  }

  /** The carrier reports; the sequence rises unless one is given. */
  report(what: ReportedWhat, more: Partial<Report> = {}): this {
    const sequence = more.sequence ?? ++this.#sequence
    const { number: attempt } = this.state.attempt
    return this.do({ type: 'report', attempt, what, ...more, sequence })
  }

  /** The dispatcher has a slot; the gate is open unless said otherwise. */
  offer(gate: Gate = open, more: { attempt?: number; slot?: number } = {}): this {
    const attempt = this.state.attempt.number + 1
    return this.do({ type: 'offer_slot', attempt, slot: 1, lease: 'here', gate, ...more })
  }

  /** The calling hours are looked at, and no slot is offered. */
  look(gate: Gate = open): this {
    return this.do({ type: 'offer_slot', attempt: this.state.attempt.number + 1, gate })
  }

  placed(callId = 'CA1'): this {
    const { number: attempt } = this.state.attempt
    return this.do({ type: 'dial_answered', attempt, answer: { is: 'placed', callId } })
  }

  ringing(): this {
    return this.report({ is: 'ringing' })
  }

  answered(): this {
    return this.report({ is: 'answered', lease: 'here' })
  }

  ended(how: Omit<Extract<ReportedWhat, { is: 'ended' }>, 'is'> = {}): this {
    return this.report({ is: 'ended', ...how })
  }

  /** Dialled, rung and answered, with sound. */
  talking(): this {
    if (this.state.state === 'queued') this.offer()
    if (this.state.state === 'dialing') this.ringing()
    this.answered()
    return this.report({ is: 'media', receivedPackets: 50, sentPackets: 50 })
  }

  says(who: 'user' | 'agent', forSeconds = 0): this {
    return this.do({ type: 'turn', who, quietFrom: this.now + forSeconds * second })
  }

  settle(artefact: Artefact, more: Partial<Extract<SessionCommand, { type: 'settle' }>> = {}): this {
    return this.do({ type: 'settle', artefact, attempt: this.state.attempt.number, state: 'done', ...more })
  }

  /** Everything open is settled. */
  settled(): this {
    for (const artefact of Object.keys(this.state.artefacts) as Artefact[]) {
      if (this.state.artefacts[artefact] === 'pending') this.settle(artefact)
    }
    return this
  }

  /** The way it has gone: its states in order. */
  get way(): readonly string[] {
    return this.events.flatMap((event) =>
      event.type === 'session.created' || event.type === 'session.moved' ? [event.to] : [],
    )
  }

  /** What its attempts and the session came to, as far as that was told. */
  get outcomes(): readonly (SessionOutcome | undefined)[] {
    return this.events.flatMap((event) =>
      event.type === 'attempt.ended' || (event.type === 'session.moved' && event.to === 'ended') ? [event.outcome] : [],
    )
  }

  /** The payloads of the effects of one kind. */
  asked(kind: string): readonly unknown[] {
    return this.effects.filter((effect) => effect.kind === kind).map(({ payload }) => payload)
  }

  /** The effects since the last look, by kind. */
  kinds(from = 0): readonly string[] {
    return this.effects.slice(from).map(({ kind }) => kind)
  }

  #context(by: string): Context<SessionEvent> {
    return {
      now: this.now,
      self: idOf(1),
      account: idOf(4),
      by,
      next: this.events.length + 1,
      id: () => idOf(100 + this.events.length),
      taken: () => undefined,
      found: (key) => this.#found(key),
    }
  }

  /** The part that used up a key. */
  #found({ kind, key }: Pick<Key, 'kind' | 'key'>): Part<SessionEvent> | undefined {
    const i = this.events.findIndex((event) =>
      noun.keys(event).some((used) => used.use === 'once' && used.kind === kind && used.key === key),
    )
    const created = this.events[i]
    return created && { n: i + 1, created }
  }

  /** Through JSON, as the store has it: an event that does not survive that is wrong. */
  #apply(events: readonly SessionEvent[]): void {
    for (const event of JSON.parse(JSON.stringify(events)) as readonly SessionEvent[]) {
      this.#state = noun.evolve(this.#state, event)
      this.events.push(event)
      this.effects.push(...noun.effects(event, this.#state))
    }
  }

  #fireDue(): void {
    if (this.#state === undefined) return
    const { now } = this
    for (let due = noun.deadline(this.#state); due && due.at <= now; due = noun.deadline(this.#state)) {
      this.now = due.at
      const decided = noun.decide(this.#state, due.command, this.#context('deadline'))
      if (isRefused(decided) || decided.events.length === 0) throw new Error(`A deadline must act: ${due.because}`)
      this.#apply(decided.events)
    }
    this.now = now
  }
}
