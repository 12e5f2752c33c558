import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCallsHouse, phones, shop, type CallsHouse } from '#conformance/calls-house.ts'
import { dayMs, hourMs, minuteMs } from '#domain/vocabulary/instant.ts'
import type { NewContact } from '#domain/campaign/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { plan as planNoun } from '#domain/plan/plan.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask } from '#engine/api.ts'
import type { CampaignDraft, ContactView } from './api.ts'

let house: CallsHouse
let agentId: Id
beforeEach(async () => {
  house = await openCallsHouse({ slots: 3 })
  agentId = await house.agent()
})
afterEach(() => house.close())

const plain = { hours: null, retry: null, atOnce: null }

function value<Value>(answer: Value | Refused): Value {
  if (isRefused(answer)) throw new Error(answer.refusal.message)
  return answer
}

function refusal(answer: unknown): unknown {
  return isRefused(answer) ? answer.refusal : undefined
}

async function make(draft: Partial<CampaignDraft> = {}): Promise<Id> {
  const whole = { name: 'Spring', agentId, from: [], planId: null, settings: plain, ...draft }
  return value(await house.services.campaigns.create(house.ask, whole)).id
}

const person = (number: string, data: NewContact['data'] = {}): NewContact => ({ number, name: null, data })
/** Numbers of their own, all of which ring for a while and are then busy. */
const number = (i: number): string => `+1202555${String(2_000 + i)}`
const people = (count: number, from = 0): readonly NewContact[] =>
  Array.from({ length: count }, (_, i) => person(number(from + i)))

const add = (id: Id, contacts: readonly NewContact[]) => house.services.campaigns.upsert(house.ask, id, contacts)
const start = (id: Id) => house.services.campaigns.start(house.ask, id, { version: 1 })
const pause = (id: Id) => house.services.campaigns.pause(house.ask, id)
const close = (id: Id) => house.services.campaigns.close(house.ask, id)

async function contacts(id: Id): Promise<readonly ContactView[]> {
  return (await house.services.campaigns.contacts(house.account, id, { skip: 0, limit: 1_000 }))?.items ?? []
}

/** How many are in each standing, and what the sessions of those called came to. */
async function standings(id: Id): Promise<Readonly<Record<string, number>>> {
  const word = ({ is, session }: ContactView): string =>
    is === 'called' ? `${session?.state} ${session?.outcome}` : is
  return Object.fromEntries((await house.services.campaigns.count(house.account, id, word))?.counts ?? [])
}

/** How often each number was dialled. */
function dials(): ReadonlyMap<string, number> {
  const counted = new Map<string, number>()
  for (const line of house.journal) counted.set(line.to, (counted.get(line.to) ?? 0) + 1)
  return counted
}

