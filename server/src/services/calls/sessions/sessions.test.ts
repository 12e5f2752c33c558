import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCallsHouse, phones, talker, type CallsHouse } from '#conformance/calls-house.ts'
import type { SessionView } from '../api.ts'
import { hourMs, minuteMs } from '#domain/vocabulary/instant.ts'

let house: CallsHouse
beforeEach(async () => {
  house = await openCallsHouse()
})
afterEach(() => house.close())

describe('an order', () => {
  it('is placed once under one idempotency key, also after its agent has gone', async () => {
    const agentId = await house.agent()
    const { sessions, agents } = house.services
    const render = ({ session }: SessionView) => ({ status: 200, headers: {}, body: session.id })
    const once = { scope: 's', key: 'k', fingerprint: 'f', render }
    const draft = { agentId, to: phones.busy, data: null, keepsHours: true }
    const [one, two] = await Promise.all([1, 2].map(() => sessions.place({ ...house.ask, once }, draft)))
    const id = one?.value?.session.id ?? two?.value?.session.id
    expect([one?.replayed?.body, two?.replayed?.body].filter((body) => body !== undefined)).toEqual([id])
    await agents.remove(house.ask, agentId, { purge: false })
    expect((await sessions.place({ ...house.ask, once }, draft)).replayed?.body).toBe(id)
    expect((await sessions.list(house.account, { limit: 10 })).items).toHaveLength(1)
  })

  it('keeps what was given with it, and the version of the agent it was given to', async () => {
    const agentId = await house.agent()
    const data = { name: 'Alice', slot: { day: 'Friday' } }
    const vendor = { recipient: 'as it came' }
    const { session } = await house.call({ agentId, to: phones.mute, data, vendor })
    await house.services.agents.write(house.ask, agentId, (present) => ({ ...present, welcome: 'Changed.' }))
    await house.pass(minuteMs)
    const view = await house.services.sessions.get(house.account, session.id)
    expect(view).toMatchObject({ order: { data, vendor }, definition: { welcome: talker.welcome } })
    expect((await house.services.sessions.transcript(view!.session))[0]?.text).toBe(talker.welcome)
    const next = await house.call({ agentId, to: phones.mute })
    expect(next).toMatchObject({ session: { agent: { version: 2 } }, definition: { welcome: 'Changed.' } })
  })

  it('takes its retries and limits from the agent unless it says otherwise', async () => {
    const retry = { max: 1, on: ['busy' as const], onVoicemail: false, afterMs: [minuteMs] }
    const agentId = await house.agent({ retry, limits: { ringMs: 20_000 } })
    const policyOf = async (more: object): Promise<unknown> =>
      (await house.call({ agentId, to: phones.busy, ...more })).session.policy
    expect(await policyOf({})).toEqual({ retry, ringMs: 20_000, keepsHours: true })
    expect(await policyOf({ retry: null, policy: { ringMs: 30_000 } })).toEqual({ ringMs: 30_000, keepsHours: true })
    expect(await policyOf({ retry: { ...retry, max: 3 } })).toMatchObject({ retry: { max: 3 } })
  })

  it('of another account is unknown', async () => {
    const { session } = await house.call({ agentId: await house.agent(), to: phones.busy })
    const { sessions } = house.services
    expect(await sessions.get('stranger', session.id)).toBeUndefined()
    expect(await sessions.order('stranger', session.id)).toBeUndefined()
    expect(await sessions.timeline('stranger', session.id, { after: 0, limit: 1 })).toBeUndefined()
    expect((await sessions.stop({ account: 'stranger', by: 'test' }, session.id)).refusal?.code).toBe('not_found')
  })

  it('D16 is not stopped once it is live, and stopping what was stopped is a safe repeat (D17)', async () => {
    const agentId = await house.agent()
    const { sessions } = house.services
    const one = await house.call({ agentId, to: phones.mute })
    await house.pass(20_000)
    expect((await sessions.stop(house.ask, one.session.id)).refusal?.code).toBe('wrong_state')
    const dueAt = house.engine.clocks.now(house.account) + hourMs
    const two = await house.call({ agentId, to: phones.busy, dueAt })
    for (let i = 0; i < 2; i++)
      expect((await sessions.stop(house.ask, two.session.id)).value?.session).toMatchObject({ outcome: 'stopped' })
  })
})

