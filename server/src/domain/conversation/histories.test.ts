// Random histories against the law's arithmetic, written a second time: the model keeps the list of what happened, works
// out every due time from all of it, and knows nothing of heads, events or the noun.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Channel } from '../vocabulary/channel.ts'
import { dayMs, minuteMs, yearsAfter, type Instant } from '../vocabulary/instant.ts'
import { isRefused } from '../vocabulary/refusal.ts'
import { conversation } from './conversation.ts'
import { begin, house, parties, pinOf, saying, type House, type Minutes } from './given.ts'
import type { Conversation } from './state.ts'

type Deed =
  | { readonly kind: 'say'; readonly channel: Channel; readonly stream?: string }
  | { readonly kind: 'start' | 'end'; readonly stream: string }
  | { readonly kind: 'begin' | 'leave'; readonly session: string }
  | { readonly kind: 'set'; readonly status: 'active' | 'inactive' | 'closed' }
type Step = Deed & { readonly after: number }
type Fact = Deed & { readonly at: Instant }

const used = ['SMS', 'WHATSAPP', 'VOICE'] as const
const never = Number.POSITIVE_INFINITY

class Model {
  readonly facts: Fact[] = []
  status = 'active'
  /** The inactive timer: it goes off once, whatever the state is then. */
  private alarm = never
  private readonly minutes: Minutes
  private readonly silent: number | undefined

  constructor(minutes: Minutes, silent: number | undefined) {
    this.minutes = minutes
    this.silent = silent
  }

  newest(channel: Channel): Instant | undefined {
    const times = this.facts.flatMap((fact) => (fact.kind === 'say' && fact.channel === channel ? [fact.at] : []))
    return times.length === 0 ? undefined : Math.max(...times)
  }

  /** When the calls that were spoken in were over; never while one is not, or when there was none. */
  private callsOver(): Instant {
    const calls = this.facts.flatMap((fact, i) => (fact.kind === 'start' ? [{ ...fact, i }] : []))
    const ends = calls.flatMap(({ stream, i }) => {
      const rest = this.facts.slice(i + 1)
      const end = rest.findIndex((fact) => fact.kind === 'end' && fact.stream === stream)
      const during = end < 0 ? rest : rest.slice(0, end)
      const spoken = during.some((fact) => fact.kind === 'say' && fact.stream === stream)
      return spoken ? [rest[end]?.at ?? never] : []
    })
    return ends.length === 0 ? never : Math.max(...ends)
  }

  private over(channel: Channel, which: 'inactive' | 'closed'): Instant {
    const times = this.minutes[channel]
    const { inactive, closed } = times ?? {}
    const length =
      which === 'inactive' && inactive !== undefined && !(closed !== undefined && inactive >= closed)
        ? inactive
        : closed
    if (length !== undefined) return (this.newest(channel) ?? never) + length * minuteMs
    return channel === 'VOICE' && times !== undefined && inactive === undefined ? this.callsOver() : never
  }

  private all(which: 'inactive' | 'closed'): Instant {
    const active = used.filter((channel) => this.newest(channel) !== undefined)
    return active.length === 0 ? never : Math.max(...active.map((channel) => this.over(channel, which)))
  }

  closes(): Instant {
    const silent = this.silent === undefined || used.some((channel) => this.newest(channel) !== undefined)
    return Math.min(this.all('closed'), silent ? never : begin + this.silent * minuteMs, yearsAfter(begin, 3))
  }

  next(): { to: string; at: Instant } | undefined {
    if (this.status === 'closed') return undefined
    if (this.status === 'active' && this.alarm < this.closes()) return { to: 'inactive', at: this.alarm }
    return { to: 'closed', at: this.closes() }
  }

  pass(now: Instant): void {
    if (this.alarm <= now && this.alarm < this.closes()) {
      if (this.status === 'active') this.status = 'inactive'
      this.alarm = never
    }
    if (this.closes() <= now) this.status = 'closed'
  }