describe('a campaign', () => {
  it('calls nobody before it is started, and then everybody once', async () => {
    const id = await make()
    value(await add(id, people(7)))
    await house.pass(hourMs)
    expect(await standings(id)).toEqual({ pending: 7 })
    expect(dials().size).toBe(0)
    value(await start(id))
    await house.pass(hourMs)
    expect([...dials().values()]).toEqual([1, 1, 1, 1, 1, 1, 1])
    expect((await contacts(id)).every(({ is, session }) => is === 'called' && session?.state === 'ended')).toBe(true)
  })

  it('gives each call its variables, the words of its dialect and the version it was started with', async () => {
    const id = await make()
    value(await add(id, [{ number: phones.busy, name: 'Mira', data: { city: 'Pune', visits: 2 } }]))
    const vendor = { anyone: { campaign: 'Spring' } }
    await house.services.agents.write(house.ask, agentId, (present) => ({ ...present, name: 'newer' }))
    value(await house.services.campaigns.start(house.ask, id, { version: 1, vendor }))
    await house.pass(minuteMs)
    const [view] = await contacts(id)
    const order = await house.services.sessions.order(house.account, view?.session?.id ?? '')
    expect(order).toEqual({ data: { name: 'Mira', city: 'Pune', visits: 2 }, vendor })
    expect(view?.session).toMatchObject({ agent: { id: agentId, version: 1 }, own: shop, user: phones.busy })
  })

  it('calls at once who is added while it goes on', async () => {
    const id = await make()
    value(await start(id))
    value(await add(id, people(2)))
    await house.pass(minuteMs)
    value(await add(id, people(2, 2)))
    await house.pass(minuteMs)
    expect(dials().size).toBe(4)
  })

  it('changes who is there already, and calls them with what they were when it began', async () => {
    const id = await make()
    const first = value(await add(id, [person(phones.busy, { a: 1 }), person(phones.noAnswer)]))
    expect(first).toMatchObject({ added: 2, changed: 0, campaign: { contacts: 2 } })
    const again = value(await add(id, [person(phones.busy, { a: 2 }), person(phones.noAnswer), person(phones.mute)]))
    expect(again).toMatchObject({ added: 1, changed: 1, campaign: { contacts: 3 } })
    expect((await contacts(id)).map(({ contact }) => [contact.place, contact.number, contact.data])).toEqual([
      [1, phones.busy, { a: 2 }],
      [2, phones.noAnswer, {}],
      [3, phones.mute, {}],
    ])
    value(await start(id))
    await house.pass(minuteMs)
    value(await add(id, [person(phones.busy, { a: 3 })]))
    await house.pass(minuteMs)
    const [view] = await contacts(id)
    expect(view?.contact.data).toEqual({ a: 3 })
    expect((await house.services.sessions.order(house.account, view?.session?.id ?? ''))?.data).toEqual({ a: 2 })
    expect(dials().get(phones.busy)).toBe(1)
  })

  it('counts the last of several contacts of one number', async () => {
    const id = await make()
    const done = value(await add(id, [person(phones.busy, { a: 1 }), person(phones.busy, { a: 2 })]))
    expect(done).toMatchObject({ added: 1, changed: 0 })
    expect((await contacts(id)).map(({ contact }) => contact.data)).toEqual([{ a: 2 }])
  })

  it('takes a thousand contacts at once and no more, and pages by place', async () => {
    const id = await make()
    expect(value(await add(id, people(1_000))).added).toBe(1_000)
    expect(refusal(await add(id, people(1_001)))).toMatchObject({ code: 'invalid' })
    const page = await house.services.campaigns.contacts(house.account, id, { skip: 997, limit: 10 })
    expect(page?.items.map(({ contact }) => contact.number)).toEqual([number(997), number(998), number(999)])
    expect(page?.total).toBe(1_000)
    expect((await house.services.campaigns.contacts(house.account, id, { skip: 1_000, limit: 10 }))?.items).toEqual([])
  })

  it('orders in chunks, all of them', async () => {
    const id = await make()
    value(await add(id, people(600)))
    value(await start(id))
    await house.pass(1_000)
    const views = await contacts(id)
    expect(views.filter(({ is }) => is === 'pending')).toEqual([])
    expect(new Set(views.map(({ contact }) => contact.order?.batch)).size).toBe(3)
  })
})

