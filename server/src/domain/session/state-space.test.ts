// The laws over the whole state space: random orders, random commands and reports, random times.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Instant } from '../vocabulary/instant.ts'
import { anyDeeds, anyOrder, type Deed } from './arbitrary.ts'
import { terminalBound } from './bound.ts'
import { controlDeadline } from './control/control.ts'
import type { SessionEvent, SessionMoved } from './events.ts'
import { Case } from './given.ts'
import { policyOf } from './limits.ts'
import { allows, moves } from './moves.ts'
import { session as noun } from './session.ts'
import { needsSlot } from './standing.ts'
import type { Session } from './state.ts'

const runs = 1_000
const history = fc.tuple(anyOrder, anyDeeds(40))

function perform(one: Case, deed: Deed): void {
  if (!('do' in deed)) {
    if (deed.pass === 'until due') one.fireNext()
    else one.jump(one.now + deed.pass)
    return
  }
  one.try(deed.command(one.state, one.now))
}

/** Each state on the way, the last one too. */
function lives(check: (one: Case, from: number, before: Session) => void): void {
  fc.assert(
    fc.property(history, ([order, deeds]) => {
      const one = new Case(order)
      check(one, 0, one.state)
      for (const deed of deeds) {
        const before = one.state
        const from = one.events.length
        perform(one, deed)
        check(one, from, before)
      }
    }),
    { numRuns: runs },
  )
}

/** What the table has against one event that happened in this state. */
function complaints(before: Session | undefined, event: SessionEvent): readonly string[] {
  if (event.type === 'session.created') return allows('new', event.to) ? [] : [`it begins as ${event.to}`]
  if (event.type === 'session.moved') return wrongMove(before, event)
  if (event.type !== 'attempt.ended') return []
  const isAllowed = before && needsSlot(before) && allows(before.state, 'scheduled', event.outcome)
  return isAllowed ? [] : [`${before?.state} is retried after ${event.outcome}`]
}

function wrongMove(before: Session | undefined, { from, to, outcome, by }: SessionMoved): readonly string[] {
  const said = `${from} to ${to} (${outcome}) by ${by}`
  const movers: readonly string[] = Object.entries(moves[from]).find(([target]) => target === to)?.[1].by ?? []
  const isByTime = by !== 'deadline' || movers.includes('deadline')
  const isEnding = to === 'wrapping' || to === 'ended'
  const isMail = from !== 'dialing' || to !== 'live' || before?.kind === 'email'
  const isRight =
    from === before?.state && allows(from, to, outcome) && isByTime && isMail && isEnding === (outcome !== undefined)
  return isRight ? [] : [said]
}

/** Every event, with the states before and after it. */
function replay(one: Case, see: (before: Session | undefined, event: SessionEvent, after: Session) => void): void {
  let before: Session | undefined
  for (const event of one.events) {
    const after = noun.evolve(before, event)
    see(before, event, after)
    before = after
  }
}

