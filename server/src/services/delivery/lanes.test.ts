import { describe, expect, it } from 'vitest'
import { laneRegistry } from './lane-registry.ts'
import { forgetHolds, insert, remove, turnOf } from './lanes.ts'
import type { Delivery, Lane, Origin } from './model.ts'

const holdBackMs = 30_000

function lane(): Lane {
  return laneRegistry().of('acme', 'a', 'alice', {} as Origin)
}

function put(into: Lane, seq: number, given: Partial<Delivery> = {}): Delivery {
  const delivery = { seq, stage: 'waiting', tries: 0, failedAt: undefined, heldSince: undefined, ...given } as Delivery
  insert(into, delivery)
  return delivery
}

describe('a lane', () => {
  it('keeps the order of events, whatever the order of arrival', () => {
    const one = lane()
    for (const seq of [5, 1, 9, 3, 7]) put(one, seq)
    expect(one.queue.map(({ seq }) => seq)).toEqual([1, 3, 5, 7, 9])
    remove(one, one.queue[2] as Delivery)
    remove(one, one.queue[0] as Delivery)
    expect(one.queue.map(({ seq }) => seq)).toEqual([3, 7, 9])
  })

  it('gives one turn at a time', () => {
    const one = lane()
    const first = put(one, 1)
    put(one, 2)
    expect(turnOf(one, 0, holdBackMs)).toMatchObject({ go: [{ seq: 1 }], lookAgainAt: undefined })
    first.stage = 'sending'
    expect(turnOf(one, 0, holdBackMs).go).toEqual([])
  })

  it('D46: is held back by what fails, for 30 s from its first failure', () => {
    const one = lane()
    const first = put(one, 1, { stage: 'backoff', tries: 1, failedAt: 100 })
    put(one, 2)
    put(one, 3)
    expect(turnOf(one, 100, holdBackMs)).toMatchObject({ go: [], lookAgainAt: 30_100, holding: [first] })
    expect(turnOf(one, 30_099, holdBackMs)).toMatchObject({ go: [], lookAgainAt: 30_100 })
    expect(turnOf(one, 30_100, holdBackMs)).toMatchObject({ go: [{ seq: 2 }], lookAgainAt: undefined, holding: [] })
  })

  it('holds nothing back longer than 30 s in all, though one after the other fails', () => {
    const one = lane()
    put(one, 1, { stage: 'backoff', tries: 1, failedAt: 0 })
    const second = put(one, 2)
    put(one, 3)
    turnOf(one, 0, holdBackMs)
    const late = put(one, 4)
    turnOf(one, 20_000, holdBackMs)
    Object.assign(second, { stage: 'backoff', tries: 1, failedAt: 30_000 })
    expect(turnOf(one, 30_000, holdBackMs).go).toMatchObject([{ seq: 3 }])
    Object.assign(one.queue[2] as Delivery, { stage: 'backoff', tries: 1, failedAt: 30_001 })
    expect(turnOf(one, 30_001, holdBackMs)).toMatchObject({ go: [], lookAgainAt: 50_000 })
    expect(turnOf(one, 50_000, holdBackMs).go).toEqual([late])
  })

  it('starts the 30 s anew once what failed has gone through', () => {
    const one = lane()
    const first = put(one, 1, { stage: 'backoff', tries: 1, failedAt: 0 })
    const second = put(one, 2)
    put(one, 3)
    turnOf(one, 0, holdBackMs)
    remove(one, first)
    forgetHolds(one)
    Object.assign(second, { stage: 'backoff', tries: 1, failedAt: 10_000 })
    expect(turnOf(one, 10_000, holdBackMs)).toMatchObject({ go: [], lookAgainAt: 40_000 })
  })

  it('does not forget a hold while something before is still failing', () => {
    const one = lane()
    put(one, 1, { stage: 'backoff', tries: 1, failedAt: 0 })
    const held = put(one, 2)
    turnOf(one, 0, holdBackMs)
    forgetHolds(one)
    expect(held.heldSince).toBe(0)
  })

  it('is in memory as long as there is something to know of it', () => {
    const lanes = laneRegistry()
    const one = lanes.of('acme', 'a', 'alice', {} as Origin)
    expect(lanes.of('acme', 'a', 'alice', {} as Origin)).toBe(one)
    expect(lanes.of('acme', 'a', 'bob', {} as Origin)).not.toBe(one)
    one.more = true
    lanes.drop(one)
    expect(lanes.find('a', 'alice')).toBe(one)
    one.more = false
    lanes.drop(one)
    expect(lanes.find('a', 'alice')).toBeUndefined()
    expect(lanes.size()).toBe(1)
  })
})