describe('pausing a campaign', () => {
  it('stops what waits, leaves live calls alone, and goes on with the rest, so that nobody is called twice', async () => {
    const id = await make()
    value(await add(id, people(10)))
    value(await start(id))
    await house.pass(2_000)
    const placed = dials().size
    expect(placed).toBe(3)
    value(await pause(id))
    await house.pass(hourMs)
    expect(dials().size).toBe(placed)
    expect((await standings(id))['pending']).toBe(7)
    value(await start(id))
    await house.pass(hourMs)
    expect([...dials().values()]).toEqual(Array<number>(10).fill(1))
    expect(Object.keys(await standings(id)).every((one) => one.startsWith('ended'))).toBe(true)
  })

  it('lets no retry follow: who was dialled once counts as called', async () => {
    const retry = { max: 3, on: ['busy' as const], onVoicemail: false, afterMs: [minuteMs] }
    const id = await make({ settings: { ...plain, retry } })
    value(await add(id, [person(phones.busy)]))
    value(await start(id))
    await house.pass(30_000)
    value(await pause(id))
    await house.pass(hourMs)
    value(await start(id))
    await house.pass(hourMs)
    expect(dials().get(phones.busy)).toBe(1)
  })

  it('and starting at once calls everybody once all the same', async () => {
    const id = await make()
    value(await add(id, people(20)))
    value(await start(id))
    for (let i = 0; i < 3; i++) {
      value(await pause(id))
      value(await start(id))
    }
    await house.pass(hourMs)
    expect([...dials().values()]).toEqual(Array<number>(20).fill(1))
  })

  it('does not call again whose call was stopped by itself', async () => {
    const id = await make()
    value(await add(id, people(5)))
    value(await start(id))
    await house.pass(2_000)
    const [one] = (await contacts(id)).filter(({ is }) => is === 'waiting')
    await house.services.sessions.stop(house.ask, one?.session?.id ?? '')
    value(await pause(id))
    value(await start(id))
    await house.pass(hourMs)
    expect(dials().has(one?.contact.number ?? '')).toBe(false)
    expect(dials().size).toBe(4)
  })
})

describe('deleting the session of a contact', () => {
  const remove = async (views: readonly Pick<ContactView, 'session'>[]): Promise<void> => {
    for (const { session } of views) {
      const { refusal: wrong } = await house.services.sessions.remove(house.ask as Ask<Id>, session?.id ?? '')
      expect(wrong).toBeUndefined()
    }
  }
  const again = async (id: Id): Promise<void> => {
    value(await pause(id))
    value(await start(id))
    await house.pass(hourMs)
  }

  it('who was called stays called for ever, also when its batch is deleted too', async () => {
    const id = await make()
    value(await add(id, people(4)))
    value(await start(id))
    await house.pass(hourMs)
    await remove(await contacts(id))
    expect(await standings(id)).toEqual({ 'undefined undefined': 4 })
    await again(id)
    const [batch] = (await house.services.batches.list(house.account, { limit: 1 })).items
    await house.services.batches.remove(house.ask, batch?.id ?? '')
    await again(id)
    expect([...dials().values()]).toEqual([1, 1, 1, 1])
    expect(await standings(id)).toEqual({ 'undefined undefined': 4 })
  })

  it('who was called stays so while the others of its batch still wait', async () => {
    const id = await make()
    value(await add(id, people(12)))
    value(await start(id))
    let ended: readonly ContactView[] = []
    for (let i = 0; i < 60 && ended.length === 0; i++) {
      await house.pass(1_000)
      ended = (await contacts(id)).filter(({ session }) => session?.state === 'ended')
    }
    expect(ended.length).toBeGreaterThan(0)
    await remove(ended)
    expect((await contacts(id)).map(({ is }) => is)).toContain('waiting')
    expect((await standings(id))['undefined undefined']).toBe(ended.length)
    await again(id)
    expect([...dials().values()]).toEqual(Array<number>(12).fill(1))
  })

  it('who was passed over may still be called, and whose call was stopped by itself may not', async () => {
    const id = await make()
    value(await add(id, people(6)))
    value(await start(id))
    await house.pass(2_000)
    const [one] = (await contacts(id)).filter(({ is }) => is === 'waiting')
    await house.services.sessions.stop(house.ask, one?.session?.id ?? '')
    value(await pause(id))
    await house.pass(hourMs)
    await remove((await house.services.sessions.list(house.account, { limit: 100 })).items)
    expect(await standings(id)).toEqual({ pending: 2, 'undefined undefined': 4 })
    value(await start(id))
    await house.pass(hourMs)
    expect([...dials().values()]).toEqual(Array<number>(5).fill(1))
    expect(dials().has(one?.contact.number ?? '')).toBe(false)
  })
})

