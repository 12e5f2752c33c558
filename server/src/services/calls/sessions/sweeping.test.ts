import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCallsHouse, phones, type CallsHouse } from '#conformance/calls-house.ts'
import { account as accountNoun, house as houseAccount } from '#domain/account/account.ts'
import type { Engine } from '#engine/api.ts'
import { retention as noun, retentionClaim } from '#domain/retention/retention.ts'
import type { Retention } from '#domain/retention/state.ts'
import { dayMs, hourMs, minuteMs } from '#domain/vocabulary/instant.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { sweepRunner } from './sweeping.ts'

let house: CallsHouse
let agentId: Id
beforeEach(async () => {
  house = await openCallsHouse()
  agentId = await house.agent({ welcome: 'Hello' })
})
afterEach(() => house.close())

const never = new AbortController().signal
const now = () => house.engine.clocks.now(house.account)

async function keep(days: number | null, account = house.account): Promise<void> {
  const changed = await house.services.accounts.change(account, 'test', { limits: { retentionDays: days } })
  if (isRefused(changed)) throw new Error(changed.refusal.message)
}

/** A chat that is over at once; answers with its id. */
async function chat(user = 'user_42'): Promise<Id> {
  const { texts } = house.services
  const opened = await texts.open(house.ask, { agent: { id: agentId }, user, data: null })
  if (isRefused(opened)) throw new Error(opened.refusal.message)
  const { id } = opened.view.session
  await texts.say(house.ask, id, { text: 'Hi', rich: false })
  await texts.end(house.ask, id)
  return id
}

/** One that ended elsewhere, so many days ago. */
async function past(days: number): Promise<Id> {
  const createdAt = now() - days * dayMs
  const { value } = await house.services.sessions.import(house.ask, {
    agentId,
    kind: 'text',
    direction: 'inbound',
    user: 'user_42',
    was: { createdAt, answeredAt: createdAt, endedAt: createdAt, outcome: 'completed' },
    place: 0,
    items: [],
  })
  return value!.session.id
}

const left = async (account = house.account): Promise<readonly Id[]> =>
  (await house.services.sessions.list(account, { limit: 500 })).items.map(({ session }) => session.id)
/** What the account keeps by; undefined: nothing was ever said. */
async function kept(): Promise<Retention | undefined> {
  const { value } = await house.engine.execute<Retention | undefined>(house.ask, (unit) => {
    const holder = unit.holder(retentionClaim)
    return holder === undefined ? undefined : unit.state(noun, holder)
  })
  return value
}