describe('sessions', () => {
  async function three(): Promise<{ readonly agents: readonly string[]; readonly ids: readonly string[] }> {
    const agents = [await house.agent(), await house.agent({ name: 'bob' })] as const
    const ids: string[] = []
    for (const [agentId, to] of [
      [agents[0], phones.busy],
      [agents[1], phones.ordinary],
      [agents[0], phones.noAnswer],
    ] as const) {
      ids.push((await house.call({ agentId, to })).session.id)
      await house.pass(minuteMs)
    }
    return { agents, ids }
  }

  it('are listed newest first, page by page, and by what is asked for', async () => {
    const { agents, ids } = await three()
    const { list } = house.services.sessions
    const [first, second, third] = ids
    const found = async (question: object): Promise<readonly string[]> =>
      (await list(house.account, { limit: 10, ...question })).items.map(({ session }) => session.id)
    expect(await found({})).toEqual([third, second, first])
    expect(await found({ agent: agents[0] })).toEqual([third, first])
    expect(await found({ kinds: ['text'] })).toEqual([])
    expect(await found({ test: ({ outcome }: Record<string, unknown>) => outcome === 'busy' })).toEqual([first])
    const page = await list(house.account, { limit: 2 })
    expect(page.items).toHaveLength(2)
    expect(await found({ after: page.next })).toEqual([first])
  })

  it('are found between two instants, both inclusive, and counted', async () => {
    const { ids } = await three()
    const { list, count } = house.services.sessions
    const made = await Promise.all(ids.map(async (id) => (await house.session(id)).createdAt))
    const [, middle = 0, last = 0] = made
    const asked = [
      [{}, 3],
      [{ createdFrom: middle }, 2],
      [{ createdFrom: middle + 1 }, 1],
      [{ createdTo: middle }, 2],
      [{ createdTo: middle - 1 }, 1],
      [{ createdFrom: middle, createdTo: middle }, 1],
      [{ createdFrom: last + 1 }, 0],
    ] as const
    for (const [question, many] of asked) {
      expect((await list(house.account, { limit: 10, ...question })).items, JSON.stringify(question)).toHaveLength(many)
      expect(await count(house.account, question)).toBe(many)
    }
    expect(await count(house.account, { test: ({ state }) => state === 'ended' })).toBe(3)
  })

  it('that wait are stopped for an agent, the scheduled ones if that is asked for', async () => {
    await house.close()
    house = await openCallsHouse({ slots: 0 })
    const agentId = await house.agent()
    const dueAt = house.engine.clocks.now(house.account) + hourMs
    const queued = (await house.call({ agentId, to: phones.busy })).session.id
    const scheduled = (await house.call({ agentId, to: phones.busy, dueAt })).session.id
    const { stopWaiting } = house.services.sessions
    expect(await stopWaiting(house.ask, agentId, { scheduled: false })).toEqual([queued])
    expect(await stopWaiting(house.ask, agentId, { scheduled: true })).toEqual([scheduled])
    expect(await house.session(queued)).toMatchObject({ outcome: 'stopped', end: { cause: 'stopped_by_request' } })
  })

  it('of a deleted agent: those that wait are stopped, the live one finishes', async () => {
    const agentId = await house.agent()
    const live = (await house.call({ agentId, to: phones.ordinary })).session.id
    await house.pass(8_000)
    const dueAt = house.engine.clocks.now(house.account) + hourMs
    const waits = (await house.call({ agentId, to: phones.busy, dueAt })).session.id
    await house.services.agents.remove(house.ask, agentId, { purge: false })
    expect(await house.session(waits)).toMatchObject({ outcome: 'stopped', end: { cause: 'agent_deleted' } })
    await house.pass(5 * minuteMs)
    expect(await house.session(live)).toMatchObject({ outcome: 'completed', end: { cause: 'agent_hangup' } })
  })

  it('of a purged agent are erased when they are over', async () => {
    const agentId = await house.agent()
    const { session } = await house.call({ agentId, to: phones.ordinary })
    await house.pass(8_000)
    await house.services.agents.remove(house.ask, agentId, { purge: true })
    expect(await house.services.sessions.get(house.account, session.id)).toMatchObject({ session: { state: 'live' } })
    await house.pass(10 * minuteMs)
    expect(await house.services.sessions.get(house.account, session.id)).toBeUndefined()
    expect((await house.services.sessions.list(house.account, { limit: 1 })).items).toEqual([])
  })

  it('say what time alone will bring next', async () => {
    const { nextTransition } = house.services.sessions
    const limits = { maxMs: 90_000, askOnlineMs: 60_000 }
    const { session } = await house.call({ agentId: await house.agent({ limits }), to: phones.mute })
    expect(nextTransition(session)).toMatchObject({ to: 'ended', because: expect.stringContaining('slot') })
    await house.pass(10_000)
    const live = await house.session(session.id)
    // The question whether anybody is there comes before, and changes no state.
    expect(nextTransition(live)).toMatchObject({ to: 'wrapping', at: live.attempt.answeredAt! + 90_000 })
    await house.pass(2 * minuteMs)
    const ended = await house.session(session.id)
    expect(ended).toMatchObject({ state: 'ended', end: { cause: 'max_duration' } })
    expect(nextTransition(ended)).toBeUndefined()
  })

  it('tell what happened to them, page by page', async () => {
    const { session } = await house.call({ agentId: await house.agent(), to: phones.busy })
    await house.pass(minuteMs)
    const { timeline } = house.services.sessions
    const all = await timeline(house.account, session.id, { after: 0, limit: 100 })
    const first = await timeline(house.account, session.id, { after: 0, limit: 2 })
    const rest = await timeline(house.account, session.id, { after: first!.next!, limit: 100 })
    expect([...first!.items, ...rest!.items]).toEqual(all!.items)
    expect(all!.items[0]?.event.type).toBe('session.created')
  })
})
