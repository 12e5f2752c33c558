import { describe, expect, it } from 'vitest'
import { given } from '#conformance/given.ts'
import { dayMs } from '../vocabulary/instant.ts'
import type { RetentionEvent } from './events.ts'
import { mostDays } from './days.ts'
import { isTooOld, retention } from './retention.ts'

const id = '01ka7n36096q14dr9gpqy77zxy'
function set(days: number | null, at = 0): RetentionEvent {
  return { type: 'retention.set', at, id, account: 'alice', days, by: 'test' }
}

describe('how long sessions are kept', () => {
  it('is due once a day while there are days, for the first time a day after each change', () => {
    const { state } = given(retention).when({ type: 'set', days: 30 })
    const { at, command } = retention.deadline(state)!
    expect([at, command]).toEqual([1_000 + dayMs, { type: 'sweep' }])
    const swept = given(retention, set(30, 1_000 - dayMs)).when({ type: 'sweep' })
    expect(swept.events).toEqual([{ type: 'retention.due', at: 1_000 }])
    expect(retention.effects(swept.events[0]!, swept.state)).toMatchObject([
      { kind: 'retention.sweep', mode: 'repeatable', payload: { dueAt: 1_000 } },
    ])
    expect(retention.deadline(swept.state)?.at).toBe(1_000 + dayMs)
    const changed = given(retention, set(30, 1_000 - dayMs / 2)).when({ type: 'set', days: 7 })
    expect(retention.deadline(changed.state)?.at).toBe(1_000 + dayMs)
  })

  it('costs nothing where everything is kept', () => {
    expect(given(retention).when({ type: 'set', days: null }).events).toEqual([])
    const { state } = given(retention, set(30)).when({ type: 'set', days: null })
    expect(retention.deadline(state)).toBeUndefined()
    expect(given(retention, set(30), set(null)).when({ type: 'sweep' }).events).toEqual([])
  })

  it('writes a change only when something changes, and sweeps only when it is due', () => {
    expect(given(retention, set(30)).when({ type: 'set', days: 30 }).events).toEqual([])
    expect(given(retention, set(30, 1_000)).when({ type: 'sweep' }).events).toEqual([])
  })

  it.each([0, -1, 1.5, Number.NaN, mostDays + 1])('is no number of days: %s', (days) => {
    expect(given(retention).when({ type: 'set', days }).refusal).toMatchObject({
      code: 'invalid',
      field: 'retentionDays',
    })
  })

  it('counts whole days back from when a sweep is due', () => {
    expect([isTooOld(0, 2, 2 * dayMs), isTooOld(1, 2, 2 * dayMs)]).toEqual([true, false])
  })
})
