import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AggregateWrite, UnitWrite } from '#engine/ports/rows.ts'
import type { Lookup, Storage } from '#engine/ports/storage.ts'
import { aggregate, effect, event, someId } from './given.ts'
import { Model } from './model.ts'

const ids = [11, 12, 13, 14].map(someId)
const accounts = ['acme', 'globex']
const allClaims = ['1', '2', '3'].map((key) => ({ kind: 'group', route: 'r', key }))
const allHandles = ['1', '2', '3'].map((key) => ({ kind: 'address', key }))
const equals = ['open', 'idle']

const some = <T>(all: readonly T[], maxLength = 2) => fc.array(fc.constantFrom(...all), { maxLength })
const eventPlan = fc.record({
  creates: fc.option(fc.constantFrom('message', 'entry'), { nil: undefined, freq: 1 }),
  overlays: fc.option(fc.nat(4), { nil: undefined, freq: 1 }),
  once: some(['a', 'b', 'c', 'd', 'e', 'f'], 1),
  find: some(allHandles, 1),
})
const writePlan = fc.record({
  stale: fc.nat(15).map((n) => n === 0),
  still: fc.nat(9).map((n) => n === 0),
  events: fc.array(eventPlan, { maxLength: 3 }),
  takes: some(allClaims, 1),
  releases: some(allClaims),
  handlesAdded: some(allHandles),
  handlesRemoved: some(allHandles),
  rowsAdded: fc.array(fc.record({ equal: fc.constantFrom(...equals), sort: fc.nat(3), big: fc.boolean() }), {
    maxLength: 2,
  }),
  rowsRemoved: fc.array(fc.record({ equal: fc.constantFrom(...equals), sort: fc.nat(3) }), { maxLength: 2 }),
  due: fc.option(fc.option(fc.nat(50)), { nil: undefined }),
  clock: fc.constantFrom('wall', 'acme'),
})
const unitPlan = fc.record({
  account: fc.constantFrom(...accounts),
  on: fc.uniqueArray(fc.nat(ids.length - 1), { minLength: 1, maxLength: 2 }),
  writes: fc.tuple(writePlan, writePlan),
  answer: fc.option(fc.constantFrom('k1', 'k2', 'k3', 'k4', 'k5', 'k6'), { freq: 2 }),
  effect: fc.option(fc.tuple(fc.constantFrom('e1', 'e2', 'e3'), fc.nat(9)), { freq: 2 }),
})
type UnitPlan = typeof unitPlan extends fc.Arbitrary<infer Plan> ? Plan : never

const batchesAtATime = 50

/** 2 000 batches of units that are often in each other's way, against the model. */
export function randomBatches(open: () => Promise<Storage>): void {
  test('random batches come out as the model says', { timeout: 120_000 }, async () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31)
    console.log(`storage: random batches with SEED=${seed}`)
    const batches = fc.array(fc.array(unitPlan, { maxLength: 4 }), {
      minLength: batchesAtATime,
      maxLength: batchesAtATime,
    })
    const property = fc.asyncProperty(batches, async (plans) => {
      const storage = await open()
      try {
        const model = new Model()
        for (const [i, plan] of plans.entries()) {
          await step(storage, model, plan)
          if (i % 5 === 4) await compare(storage, model)
        }
      } finally {
        await storage.close()
      }
    })
    await fc.assert(property, { seed, numRuns: 2000 / batchesAtATime })
  })
}

/** Makes units that fit what the model holds as the batch goes on, so that most of them succeed. */
async function step(storage: Storage, model: Model, plans: readonly UnitPlan[]): Promise<void> {
  const units: UnitWrite[] = []
  const expected = plans.map((plan) => {
    const unit = unitOf(model, plan)
    units.push(unit)
    return model.apply(unit)
  })
  expect(await storage.commit(units)).toEqual(expected)
}

function unitOf(model: Model, { account, on, writes, answer, effect: started }: UnitPlan): UnitWrite {
  const stored = {
    scope: 's',
    fingerprint: account,
    status: 200,
    headersJson: '{}',
    body: `${model.told.length}`,
    at: 1,
  }
  return {
    aggregates: on.map((index, i) => writeOf(model, index, account, writes[i as 0 | 1])),
    effects: started ? [effect(started[0], { account, nextAt: started[1] })] : [],
    ...(answer ? { answer: { ...stored, key: answer } } : {}),
  }
}