  private isOpenCall(stream: string): boolean {
    return (
      this.facts.findLast((fact) => (fact.kind === 'start' || fact.kind === 'end') && fact.stream === stream)?.kind ===
      'start'
    )
  }

  does(deed: Deed, at: Instant): void {
    this.pass(at)
    if (this.status === 'closed') return
    const before = this.all('inactive')
    // Words of a call show that it is going on; an end of what has not begun says nothing.
    if (deed.kind === 'say' && deed.stream !== undefined && !this.isOpenCall(deed.stream))
      this.facts.push({ kind: 'start', stream: deed.stream, at })
    if (deed.kind === 'end' && !this.isOpenCall(deed.stream)) return
    if (deed.kind === 'start' && this.isOpenCall(deed.stream)) return
    this.facts.push({ ...deed, at })
    if (deed.kind === 'set') this.status = deed.status
    // Written sessions that come and go move nothing.
    if (deed.kind === 'say' || deed.kind === 'start') this.status = 'active'
    const after = this.all('inactive')
    if (deed.kind === 'say') this.alarm = after > at ? after : never
    if (deed.kind === 'end' && after !== before) this.alarm = after
    this.pass(at)
  }
}

const times = fc.record(
  { inactive: fc.integer({ min: 1, max: 40 }), closed: fc.integer({ min: 1, max: 90 }) },
  { requiredKeys: [] },
)
const setting = fc.oneof({ weight: 4, arbitrary: times }, { weight: 1, arbitrary: fc.constant(null) })
const anyMinutes = fc.record(
  { SMS: setting, WHATSAPP: setting, VOICE: fc.oneof(setting, fc.constant(null)) },
  { requiredKeys: [] },
)
// The worked case's own kind of configuration, where calls and messages meet.
const mixed = fc.record({
  SMS: fc.record({ inactive: fc.integer({ min: 1, max: 9 }), closed: fc.integer({ min: 30, max: 300 }) }),
  VOICE: fc.constant(null),
})
const minutesOf = fc.oneof(anyMinutes, mixed)
const stream = fc.constantFrom('CA1', 'CA1', 'CA2')
const kind = <Kind extends string>(...kinds: Kind[]): fc.Arbitrary<Kind> => fc.constantFrom(...kinds)
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: kind('say'), channel: fc.constantFrom(...used) }) },
  { weight: 10, arbitrary: fc.record({ kind: kind('say'), channel: fc.constant('VOICE' as const), stream }) },
  { weight: 15, arbitrary: fc.record({ kind: kind('start', 'end'), stream }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('begin', 'leave'), session: fc.constantFrom('s1', 's2') }) },
  { weight: 12, arbitrary: fc.record({ kind: kind('set'), status: kind('active', 'inactive') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('set'), status: kind('closed') }) },
)
// Whole minutes make due times and deeds meet in the same instant; odd milliseconds and years do the rest.
const after = fc.oneof(
  { weight: 30, arbitrary: fc.integer({ min: 0, max: 8 }).map((minutes) => minutes * minuteMs) },
  { weight: 10, arbitrary: fc.integer({ min: 0, max: 20 * minuteMs }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 900 }).map((days) => days * dayMs) },
)
const history = fc.array(
  fc.tuple(deed, after).map(([one, wait]): Step => ({ ...one, after: wait })),
  { maxLength: 25, size: 'max' },
)
const silence = fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined, freq: 3 })

/** Does it, where the law lets it be done; answers with the code of the refusal otherwise. */
function act(town: House, id: string, deed: Deed): string | undefined {
  const idle = deed.kind === 'end' || deed.kind === 'leave' || (deed.kind === 'set' && deed.status === 'closed')
  if (town.get(id).status === 'closed' && !idle) return town.refusal(id, commandOf(deed)).code
  town.run(id, commandOf(deed))
  return undefined
}

