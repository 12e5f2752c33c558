import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import { readScript } from './check.ts'
import { answer, hangUp, hear, reinvite } from './handling.ts'
import { dueOf, newLeg, type Leg, type Played, type Told } from './leg.ts'
import { planOf } from './plan.ts'
import { play } from './play.ts'
import type { Script } from './script.ts'

const after = fc.option(fc.integer({ min: 0, max: 30_000 }), { nil: undefined })
const deed = fc.oneof(
  fc
    .constantFrom(
      ...(['ring', 'answer', 'beep', 'hang-up', 'drop', 'silent', 'wait-for-cancel', 'repeat', 'reorder'] as const),
      'wait-for-agent' as const,
    )
    .map((word) => ({ do: word })),
  fc.constant({ do: 'say', text: 'Hello.' }),
  fc.constant({ do: 'reject', because: 'busy' }),
  fc.constantFrom({ do: 'lose' }, { do: 'lose', reports: 'all' }, { do: 'delay', by: 50_000 }),
)
const script = fc
  .array(fc.tuple(deed, after).map(([step, wait]) => ({ ...step, ...(wait !== undefined && { after: wait }) })))
  .filter((steps) => !isRefused(readScript(steps)))

type Act = 'hang_up' | 'reject' | 'answer' | 'hear' | 'reinvite'
const acts = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 90_000 }),
    act: fc.constantFrom<Act>('hang_up', 'reject', 'answer', 'hear', 'reinvite'),
  }),
  { maxLength: 6 },
)

function handle(leg: Leg, act: Act, at: number): Played {
  switch (act) {
    case 'hang_up':
      return hangUp(leg, at, { reject: false })
    case 'reject':
      return hangUp(leg, at, { reject: true })
    case 'answer':
      return answer(leg, at) ?? { leg, told: [] }
    case 'hear':
      return { leg: hear(leg, at, 2_000), told: [] }
    case 'reinvite':
      return reinvite(leg, at)
  }
}

it('any phone, whatever we do: it comes to an end once, nothing follows, and no report is of a number of another', () => {
  fc.assert(
    fc.property(script, acts, fc.constantFrom('inbound', 'outbound'), (steps, given, direction) => {
      const plan = planOf(steps as Script, 'seed')
      const about = { account: 'a', reference: 'r', callId: 'c', direction, calledAt: 0 } as const
      let leg = newLeg({ ...about, steps: plan, ringMs: 60_000, limitMs: 600_000 })
      const told: Told[] = []
      const take = (played: Played): void => {
        leg = played.leg
        told.push(...played.told)
      }
      for (const { at, act } of given.toSorted((a, b) => a.at - b.at)) {
        take(play(leg, at))
        take(handle(leg, act, at))
      }
      take(play(leg, 10_000_000))
      expect(leg.phase).toBe('over')
      expect(dueOf(leg)).toBeUndefined()
      const known = leg.line.known.map(({ what }) => what.is)
      expect(known.filter((is) => is === 'ended')).toHaveLength(1)
      expect(known.at(-1)).toBe('ended')
      const reports = told.flatMap((one) => (one.kind === 'leg' ? [one.report] : []))
      const byNumber = new Map(reports.map((report) => [report.sequence, report.what]))
      for (const { sequence, what } of reports) expect(byNumber.get(sequence)).toBe(what)
      take(hangUp(leg, 10_000_000, { reject: false }))
      expect(leg.line.known).toHaveLength(known.length)
    }),
    { seed: 20_261_120, numRuns: 500 },
  )
})