describe('the laws over the state space', () => {
  test('only moves of the table happen, with the outcomes it allows', () => {
    fc.assert(
      fc.property(history, ([order, deeds]) => {
        const one = new Case(order)
        for (const deed of deeds) perform(one, deed)
        replay(one, (before, event) => expect(complaints(before, event)).toEqual([]))
      }),
      { numRuns: runs },
    )
  })

  test('rule 2: what has ended never changes, but for an artefact that comes late', () => {
    lives((one, _from, before) => {
      if (before.state !== 'ended') return
      // A cost that comes late is money spent, and is added.
      const { artefacts: _a, cost: _c, ...shown } = one.state
      const { artefacts: _b, cost: _d, ...had } = before
      expect(shown).toEqual(had)
    })
  })

  test('rule 1: every state but the last has a deadline from the moment it is entered, and it acts', () => {
    fc.assert(
      fc.property(history, ([order, deeds]) => {
        const one = new Case(order)
        for (const deed of deeds) perform(one, deed)
        replay(one, (_before, _event, after) => {
          expect(noun.deadline(after) === undefined).toBe(after.state === 'ended')
        })
      }),
      { numRuns: runs },
    )
  })

  test('rule 1: deadlines alone end it within the published bound', () => {
    fc.assert(
      fc.property(history, ([order, deeds]) => {
        const one = new Case(order)
        for (const deed of deeds) perform(one, deed)
        const { state } = one
        const from: Instant = one.now
        const most = terminalBound(policyOf(state), state.kind)[state.state]
        for (let fired = 0; one.state.state !== 'ended'; fired++) {
          expect(fired).toBeLessThan(100)
          expect(one.fireNext()).toBe(true)
        }
        expect(one.now - from).toBeLessThanOrEqual(most)
      }),
      { numRuns: runs },
    )
  })

  test('the head stays small whatever happens', () => {
    lives((one) => expect(JSON.stringify(one.state).length).toBeLessThanOrEqual(4096))
  })

  test('rule 7: an outbound call holds its slot from dialing to the end of live, and gives it back in the same transaction', () => {
    fc.assert(
      fc.property(history, ([order, deeds]) => {
        const one = new Case(order)
        for (const deed of deeds) perform(one, deed)
        const held = new Set<number>()
        replay(one, (_before, event, after) => {
          const { attempt } = after
          const isUp = after.state === 'dialing' || after.state === 'ringing' || after.state === 'live'
          const holds = isUp && after.kind === 'telephone' && after.direction === 'outbound'
          if (event.type === 'session.moved' && event.to === 'dialing') held.add(attempt.number)
          for (const { kind, payload } of noun.effects(event, after)) {
            if (kind === 'slot.release') held.delete((payload as { attempt: number }).attempt)
          }
          expect(attempt.slot !== undefined).toBe(holds)
          expect([...held]).toEqual(holds ? [attempt.number] : [])
        })
      }),
      { numRuns: runs },
    )
  })

  test('rule 3: the outcome, once fixed, stays; rule 4: only what was live is wrapped up', () => {
    fc.assert(
      fc.property(history, ([order, deeds]) => {
        const one = new Case(order)
        for (const deed of deeds) perform(one, deed)
        replay(one, (before, _event, after) => {
          const isFixed = before?.outcome && after.state !== 'scheduled'
          expect(after.outcome).toBe(isFixed ? before.outcome : after.outcome)
          expect(after.state === 'wrapping' && after.attempt.answeredAt === undefined).toBe(false)
        })
      }),
      { numRuns: runs },
    )
  })

  test('rule 6: no more retries than were allowed', () => {
    lives((one) => {
      const { state } = one
      expect(state.retries).toBeLessThanOrEqual(policyOf(state).retry?.max ?? 0)
    })
  })

  test('at the end nothing waits in the regions of control', () => {
    lives((one) => {
      const { state, control } = one.state
      if (state !== 'wrapping' && state !== 'ended') return
      expect([control?.waiting, controlDeadline(one.state)]).toEqual([undefined, undefined])
      expect(['none', 'disconnected', 'left', undefined]).toContain(control?.agent)
    })
  })

  test('the random lives are lively: every move of the table is made', () => {
    const made = new Set<string>()
    fc.assert(
      fc.property(history, ([order, deeds]) => {
        const one = new Case(order)
        for (const deed of deeds) perform(one, deed)
        one.try({ type: 'erase' })
        for (const event of one.events) if (event.type === 'session.moved') made.add(`${event.from} ${event.to}`)
      }),
      { numRuns: 4 * runs, seed: 20_261_121 },
    )
    const all = Object.entries(moves).flatMap(([from, targets]) =>
      from === 'new' || from === 'ended' ? [] : Object.keys(targets).map((to) => `${from} ${to}`),
    )
    expect([...made].toSorted()).toEqual(all.toSorted())
  })
})
