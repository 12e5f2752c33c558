import type { Claim, Context, Key, Part } from '../noun.ts'
import type { Channel } from '../vocabulary/channel.ts'
import { mintId, type Id } from '../vocabulary/id.ts'
import { minuteMs, type Instant } from '../vocabulary/instant.ts'
import { isRefused, type Refusal } from '../vocabulary/refusal.ts'
import type { ConversationCommand, Create, NewParticipant, Say, Speaker } from './commands.ts'
import { conversation as noun } from './conversation.ts'
import type { ConversationEvent } from './events.ts'
import { groupingClaim } from './grouping.ts'
import { fits } from './matching.ts'
import type { ConfigurationPin, Conversation, Grouping, Timeouts } from './state.ts'

/** Minutes, as a configuration says them (T15). */
export type Minutes = Readonly<
  Partial<Record<Channel, { readonly inactive?: number; readonly closed?: number } | null>>
>

export interface Message {
  readonly channel: Channel
  readonly customer?: string
  readonly business?: string
  /** Sent by us. */
  readonly out?: boolean
  readonly text?: string
  readonly resourceId?: string
  readonly stream?: string
}

export const alice = '+14155550101'
export const bob = '+14155550102'
export const us = '+18005550111'
export const begin: Instant = 1_800_000_000_000

export function pinOf(minutes: Minutes, grouping: Grouping = 'addresses', closeSilent?: number): ConfigurationPin {
  const timeouts: Record<string, Timeouts[Channel]> = {}
  for (const [channel, times] of Object.entries(minutes)) {
    timeouts[channel] = times && {
      ...(times.inactive === undefined ? {} : { inactiveMs: times.inactive * minuteMs }),
      ...(times.closed === undefined ? {} : { closedMs: times.closed * minuteMs }),
    }
  }
  const pin = { id: mintId(begin, 1, new Uint8Array(10)), version: 1, grouping, timeouts }
  return closeSilent === undefined ? pin : { ...pin, closeSilentMs: closeSilent * minuteMs }
}

/** Two parties on one channel, as capture rules type them. */
export function parties(channel: Channel, customer: string = alice, business: string = us): readonly NewParticipant[] {
  return [
    { type: 'customer', addresses: [{ channel, address: customer }] },
    { type: 'agent', addresses: [{ channel, address: business }] },
  ]
}

/** One thing said by the customer, or by us. */
export function saying({
  channel,
  customer = alice,
  business = us,
  out = false,
  text = 'hello',
  ...more
}: Message): Say {
  const sides: readonly [Speaker, Speaker] = [
    { channel, address: customer, type: 'customer' },
    { channel, address: business, type: 'agent' },
  ]
  const [author, recipient] = out ? [sides[1], sides[0]] : sides
  return { type: 'say', author, recipients: [recipient], content: { type: 'text', text }, ...more }
}

interface Kept {
  state: Conversation
  events: ConversationEvent[]
  used: Map<string, number>
}

export function house(pin: ConfigurationPin): House {
  return new House(pin)
}

/** A house of conversations in memory, for tests in given / when / then: it keeps time in minutes and fires what is due first. */
export class House {
  readonly pin: ConfigurationPin
  now: Instant = begin
  private readonly kept = new Map<Id, Kept>()
  private minted = 0

  constructor(pin: ConfigurationPin) {
    this.pin = pin
  }

  /** Goes to this minute after the start, firing what falls due on the way. */
  at(minute: number): this {
    return this.jump(begin + minute * minuteMs)
  }

  jump(to: Instant): this {
    if (to < this.now) throw new Error('Time goes forward.')
    this.now = to
    this.fireDue()
    return this
  }

  /** The state of one, after what is due. */
  get(id: Id): Conversation {
    this.fireDue()
    const own = this.kept.get(id)
    if (own === undefined) throw new Error(`No conversation ${id}`)
    return own.state
  }

  events(id: Id): readonly ConversationEvent[] {
    return this.kept.get(id)?.events ?? []
  }

  all(): readonly Conversation[] {
    return [...this.kept.keys()].map((id) => this.get(id))
  }