describe('the status of a campaign', () => {
  const wrong = { code: 'wrong_state' }

  it('fits or not', async () => {
    const id = await make()
    value(await start(id))
    expect(refusal(await start(id))).toMatchObject(wrong)
    value(await pause(id))
    expect(refusal(await pause(id))).toMatchObject(wrong)
    value(await close(id))
    for (const act of [start, pause, close]) expect(refusal(await act(id))).toMatchObject(wrong)
    expect(refusal(await add(id, people(1)))).toMatchObject(wrong)
    expect(refusal(await house.services.campaigns.change(house.ask, id, () => ({ name: 'x' })))).toMatchObject(wrong)
  })

  it('closing stops what waits for good', async () => {
    const id = await make()
    value(await add(id, people(10)))
    value(await start(id))
    await house.pass(2_000)
    value(await close(id))
    await house.pass(dayMs)
    expect(dials().size).toBe(3)
  })

  it('becomes paused with the reason when its agent is removed, and starts with another', async () => {
    const id = await make()
    value(await add(id, people(8)))
    value(await start(id))
    await house.pass(2_000)
    await house.services.agents.remove(house.ask, agentId, { purge: false })
    await house.pass(hourMs)
    expect(await house.services.campaigns.get(house.account, id)).toMatchObject({
      status: 'paused',
      halted: 'its agent was removed',
    })
    expect(refusal(await start(id))).toMatchObject({ code: 'not_found', field: 'agentId' })
    const other = await house.agent()
    value(await house.services.campaigns.change(house.ask, id, () => ({ agentId: other })))
    value(await start(id))
    await house.pass(hourMs)
    expect([...dials().values()]).toEqual(Array<number>(8).fill(1))
  })

  it('becomes paused when a number it calls from is gone', async () => {
    const id = await make()
    value(await start(id))
    const [own] = await house.services.numbers.list(house.account)
    await house.services.numbers.remove(house.ask, own?.id ?? '')
    value(await add(id, people(2)))
    await house.pass(minuteMs)
    expect(await house.services.campaigns.get(house.account, id)).toMatchObject({
      status: 'paused',
      halted: expect.stringContaining('number'),
    })
    expect(await standings(id)).toEqual({ pending: 2 })
  })

  it('becomes paused when one of its batches is stopped by itself', async () => {
    const id = await make()
    value(await add(id, people(8)))
    value(await start(id))
    await house.pass(2_000)
    const [batch] = (await house.services.batches.list(house.account, { limit: 1 })).items
    await house.services.batches.stop(house.ask, batch?.id ?? '', { hangUp: false })
    await house.pass(hourMs)
    expect(await house.services.campaigns.get(house.account, id)).toMatchObject({
      status: 'paused',
      halted: 'stopped by request',
    })
    value(await start(id))
    await house.pass(hourMs)
    expect([...dials().values()]).toEqual(Array<number>(8).fill(1))
  })

  it('is not started by what is gone, and stays as it was', async () => {
    const planId = value(await house.services.campaigns.plans.create(house.ask, { name: 'slow', settings: plain })).id
    const id = await make({ planId })
    const { plans } = house.services.campaigns
    const inUse = { code: 'in_use', message: expect.stringContaining('"Spring"') }
    expect(refusal(await plans.remove(house.ask, planId))).toMatchObject(inUse)
    // Removed all the same, as it could be once.
    await house.engine.execute(house.ask, (unit) => {
      unit.run(planNoun, planId, { type: 'remove' })
      return true
    })
    expect(refusal(await start(id))).toMatchObject({ code: 'not_found', field: 'planId' })
    const lost = await house.services.campaigns.start(house.ask, id, { version: 9 })
    expect(refusal(lost)).toMatchObject({ code: 'not_found' })
    expect(await house.services.campaigns.get(house.account, id)).toMatchObject({ status: 'active', run: null })
  })
})

