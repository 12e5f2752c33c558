import fc from 'fast-check'
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

  it('are cut before their calls lead to more reactions than a unit may have', () => {
    const sizes = (...events: TrafficEvent[]): readonly number[] =>
      chains(...events)[0]?.map((piece) => piece.length) ?? []
    const restarts = Array.from({ length: 20 }, () => [started('CA1'), ended('CA1')]).flat()
    expect(sizes(...restarts)).toEqual([15, 15, 10])
    // The first words may bring a call into another conversation, the next ones stay there.
    expect(sizes(...restarts.slice(0, 14), uttered('CA1'), uttered('CA1'), uttered('CA1'))).toEqual([17])
    expect(sizes(...Array.from({ length: 20 }, () => [started('CA1'), uttered('CA1')]).flat())).toEqual([15, 15, 10])
  })

  const small = fc.integer({ min: 0, max: 4 })
  const event = fc.oneof(
    fc
      .tuple(small, small)
      .map(([who, id]) => received({ from: `+1415555010${who}`, ...(id > 1 && { resourceId: `SM${id}` }) })),
    fc.tuple(small, small).map(([call, who]) => started(`CA${call}`, { from: `+1415555010${who}` })),
    fc.tuple(small, small).map(([call, id]) => uttered(`CA${call}`, 'Hello', id > 1 ? { resourceId: `SM${id}` } : {})),
    small.map((call) => ended(`CA${call}`)),
  )
  const names = (one: TrafficEvent): readonly string[] => [
    ...('from' in one ? [one.from] : []),
    ...('callSid' in one ? [one.callSid] : []),
    ...('resourceId' in one && one.resourceId !== undefined ? [one.resourceId] : []),
  ]

  it('hold every event once, and all that have a name in common in order', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const found = chains(...events)
        expect(found.flat(2).toSorted((a, b) => a - b)).toEqual(events.map((_, i) => i))
        const places = new Map(found.flatMap((pieces, chain) => pieces.flat().map((i, place) => [i, { chain, place }])))
        for (const [i, one] of events.entries()) {
          for (const [j, other] of events.entries()) {
            if (j <= i || !names(one).some((name) => names(other).includes(name))) continue
            expect(places.get(j)?.chain).toBe(places.get(i)?.chain)
            expect(places.get(j)?.place).toBeGreaterThan(places.get(i)?.place ?? 0)
          }
        }
      }),
    )
  })
})
