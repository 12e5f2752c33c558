import { describe, expect, it } from 'vitest'
import { bob, ended, received, sent, started, uttered } from '#conformance/house.ts'
import type { TrafficEvent } from '../api.ts'
import { Batch } from './batch.ts'
import { rulebookOf } from './capture.ts'
import { chainsOf } from './chains.ts'

const chains = (...events: TrafficEvent[]): readonly (readonly (readonly number[])[])[] =>
  chainsOf(events, new Batch(rulebookOf([])))

describe('chains of events', () => {
  it('hold the events of one customer in order, in either direction and spelling', () => {
    const whatsapp = received({ channel: 'WHATSAPP', from: 'whatsapp:+1 415 555 0133' })
    expect(chains(received(), received({ from: bob }), sent(), whatsapp)).toEqual([[[0, 2, 3]], [[1]]])
  })

  it('hold a call and its words together with what its customer writes', () => {
    expect(chains(uttered('CA1'), received(), received({ from: bob }), started('CA1'), ended('CA1'))).toEqual([
      [[0, 1, 3, 4]],
      [[2]],
    ])
  })

  it('hold a message and its delivery together', () => {
    const report: TrafficEvent = { type: 'delivery.updated', resourceId: 'SM1', status: 'delivered' }
    expect(chains(report, received({ from: bob }), sent({ resourceId: 'SM1' }))).toEqual([[[0], [2]], [[1]]])
  })

  it('are cut where a resource id comes again, since a piece cannot look up what it records', () => {
    const one = received({ resourceId: 'SM1' })
    expect(chains(one, received(), one, one)).toEqual([[[0, 1], [2], [3]]])
  })

  it('are cut before they grow too long, too large or hold too many calls', () => {
    const sizes = (...events: TrafficEvent[]): readonly number[] =>
      chains(...events)[0]?.map((piece) => piece.length) ?? []
    expect(sizes(...Array.from({ length: 150 }, () => received()))).toEqual([64, 64, 22])
    expect(sizes(...Array.from({ length: 3 }, () => received({ text: 'x'.repeat(600_000) })))).toEqual([1, 1, 1])
    expect(sizes(...Array.from({ length: 12 }, (_, i) => started(`CA${i}`)))).toEqual([5, 5, 2])
  })
})