  /** Does it and answers with the new events; a refusal is an error. */
  run(id: Id, command: ConversationCommand): readonly ConversationEvent[] {
    const decided = this.decide(id, command)
    if (isRefused(decided)) throw new Error(`${decided.refusal.code}: ${decided.refusal.message}`)
    this.apply(id, decided.events)
    return decided.events
  }

  refusal(id: Id, command: ConversationCommand): Refusal {
    const decided = this.decide(id, command)
    if (isRefused(decided)) return decided.refusal
    throw new Error(`Not refused: ${JSON.stringify(decided.events)}`)
  }

  create(participants: readonly NewParticipant[] = [], more: Partial<Omit<Create, 'type'>> = {}): Id {
    const id = this.newId()
    this.run(id, { type: 'create', configuration: this.pin, participants, because: 'test', ...more })
    return id
  }

  /** Traffic from a customer to us, or from us: into the open conversation that it matches, else into a new one. */
  hear(message: Message): Id {
    this.fireDue()
    const { channel, customer = alice, business = us } = message
    const drafts = parties(channel, customer, business)
    const claim = groupingClaim(this.pin, drafts)
    const sides = { customer: { channel, address: customer }, business: { channel, address: business } }
    const id =
      (claim && this.holder(claim)) ??
      [...this.kept.values()].find(({ state }) => fits(state, this.pin.id, sides))?.state.id ??
      this.create(drafts)
    this.run(id, { ...saying(message), captured: true })
    return id
  }

  private decide(id: Id, command: ConversationCommand): ReturnType<typeof noun.decide> {
    this.fireDue()
    return noun.decide(this.kept.get(id)?.state, command, this.context(id, this.now, 'test'))
  }

  private context(self: Id, now: Instant, by: string): Context<ConversationEvent> {
    const own = this.kept.get(self)
    return {
      now,
      self,
      account: 'account',
      by,
      next: (own?.events.length ?? 0) + 1,
      id: () => this.newId(),
      taken: (claim) => this.holder(claim),
      found: (key) => own && part(own, own.used.get(name(key))),
    }
  }

  /** Through JSON, as the store has it: an event that does not survive that is wrong. */
  private apply(id: Id, events: readonly ConversationEvent[]): void {
    for (const event of JSON.parse(JSON.stringify(events)) as readonly ConversationEvent[]) {
      const own = this.kept.get(id)
      const state = noun.evolve(own?.state, event)
      const next = own ?? { state, events: [], used: new Map<string, number>() }
      next.state = state
      next.events.push(event)
      for (const key of noun.keys(event)) if (key.use === 'once') next.used.set(name(key), next.events.length)
      this.kept.set(id, next)
    }
  }

  private fireDue(): void {
    for (const [id, own] of this.kept) {
      for (let due = noun.deadline(own.state); due && due.at <= this.now; due = noun.deadline(own.state)) {
        const decided = noun.decide(own.state, due.command, this.context(id, due.at, 'deadline'))
        if (isRefused(decided) || decided.events.length === 0) throw new Error(`A deadline must act: ${due.because}`)
        this.apply(id, decided.events)
      }
    }
  }

  private holder(wanted: Claim): Id | undefined {
    return [...this.kept].find(([, { state }]) => noun.claims(state).some((held) => same(held, wanted)))?.[0]
  }

  private newId(): Id {
    this.minted++
    const count = [this.minted >> 16, this.minted >> 8, this.minted]
    return mintId(this.now, 7, Uint8Array.from([0, 0, 0, 0, 0, ...count, 0, 0]))
  }
}

function part({ events }: Kept, n: number | undefined): Part<ConversationEvent> | undefined {
  const created = n === undefined ? undefined : events[n - 1]
  if (n === undefined || created === undefined) return undefined
  const overlay = events.findLast((event) => event.type === 'communication.updated' && event.n === n)
  return overlay === undefined ? { n, created } : { n, created, overlay }
}

function name({ kind, key }: Pick<Key, 'kind' | 'key'>): string {
  return `${kind} ${key}`
}

function same(a: Claim, b: Claim): boolean {
  return a.kind === b.kind && a.route === b.route && a.key === b.key
}