describe('days of retention (X10)', () => {
  it('what ended so many days ago goes, counted from its end; nothing younger does', async () => {
    const old = await chat()
    await house.pass(20 * dayMs)
    const young = await chat('user_43')
    const open = await house.services.texts.open(house.ask, { agent: { id: agentId }, user: 'user_44', data: null })
    if (isRefused(open)) throw new Error(open.refusal.message)
    await keep(30)
    await house.pass(9 * dayMs)
    expect(await left()).toHaveLength(3)
    await house.pass(2 * dayMs)
    expect(await left()).toEqual([open.view.session.id, young])
    expect(await house.services.sessions.get(house.account, old)).toBeUndefined()
    await house.pass(20 * dayMs)
    expect(await left()).toEqual([open.view.session.id])
  })

  it('takes what was said with it, with the last of those that share a conversation; never what others said there', async () => {
    await chat()
    await chat()
    await chat('user_43')
    const [shared, mixed] = await house.conversations()
    expect(await house.conversations()).toHaveLength(2)
    const parties = [`agent_${agentId}`, 'user_43'].map((address) => ({ channel: 'CHAT', address }) as const)
    const said = await house.services.conversations.say(house.ask, mixed!.id, {
      author: parties[1]!,
      recipients: [parties[0]!],
      content: { type: 'text', text: 'From elsewhere' },
    })
    expect(said.refusal).toBeUndefined()
    await keep(1)
    await house.pass(3 * dayMs)
    expect(await left()).toEqual([])
    expect((await house.conversations()).map(({ id }) => id)).toEqual([mixed!.id])
    expect(shared!.id).not.toBe(mixed!.id)
  })

  it('the first sweep is a day after days were set or changed, then one comes every day', async () => {
    await past(100)
    const begun = now()
    await keep(30)
    expect((await kept())?.nextAt).toBe(begun + dayMs)
    await house.pass(hourMs)
    await keep(31)
    await house.pass(dayMs - minuteMs)
    expect(await left()).toHaveLength(1)
    await house.pass(minuteMs)
    expect(await left()).toEqual([])
    expect((await kept())?.nextAt).toBe(begun + hourMs + 2 * dayMs)
  })

  it('null stops it', async () => {
    await past(100)
    await keep(30)
    await house.pass(hourMs)
    await keep(null)
    await house.pass(60 * dayMs)
    expect(await left()).toHaveLength(1)
    expect((await kept())?.days).toBeNull()
  })

  it('null stops a sweep that has begun, and so does a server that stops', async () => {
    await past(100)
    await keep(30)
    const { id } = (await kept())!
    const effect = { reference: 'r', account: house.account, noun: 'retention', aggregate: id, kind: 'k', tries: 0 }
    const payload = { dueAt: now() + dayMs }
    expect((await sweepRunner(house.engine, AbortSignal.abort()).run({ ...effect, payload })).settled).toBe(false)
    expect(await left()).toHaveLength(1)
    await keep(null)
    expect(await sweepRunner(house.engine, never).run({ ...effect, payload })).toEqual({ settled: true })
    expect(await left()).toHaveLength(1)
  })

  it('a crash in the middle of a sweep loses nothing of it', async () => {
    for (let i = 0; i < 6; i++) await past(100 + i)
    const young = await past(2)
    await keep(30)
    let removals = 0
    // It dies at its fourth.
    const { engine } = house
    const execute: Engine['execute'] = (ask, program) =>
      ask.by === 'retention' && ++removals > 3 ? new Promise(() => {}) : engine.execute(ask, program)
    const dying = {
      execute,
      entries: (...asked: Parameters<Engine['entries']>) => engine.entries(...asked),
      parts: (...asked: Parameters<Engine['parts']>) => engine.parts(...asked),
    }
    const before = house
    Object.assign(house.calls.runners['retention.sweep']!, { run: sweepRunner(dying as unknown as Engine, never).run })
    void house.pass(2 * dayMs)
    await expect.poll(() => removals).toBe(4)
    expect(await left()).toHaveLength(4)
    house = await before.crash()
    await expect.poll(() => left()).toEqual([young])
  })

  it('a change of the limits that nobody told the account is told after a crash', async () => {
    await past(100)
    const account = house.account
    // The process is gone right after its commit.
    await house.engine.execute({ account: houseAccount, by: 'test' }, (unit) =>
      unit.run(accountNoun, account, { type: 'change', limits: { retentionDays: 30 } }),
    )
    await expect.poll(async () => (await kept())?.nextAt).toBe(now() + dayMs)
  })

  it('days that change at once on several hands come to what was said last', async () => {
    await Promise.all([3, 4, null, 5, 6].map((days) => keep(days)))
    const { limits } = (await house.services.accounts.get(house.account))!
    expect((await kept())?.days ?? null).toBe(limits.retentionDays ?? null)
  })

  it('an account may be made with days, and others keep theirs', async () => {
    const draft = { name: 'bob', clock: 'test', limits: { retentionDays: 1 } } as const
    const made = await house.services.accounts.create('test', draft)
    if (isRefused(made)) throw new Error(made.refusal.message)
    expect(made.account.limits.retentionDays).toBe(1)
    await past(100)
    const advanced = await house.services.clock.advance(made.account.id, 'test', { byMs: 5 * dayMs })
    if (isRefused(advanced)) throw new Error(advanced.refusal.message)
    expect(advanced.fired.filter((one) => one.noun === 'retention')).toHaveLength(5)
    await house.pass(5 * dayMs)
    expect(await left()).toHaveLength(1)
    expect(await kept()).toBeUndefined()
    const wrong = await house.services.accounts.create('test', { ...draft, limits: { retentionDays: 0 } })
    expect(isRefused(wrong) && wrong.refusal).toMatchObject({ code: 'invalid', field: 'limits.retentionDays' })
  })

  it('goes through all there is, and past those that are not over', async () => {
    for (let i = 0; i < 230; i++) await past(100 + i)
    const young = await past(2)
    await house.services.texts.open(house.ask, { agent: { id: agentId }, user: 'user_44', data: null })
    await house.call({ agentId, to: phones.busy, dueAt: now() + 90 * dayMs })
    await keep(30)
    await house.pass(2 * dayMs)
    expect(await left()).toHaveLength(3)
    expect(await left()).toContain(young)
  })
})
