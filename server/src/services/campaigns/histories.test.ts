import fc from 'fast-check'
import { expect, it } from 'vitest'
import { openCallsHouse, type CallsHouse } from '#conformance/calls-house.ts'
import { campaign as noun } from '#domain/campaign/campaign.ts'
import { campaignMoves } from '#domain/campaign/moves.ts'
import type { CampaignEvent } from '#domain/campaign/events.ts'
import type { Campaign, CampaignStatus } from '#domain/campaign/state.ts'
import { dayMs, minuteMs } from '#domain/vocabulary/instant.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { ContactView } from './api.ts'

/** What is done to a campaign; `crash`: the process is killed while `during` is being done, before or after so many commits. */
type Deed =
  | { readonly do: 'start' | 'pause' | 'close' }
  | { readonly do: 'add'; readonly count: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'crash'; readonly during: Deed; readonly commits: number; readonly kept: boolean }

const simple: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Deed>({ do: 'start' }) },
  { weight: 3, arbitrary: fc.constant<Deed>({ do: 'pause' }) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 30 }).map((count): Deed => ({ do: 'add', count })) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(0, 500, 3_000, minuteMs, 10 * minuteMs).map((ms): Deed => ({ do: 'pass', ms })),
  },
)
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 5, arbitrary: simple },
  {
    weight: 3,
    arbitrary: fc
      .record({ during: simple, commits: fc.integer({ min: 0, max: 12 }), kept: fc.boolean() })
      .map((how): Deed => ({ do: 'crash', ...how })),
  },
)
const history = fc.record({
  deeds: fc.array(deed, { minLength: 3, maxLength: 12 }),
  atOnce: fc.constantFrom(null, 4),
  closes: fc.boolean(),
})

it('whatever is done and whenever the process dies, nobody is called twice, nobody is forgotten, and every call ends', async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ deeds, atOnce, closes }) => {
      const world = await World.open(atOnce)
      try {
        for (const one of [{ do: 'add', count: 12 } as const, ...deeds]) await world.apply(one)
        await world.finish(closes)
        const contacts = await world.contacts()
        const dialled = world.dials()
        expect([...dialled.values()].filter((count) => count > 1)).toEqual([])
        const called = contacts.filter(({ is }) => is === 'called')
        expect(called.filter(({ session }) => session?.state !== 'ended')).toEqual([])
        const others = contacts.filter(({ is }) => is !== 'called')
        expect(others.filter(({ is, contact }) => is !== 'pending' || dialled.has(contact.number))).toEqual([])
        expect(closes || others.length === 0).toBe(true)
        for (const [from, to] of await world.moves()) expect(Object.keys(campaignMoves[from])).toContain(to)
      } finally {
        await world.house.close()
      }
    }),
    { numRuns: 20 },
  )
}, 120_000)

class World {
  house: CallsHouse
  readonly #id: Id
  readonly #journals: CallsHouse['journal'][]
  #people = 0

  private constructor(house: CallsHouse, id: Id) {
    this.house = house
    this.#id = id
    this.#journals = [house.journal]
  }

  static async open(atOnce: number | null): Promise<World> {
    const house = await openCallsHouse({ slots: 5 })
    const agentId = await house.agent()
    const settings = { hours: null, retry: null, atOnce }
    const made = await house.services.campaigns.create(house.ask, {
      name: 'x',
      agentId,
      from: [],
      planId: null,
      settings,
    })
    if (isRefused(made)) throw new Error(made.refusal.message)
    return new World(house, made.id)
  }

  async apply(one: Deed): Promise<void> {
    const { campaigns } = this.house.services
    const { ask } = this.house
    switch (one.do) {
      case 'start':
        return void (await campaigns.start(ask, this.#id, { version: 1 }))
      case 'pause':
        return void (await campaigns.pause(ask, this.#id))
      case 'close':
        return void (await campaigns.close(ask, this.#id))
      case 'add':
        return void (await campaigns.upsert(ask, this.#id, this.#newPeople(one.count)))
      case 'pass':
        return this.house.pass(one.ms)
      case 'crash':
        return this.#crash(one)
    }
  }

  #newPeople(count: number) {
    return Array.from({ length: count }, () => ({
      number: `+1202555${String(2_000 + this.#people++)}`,
      name: null,
      data: {},
    }))
  }

  /** From some commit on nothing is written any more, or written and never told of; then another process begins. */
  async #crash({ during, commits, kept }: Extract<Deed, { do: 'crash' }>): Promise<void> {
    const storage = this.house.storage as { commit: CallsHouse['storage']['commit'] }
    const commit = storage.commit.bind(this.house.storage)
    const dead = Promise.withResolvers<void>()
    let left = commits
    storage.commit = async (batch) => {
      if (left-- > 0) return commit(batch)
      if (kept && left === -1) await commit(batch)
      dead.resolve()
      return new Promise(() => {})
    }
    const old = this.house
    const done = this.apply(during).then(() => {
      // It did less than that: it dies at the next thing it writes.
      left = 0
      return void old.services.endpoints.create(old.ask, { url: 'https://alice.example' })
    })
    await Promise.race([dead.promise, done.then(() => dead.promise)])
    storage.commit = commit
    this.house = await old.crash()
    this.#journals.push(this.house.journal)
  }

  /** Closed, what was called ends. Otherwise it goes on until everybody has been called. */
  async finish(closes: boolean): Promise<void> {
    await this.apply({ do: closes ? 'close' : 'pause' })
    if (!closes) await this.apply({ do: 'start' })
    for (let i = 0; i < 8; i++) await this.house.pass(dayMs / 4)
  }

  async contacts(): Promise<readonly ContactView[]> {
    const { services, account } = this.house
    return (await services.campaigns.contacts(account, this.#id, { skip: 0, limit: 1_000 }))?.items ?? []
  }

  /** How often each number was dialled, by whichever process. */
  dials(): ReadonlyMap<string, number> {
    const counted = new Map<string, number>()
    for (const { to } of this.#journals.flat()) counted.set(to, (counted.get(to) ?? 0) + 1)
    return counted
  }

  /** Its changes of status, from and to. */
  async moves(): Promise<readonly (readonly [CampaignStatus, CampaignStatus])[]> {
    const { engine, account } = this.house
    const parts = await engine.parts<CampaignEvent>(account, this.#id, { after: 0, limit: 10_000 })
    const moves: [CampaignStatus, CampaignStatus][] = []
    let state: Campaign | undefined
    for (const { event } of parts.map(({ recorded }) => recorded)) {
      const next = noun.evolve(state, event)
      if (event.type === 'campaign.moved' || event.type === 'campaign.started')
        moves.push([state?.status ?? 'active', next.status])
      state = next
    }
    return moves
  }
}