describe('the settings of a campaign', () => {
  it("wait for its own hours in its own zone, whatever its agent's are", async () => {
    // The test clock begins at some hour; the window opens three hours later and closes an hour after that.
    const now = house.engine.clocks.now(house.account)
    const hour = (new Date(now).getUTCHours() + 3) % 23
    const id = await make({ settings: { ...plain, hours: { startHour: hour, endHour: hour + 1, zone: 'UTC' } } })
    value(await add(id, people(1)))
    value(await start(id))
    await house.pass(minuteMs)
    expect((await contacts(id))[0]?.session?.state).toBe('deferred')
    await house.pass(dayMs)
    const [line] = house.journal
    const dialled = (await house.events((await contacts(id))[0]?.session?.id ?? '')).find(
      (event) => event.type === 'session.moved' && event.to === 'dialing',
    )
    expect(new Date(dialled?.at ?? 0).getUTCHours()).toBe(hour)
    expect(line).toBeDefined()
  })

  it('are those of its plan, as they are when it is started', async () => {
    const retry = { max: 1, on: ['busy' as const], onVoicemail: false, afterMs: [minuteMs] }
    const { plans } = house.services.campaigns
    const planId = value(await plans.create(house.ask, { name: 'twice', settings: { ...plain, retry } })).id
    const id = await make({ planId })
    value(await add(id, [person(phones.busy)]))
    value(await start(id))
    value(await plans.change(house.ask, planId, () => ({ settings: plain })))
    await house.pass(hourMs)
    expect(dials().get(phones.busy)).toBe(2)
  })

  it('keep no more contacts in hand than they allow, and call all of them', async () => {
    const id = await make({ settings: { ...plain, atOnce: 2 } })
    value(await add(id, people(7)))
    value(await start(id))
    let most = 0
    for (let i = 0; i < 120; i++) {
      await house.pass(5_000)
      const inHand = (await contacts(id)).filter(
        ({ is, session }) => is === 'waiting' || (is === 'called' && session?.state !== 'ended'),
      )
      most = Math.max(most, inHand.length)
    }
    expect(most).toBe(2)
    expect([...dials().values()]).toEqual(Array<number>(7).fill(1))
  })
})

describe('a process that dies', () => {
  /** It dies at its commit number `commits`, before it is written or before anybody hears of it. */
  async function dieAt(commits: number, kept: boolean, act: () => Promise<unknown>): Promise<boolean> {
    const storage = house.storage as { commit: CallsHouse['storage']['commit'] }
    const commit = storage.commit.bind(house.storage)
    const dead = Promise.withResolvers<true>()
    let left = commits
    storage.commit = async (batch) => {
      if (left-- > 0) return commit(batch)
      if (kept && left === -1) await commit(batch)
      dead.resolve(true)
      return new Promise(() => {})
    }
    const died = await Promise.race([dead.promise, act().then(() => house.pass(0))])
    storage.commit = commit
    return died === true
  }

  it.each([true, false])(
    'at any commit of a start calls nobody twice and forgets nobody (written: %s)',
    async (kept) => {
      for (let commits = 0, died = true; died; commits++) {
        const id = await make()
        value(await add(id, people(4, commits * 4)))
        const before = house
        const placed = house.journal.length
        died = await dieAt(commits, kept, () => start(id))
        house = await house.crash()
        // Its start has been written, unless it died before.
        expect(refusal(await start(id)) === undefined).toBe(commits === 0 && !kept)
        await house.pass(hourMs)
        const own = (await contacts(id)).map(({ is, contact, session }) => [contact.place, is, session?.state])
        expect(own).toEqual([1, 2, 3, 4].map((place) => [place, 'called', 'ended']))
        const to = [...before.journal.slice(placed), ...house.journal].map((line) => line.to)
        expect(new Set(to).size).toBe(to.length)
      }
    },
  )
})

it('a campaign of another account is unknown', async () => {
  const id = await make()
  const other = { account: '01ka7n36096q14dr9gpqy77zxy', by: 'test' }
  expect(await house.services.campaigns.get(other.account, id)).toBeUndefined()
  expect(refusal(await house.services.campaigns.pause(other, id))).toMatchObject({ code: 'not_found' })
  expect(refusal(await house.services.campaigns.upsert(other, id, people(1)))).toMatchObject({ code: 'not_found' })
  expect(await house.services.campaigns.contacts(other.account, id, { skip: 0, limit: 1 })).toBeUndefined()
})
