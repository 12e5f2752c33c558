import { expect, test } from 'vitest'
import type { AggregateWrite, EffectRow, UnitWrite, Verdict } from '#engine/ports/rows.ts'
import { batchOf, flattenBatch, flattenVerdicts, verdictsOf } from './flat.ts'

const plain: AggregateWrite = {
  noun: 'toy',
  aggregate: 'a',
  account: 'alice',
  expected: 0,
  clock: 'wall',
  events: [],
  takes: [],
  releases: [],
  handlesAdded: [],
  handlesRemoved: [],
  rowsAdded: [],
  rowsRemoved: [],
}

const full: AggregateWrite = {
  ...plain,
  head: { version: 2, shape: 1, at: 1_790_000_000_000, erasing: false, stateJson: '{"say":"\u0000 \u{1f600}"}' },
  due: null,
  events: [
    { n: 1, recordedAt: 1, request: null, eventJson: '{}', creates: 'word', keys: [] },
    {
      n: 2,
      recordedAt: 2,
      request: 'r',
      eventJson: '[]',
      overlays: 1,
      keys: [
        { use: 'once', kind: 'k', key: '1' },
        { use: 'find', kind: 'k', key: '2', alone: true },
      ],
    },
  ],
  takes: [{ kind: 'c', route: 'r', key: 'k' }],
  releases: [{ kind: 'd', route: '', key: '' }],
  handlesAdded: [{ kind: 'h', key: 'k' }],
  handlesRemoved: [{ kind: 'i', key: 'l' }],
  rowsAdded: [{ list: 'all', equal: 'true', sort: 1.5, facets: { a: 'b', c: 1, d: true } }],
  rowsRemoved: [{ list: 'all', equal: 'false', sort: 'text', facets: {} }],
}

const effect: EffectRow = {
  id: 'a.1.e',
  account: 'alice',
  noun: 'toy',
  aggregate: 'a',
  kind: 'ring',
  mode: 'once',
  key: 'e',
  payloadJson: '{}',
  state: 'waiting',
  tries: 0,
  nextAt: 3,
  error: null,
}

test('a batch comes out as it went in, what is absent included', () => {
  const answer = { scope: 's', key: 'k', fingerprint: 'f', status: 200, headersJson: '{}', body: 'b', at: 4 }
  const batch: UnitWrite[] = [
    { aggregates: [plain, full, { ...plain, due: 5 }], effects: [] },
    { aggregates: [], effects: [effect], answer, clock: { account: 'alice', kind: 'test', now: 6 } },
    { aggregates: [full], effects: [] },
  ]
  expect(batchOf(structuredClone(flattenBatch(batch)))).toStrictEqual(batch)
})

test('verdicts come out as they went in', () => {
  const verdicts: Verdict[] = [
    { ok: true, seqs: [7, 8] },
    { ok: false, why: 'version', aggregate: 'a' },
    { ok: true, seqs: [] },
    { ok: false, why: 'claim', claim: { kind: 'c', route: 'r', key: 'k' }, holder: 'b' },
  ]
  expect(verdictsOf(structuredClone(flattenVerdicts(verdicts)))).toStrictEqual(verdicts)
})
