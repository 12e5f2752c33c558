import type { Context, Decision, Effect } from '../../noun.ts'
import type { Instant, Milliseconds } from '../../vocabulary/instant.ts'
import { isRefused, type Refusal, type Refused } from '../../vocabulary/refusal.ts'
import type { ReportedWhat, SessionCommand } from '../commands.ts'
import type { SessionCreated, SessionEvent } from '../events.ts'
import { referenceOf } from '../requests.ts'
import { session as noun } from '../session.ts'
import type { Session } from '../state.ts'
import type { ControlCommand } from './commands.ts'
import type { ControlSettings } from './state.ts'

export const begin: Instant = 1_800_000_000_000
export const alice = '+14155550101'
export const bob = '+14155550102'
export const us = '+18005550111'
const id = '01ka7n36096q14dr9gpqy77zxy'
const offerId = '01ka7n36096q14dr9gpqy77zaa'

/** Something is heard on the line. */
const sound = { is: 'media', receivedPackets: 10, sentPackets: 10 } as const

const settings: ControlSettings = { declinesPending: false, modeAfterConnect: 'barge', openedByProgram: false }

const created: SessionCreated = {
  type: 'session.created',
  at: begin,
  id,
  account: 'account',
  kind: 'telephone',
  direction: 'inbound',
  to: 'ringing',
  agent: { id, version: 1 },
  user: alice,
  own: us,
  route: 'simulator',
  policy: {},
  order: { data: null },
  by: 'test',
  because: 'a call arrived',
}

/** A call in memory, for tests in given / when / then. */
export class Call {
  session: Session
  now: Instant = begin
  readonly events: SessionEvent[] = []
  readonly effects: Effect[] = []

  constructor(made: SessionCreated) {
    this.session = noun.evolve(undefined, made)
    this.events.push(made)
  }

  /** What the agent's program asks for; a refusal is an error. */
  ask(command: ControlCommand): readonly SessionEvent[] {
    const decided = this.try(command)
    if (isRefused(decided)) throw new Error(`${decided.refusal.code}: ${decided.refusal.message}`)
    return decided
  }

  refusal(command: ControlCommand): Refusal {
    const decided = this.try(command)
    if (isRefused(decided)) return decided.refusal
    throw new Error(`Not refused: ${JSON.stringify(decided)}`)
  }

  try(command: ControlCommand): readonly SessionEvent[] | Refused {
    return this.#take(noun.decide(this.session, command, this.#context('program')))
  }

  /** The carrier reports about a leg: the first one, or the second leg of that name. */
  report(what: ReportedWhat, leg?: string, sequence: number = this.events.length): readonly SessionEvent[] {
    const { number: attempt } = this.session.attempt
    const report = { type: 'report', attempt, sequence, what, ...(leg !== undefined && { leg }) } as const
    return this.run(report, 'carrier')
  }

  /** About the present second leg. */
  second(what: ReportedWhat): readonly SessionEvent[] {
    const leg = this.session.control?.second?.leg
    if (leg === undefined) throw new Error('There is no second leg.')
    return this.report(what, leg)
  }

  /** Whatever else is asked of the session. */
  run(command: SessionCommand, by: string = 'test'): readonly SessionEvent[] {
    const decided = this.#take(noun.decide(this.session, command, this.#context(by)))
    if (isRefused(decided)) throw new Error(`${decided.refusal.code}: ${decided.refusal.message}`)
    return decided
  }

  /** The slot that a session its program opened waits for. */
  giveSlot(): void {
    const attempt = this.session.attempt.number + 1
    this.run({ type: 'offer_slot', attempt, slot: 1, lease: 'node', gate: { balance: 'enough' } })
  }

  /** Lets time pass, firing what falls due on the way. */
  pass(ms: Milliseconds): readonly SessionEvent[] {
    const until = this.now + ms
    const from = this.events.length
    for (let due = noun.deadline(this.session); due && due.at <= until; due = noun.deadline(this.session)) {
      this.now = Math.max(this.now, due.at)
      if (this.run(due.command, 'deadline').length === 0) throw new Error(`A deadline must act: ${due.because}`)
    }
    this.now = until
    return this.events.slice(from)
  }

  #take(decided: Decision<SessionEvent> | Refused): readonly SessionEvent[] | Refused {
    return isRefused(decided) ? decided : this.#apply(decided.events)
  }

  /** Through JSON, as the store has it: an event that does not survive that is wrong. */
  #apply(decided: readonly SessionEvent[]): readonly SessionEvent[] {
    const events = JSON.parse(JSON.stringify(decided)) as readonly SessionEvent[]
    for (const event of events) {
      this.session = noun.evolve(this.session, event)
      this.events.push(event)
      this.effects.push(...noun.effects(event, this.session))
    }
    return events
  }

  #context(by: string): Context<SessionEvent> {
    return {
      now: this.now,
      self: id,
      account: 'account',
      by,
      next: this.events.length + 1,
      id: () => offerId,
      taken: () => undefined,
      found: () => undefined,
    }
  }
}

/** A call that came in for a connector, and is offered to its programs. */
export function offered(more: Partial<ControlSettings> = {}): Call {
  const call = new Call({ ...created, settings: { ...settings, ...more } })
  call.ask({ type: 'offer', offerId })
  call.ask({ type: 'claim', offerId, program: 'one', ready: true })
  return call
}

/** The same, answered by its program. */
export function answered(more: Partial<ControlSettings> = {}): Call {
  const call = offered(more)
  call.ask(answer(call))
  call.ask({ type: 'answer_done', id: 'answer' })
  call.report(sound)
  return call
}

/** The same, connected with the original callee. */
export function connected(more: Partial<ControlSettings> = {}): Call {
  const call = answered(more)
  call.ask(connect(call))
  call.second({ is: 'answered' })
  return call
}

/** A call that its program makes. */
export function opened(): Call {
  const call = new Call({
    ...created,
    direction: 'outbound',
    to: 'scheduled',
    settings: { ...settings, openedByProgram: true },
    because: 'opened by a program',
  })
  call.ask({ type: 'offer', offerId })
  call.ask({ type: 'claim', offerId, program: 'one', ready: true })
  return call
}

/** A live call of the house's own agent, which no program steers. */
export function plain(): Call {
  const call = new Call(created)
  call.report({ is: 'answered' })
  call.report(sound)
  return call
}

export function answer({ now }: Call, commandId = 'answer'): ControlCommand {
  return { type: 'answer', id: commandId, until: now + 10_000 }
}

export function connect({ now }: Call, ringMs = 30_000, commandId = 'connect'): ControlCommand {
  return { type: 'connect', id: commandId, to: us, from: alice, ringMs, until: now + ringMs }
}

export const transfer: ControlCommand = { type: 'transfer', id: 'transfer', to: bob, from: us, ringMs: 30_000 }

/** The name the carrier knows a leg by. */
export function reference({ session }: Call, leg?: string): string {
  return referenceOf(session.id, session.attempt.number, leg)
}