function commandOf(deed: Deed): Parameters<House['run']>[1] {
  switch (deed.kind) {
    case 'say':
      return saying(
        deed.stream === undefined ? { channel: deed.channel } : { channel: deed.channel, stream: deed.stream },
      )
    case 'start':
      return { type: 'attach_stream', callSid: deed.stream }
    case 'end':
      return { type: 'end_stream', callSid: deed.stream, because: 'it ended' }
    case 'begin':
      return { type: 'attach_session', sessionId: deed.session }
    case 'leave':
      return { type: 'detach_session', sessionId: deed.session }
    case 'set':
      return { type: 'change', status: deed.status }
  }
}

function agree(state: Conversation, model: Model): void {
  const due = conversation.deadline(state)
  const lasts = used.flatMap((channel) =>
    model.newest(channel) === undefined ? [] : [[channel, model.newest(channel)]],
  )
  expect({
    status: state.status,
    last: state.last,
    due: due && { to: due.command.type === 'lapse' && due.command.to, at: due.at },
  }).toEqual({
    status: model.status,
    last: Object.fromEntries(lasts),
    due: model.next(),
  })
}

function folded(town: House, id: string): Conversation | undefined {
  let state: Conversation | undefined
  for (const event of town.events(id)) state = conversation.evolve(state, event)
  return state
}

const runs = { numRuns: 2_000, verbose: true } as const

describe('2,000 random histories', () => {
  test('state, clocks and due times equal the law, and what the deadlines alone do ends each one', () => {
    const seed = Number(process.hrtime.bigint() % 2_147_483_647n)
    console.info(`histories: seed ${seed}`)
    fc.assert(
      fc.property(minutesOf, silence, history, (minutes, silent, steps) => {
        const town = house(pinOf(minutes as Minutes, 'addresses', silent))
        const model = new Model(minutes as Minutes, silent)
        const id = town.create(parties('SMS'))
        let final: Conversation | undefined
        for (const { after: wait, ...one } of steps) {
          const to = town.now + wait
          town.jump(to)
          model.pass(to)
          agree(town.get(id), model)
          expect(['closed', undefined]).toContain(act(town, id, one))
          model.does(one, to)
          const state = town.get(id)
          agree(state, model)
          expect(lasting(final ?? state)).toEqual(lasting(state))
          if (state.status === 'closed') final = state
          expect(conversation.claims(state).length).toBe(state.status === 'closed' ? 0 : 1)
        }
        expect(folded(town, id)).toEqual(town.get(id))

        const end = model.status === 'closed' ? town.get(id).entered.at : model.closes()
        for (let due = conversation.deadline(town.get(id)); due; due = conversation.deadline(town.get(id)))
          town.jump(Math.max(town.now, due.at))
        expect(town.get(id).status).toBe('closed')
        expect(town.get(id).entered.at).toBe(end)
        expect(town.get(id).entered.at).toBeLessThanOrEqual(town.get(id).endsBy)
      }),
      { ...runs, seed },
    )
  })

  test('a deadline told too early, or twice, does nothing', () => {
    const seed = Number(process.hrtime.bigint() % 2_147_483_647n)
    console.info(`early deadlines: seed ${seed}`)
    fc.assert(
      fc.property(minutesOf, history, fc.constantFrom('inactive' as const, 'closed' as const), (minutes, steps, to) => {
        const town = house(pinOf(minutes as Minutes))
        const id = town.create(parties('SMS'))
        for (const { after: wait, ...one } of steps) {
          town.jump(town.now + wait)
          act(town, id, one)
          const before = town.get(id)
          expect(isRefused(town.run(id, { type: 'lapse', to, because: 'too early' }))).toBe(false)
          expect(town.get(id)).toBe(before)
        }
      }),
      { ...runs, numRuns: 300, seed },
    )
  })
})

/** What never changes once it is closed: only who still has words in it does. */
function lasting({ sessions: _sessions, moreSessions: _more, ...state }: Conversation): object {
  return state
}