function writeOf(model: Model, index: number, account: string, plan: UnitPlan['writes'][0]): AggregateWrite {
  const id = ids[index] ?? ''
  const version = model.version(id)
  const expected = plan.stale ? version + 1 : version
  const nothing = { creates: undefined, overlays: undefined, once: [], find: [] }
  const planned = version === 0 && plan.events.length === 0 ? [nothing] : plan.events
  const events = planned.map(({ creates, overlays, once, find }, i) => {
    const keys = [
      ...once.map((key) => ({ use: 'once', kind: 'resource', key }) as const),
      ...find.map((handle) => ({ use: 'find', ...handle }) as const),
    ]
    return event(expected + 1 + i, {
      keys,
      ...(creates && { creates }),
      ...(overlays && overlays <= version && { overlays }),
    })
  })
  return aggregate(id, expected, {
    account: model.heads.get(id)?.account ?? account,
    clock: plan.clock,
    events,
    still: plan.still && version > 0,
    takes: plan.takes,
    releases: plan.releases,
    handlesAdded: plan.handlesAdded,
    handlesRemoved: plan.handlesRemoved,
    rowsAdded: plan.rowsAdded.map(({ equal, sort, big }) => ({ list: 'l', equal, sort, facets: { big } })),
    rowsRemoved: plan.rowsRemoved.map(({ equal, sort }) => ({ list: 'l', equal, sort, facets: {} })),
    ...(plan.due !== undefined && { due: plan.due }),
  })
}

/** Asks the storage everything that can be asked. */
async function compare(storage: Storage, model: Model): Promise<void> {
  const told = model.told.map((event) => event.row)
  expect(await storage.log(0, 10_000)).toEqual(told)
  expect(await storage.lastSeq()).toBe(told.length)
  expect(await storage.indexFeed(10_000)).toBe(told.length)
  await compareLookups(storage, model)
  for (const id of ids)
    expect(await storage.parts({ aggregate: id, kind: 'message', after: 0, limit: 1000 })).toEqual(
      model.parts(id, 'message'),
    )
  for (const clock of ['wall', 'acme'])
    expect(await storage.due(clock, 40, 3)).toEqual(model.due(clock, 40).slice(0, 3))
  for (const account of accounts) {
    expect(await storage.accountLog(account, 0, 10_000)).toEqual(told.filter((row) => row.account === account))
    const question = { account, noun: 'thing', list: 'l', equals, limit: 3 }
    const all = model.list(account, 'l', equals).map(({ aggregate, sort }) => ({ aggregate, sort }))
    const places = async (descending: boolean) =>
      (await storage.list({ ...question, descending })).map(({ aggregate, sort }) => ({ aggregate, sort }))
    expect(await places(false)).toEqual(all.slice(0, 3))
    expect(await places(true)).toEqual(all.toReversed().slice(0, 3))
    expect(await storage.list({ ...question, equals: ['open'], limit: 100, descending: false })).toEqual(
      model.list(account, 'l', ['open']),
    )
  }
  const open = [...model.effects.values()].sort((a, b) => a.nextAt - b.nextAt || (a.id < b.id ? -1 : 1))
  expect(await storage.openEffects(null, 10)).toEqual(open)
  for (const row of model.answers) expect(await storage.answer(row.scope, row.key)).toEqual(row)
}

async function compareLookups(storage: Storage, model: Model): Promise<void> {
  const asked: Lookup[] = []
  const expected: unknown[] = []
  const ask = (lookup: Lookup, answer: unknown): void => {
    asked.push(lookup)
    expected.push(answer)
  }
  for (const id of ids) {
    const { clock: _, ...head } = model.heads.get(id) ?? { clock: '' }
    ask({ what: 'head', aggregate: id }, model.heads.has(id) ? head : null)
    const mine = model.told.filter((event) => event.row.aggregate === id)
    for (const { n, keys } of mine)
      for (const key of keys) if (key.use === 'once') ask({ what: 'key', aggregate: id, key }, n)
    for (const part of model.parts(id, 'entry')) ask({ what: 'part', aggregate: id, n: part.n }, part)
  }
  for (const account of accounts) {
    for (const claim of allClaims) {
      const row = model.claims.find((row) => row.account === account && row.claim.key === claim.key)
      ask({ what: 'holder', account, claim }, row?.holder ?? null)
    }
    for (const handle of allHandles)
      ask({ what: 'holders', account, handle, limit: 10 }, model.holders(account, handle))
  }
  expect(await storage.load(asked)).toEqual(expected)
}
