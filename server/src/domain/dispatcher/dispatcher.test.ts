import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { given } from '#conformance/given.ts'
import { isRefused } from '../vocabulary/refusal.ts'
import type { DispatcherCommand } from './commands.ts'
import { dispatcher } from './dispatcher.ts'
import type { DispatcherEvent } from './events.ts'
import type { Dispatcher, SlotWanted } from './state.ts'

const created: DispatcherEvent = { type: 'dispatcher.created', at: 1, id: 'd', account: 'alice' }
const want = (session: string, attempt = 1, leaseMs = 100): SlotWanted => ({ session, attempt, route: 'r', leaseMs })
const take = (limit: number, ...wanted: readonly SlotWanted[]): DispatcherCommand => ({ type: 'take', wanted, limit })

describe('a dispatcher', () => {
  it('is one for each account', () => {
    const { state } = given(dispatcher).when({ type: 'create' })
    expect(dispatcher.claims(state)).toEqual([{ kind: 'dispatcher', route: '', key: 'slots' }])
    expect(given(dispatcher).when({ type: 'create' }, { taken: { slots: 'other' } }).refusal?.code).toBe('in_use')
    expect(given(dispatcher).when(take(1, want('a'))).refusal?.code).toBe('not_found')
  })

  it('gives the lowest free slots in the order wanted, up to the limit, and offers each', () => {
    const first = given(dispatcher, created).when(take(2, want('a'), want('b'), want('c')))
    expect(first.state.held).toMatchObject([
      { slot: 1, session: 'a', since: 1_000, until: 1_100 },
      { slot: 2, session: 'b' },
    ])
    expect(dispatcher.effects(first.events[0]!, first.state)).toMatchObject([
      {
        kind: 'slot.offer',
        mode: 'repeatable',
        key: 'a.1',
        payload: { session: 'a', attempt: 1, slot: 1, route: 'r' },
      },
      { kind: 'slot.offer', key: 'b.1', payload: { slot: 2 } },
    ])
    const given2 = given(dispatcher, created, ...first.events)
    const released = given2.when({ type: 'release', session: 'a', attempt: 1 })
    const again = given(dispatcher, created, ...first.events, ...released.events).when(take(3, want('c'), want('d')))
    expect(again.state.held.map(({ slot, session }) => [slot, session])).toEqual([
      [2, 'b'],
      [1, 'c'],
      [3, 'd'],
    ])
  })

  it('leaves a slot with who holds it and does not offer it again; another attempt is another holder', () => {
    const first = given(dispatcher, created).when(take(5, want('a'), want('a')))
    expect(first.state.held).toHaveLength(1)
    const present = given(dispatcher, created, ...first.events)
    expect(present.when(take(5, want('a'))).events).toEqual([])
    expect(present.when(take(5, want('a'), want('a', 2))).state.held).toMatchObject([{ attempt: 1 }, { attempt: 2 }])
  })

  it('takes no slot away when the limit falls, and gives none until it has room', () => {
    const first = given(dispatcher, created).when(take(3, want('a'), want('b'), want('c')))
    const present = given(dispatcher, created, ...first.events)
    expect(present.when(take(1, want('d'))).events).toEqual([])
    expect(present.state.held).toHaveLength(3)
  })

  it('says that a slot is free when it comes back, once', () => {
    const first = given(dispatcher, created).when(take(1, want('a')))
    const present = given(dispatcher, created, ...first.events)
    const { events, state } = present.when({ type: 'release', session: 'a', attempt: 1 })
    expect(dispatcher.effects(events[0]!, state)).toEqual([
      { kind: 'slot.freed', mode: 'repeatable', key: 'freed', payload: {} },
    ])
    const after = given(dispatcher, created, ...first.events, ...events)
    expect(after.when({ type: 'release', session: 'a', attempt: 1 }).events).toEqual([])
    expect(present.when({ type: 'release', session: 'a', attempt: 2 }).events).toEqual([])
  })

  it('takes slots back whose lease has run out, and says so for each route', () => {
    const wanted = [want('a', 1, 50), { ...want('b', 1, 20), route: 'other' }, want('c', 1, 20)]
    const first = given(dispatcher, created).when(take(5, ...wanted))
    expect(dispatcher.deadline(first.state)).toMatchObject({ at: 1_020, command: { type: 'lapse' } })
    const present = given(dispatcher, created, ...first.events)
    expect(present.when({ type: 'lapse' }, { now: 1_019 }).events).toEqual([])
    const { events, state } = present.when({ type: 'lapse' }, { now: 1_020 })
    expect(state.held).toMatchObject([{ session: 'a' }])
    expect(dispatcher.deadline(state)?.at).toBe(1_050)
    expect(dispatcher.effects(events[0]!, state)).toMatchObject([
      { kind: 'slot.lapsed', payload: { route: 'other' } },
      { kind: 'slot.lapsed', payload: { route: 'r' } },
    ])
  })

  it('is never above the limit, never gives one slot twice, and never loses one', () => {
    const seed = Number(process.env['SEED'] ?? 7)
    const session = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
    const command = fc.oneof(
      fc
        .record({ sessions: fc.array(session, { maxLength: 6 }), limit: fc.nat(5) })
        .map(({ sessions, limit }) => take(limit, ...sessions.map((name) => want(name)))),
      session.map((name): DispatcherCommand => ({ type: 'release', session: name, attempt: 1 })),
      fc.constant<DispatcherCommand>({ type: 'lapse' }),
    )
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        let state: Dispatcher = dispatcher.evolve(undefined, created)
        for (const [i, one] of commands.entries()) {
          const before = state
          const context = { now: i * 20, self: 'd', account: 'alice', by: 'api', next: i + 2, id: () => '' }
          const decision = dispatcher.decide(state, one, { ...context, taken: () => undefined, found: () => undefined })
          if (isRefused(decision)) throw new Error(decision.refusal.message)
          state = decision.events.reduce<Dispatcher>((folded, event) => dispatcher.evolve(folded, event), state)
          const { held } = state
          expect(new Set(held.map(({ slot }) => slot)).size).toBe(held.length)
          expect(new Set(held.map((one) => one.session)).size).toBe(held.length)
          expect(wrong(one, before, state, i * 20)).toBeUndefined()
        }
      }),
      { seed, numRuns: 300 },
    )
  })
})

/** What a command may not lead to. */
function wrong(command: DispatcherCommand, before: Dispatcher, { held }: Dispatcher, now: number): string | undefined {
  switch (command.type) {
    case 'take': {
      const { limit, wanted } = command
      if (held.length > Math.max(limit, before.held.length)) return 'above the limit'
      const served = wanted.every(({ session }) => held.some((one) => one.session === session))
      return served || held.length >= limit ? undefined : 'a slot was kept back'
    }
    case 'lapse':
      return held.some(({ until }) => until <= now) ? 'a lease outlived its end' : undefined
    case 'release':
      return held.some(({ session }) => session === command.session) ? 'not given back' : undefined
    case 'create':
      return undefined
  }
}
