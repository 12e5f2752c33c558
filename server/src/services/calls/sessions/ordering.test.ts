import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCallsHouse, phones, talker, type CallsHouse } from '#conformance/calls-house.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'
import type { CallDraft } from '../api.ts'

let house: CallsHouse
let agentId: string
let draft: CallDraft
beforeEach(async () => {
  house = await openCallsHouse()
  agentId = await house.agent()
  draft = { agentId, to: phones.busy, data: null, keepsHours: true, reference: { key: 'order-1' } }
})
afterEach(() => house.close())

describe('an order of a version', () => {
  it('talks by that version, whatever the agent has become', async () => {
    await house.services.agents.write(house.ask, agentId, (present) => ({ ...present, welcome: 'Changed.' }))
    const one = await house.call({ agentId, to: phones.mute, version: 1 })
    expect(one).toMatchObject({ session: { agent: { version: 1 } }, definition: { welcome: talker.welcome } })
    await house.pass(minuteMs)
    expect((await house.services.sessions.transcript(await house.session(one.session.id)))[0]?.text).toBe(
      talker.welcome,
    )
    const { session } = await house.call({ agentId, to: phones.busy, version: 2 })
    expect(session.agent.version).toBe(2)
  })

  it('is refused where the agent has no such version', async () => {
    for (const version of [0, 2, 1.5]) {
      const { refusal } = await house.services.sessions.place(house.ask, { ...draft, version })
      expect(refusal).toMatchObject({ code: 'not_found', field: 'version' })
    }
  })
})

describe('an order with a reference', () => {
  it('makes one call however often it is given, also after its agent has gone and the call is over', async () => {
    const { sessions, agents } = house.services
    const one = await house.call({ ...draft, context: 'A returning customer.', vendor: { own: 'word' } })
    expect(one).toMatchObject({
      session: { reference: { key: 'order-1' } },
      order: { context: 'A returning customer.' },
    })
    expect(one.repeated).toBeUndefined()
    await house.pass(10 * minuteMs)
    await agents.remove(house.ask, agentId, { purge: false })
    const again = await house.call({ ...draft, context: 'Other words.' })
    expect(again).toMatchObject({
      session: { id: one.session.id, state: 'ended' },
      order: one.order,
      definition: { welcome: talker.welcome },
      repeated: true,
    })
    expect((await sessions.list(house.account, { limit: 10 })).items).toHaveLength(1)
    expect(house.journal).toHaveLength(1)
  })

  it('makes one call when it is given many times at once', async () => {
    const { sessions } = house.services
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => sessions.place(house.ask, draft)))
    expect(new Set(outcomes.map(({ value }) => value?.session.id)).size).toBe(1)
    expect(outcomes.filter(({ value }) => value?.repeated)).toHaveLength(7)
    expect((await sessions.list(house.account, { limit: 10 })).items).toHaveLength(1)
  })

  it('is refused where it names a call of another user or agent, and says which', async () => {
    const { session } = await house.call(draft)
    const other = await house.agent({ name: 'bob' })
    for (const more of [{ to: phones.ordinary }, { agentId: other }]) {
      const { refusal } = await house.services.sessions.place(house.ask, { ...draft, ...more })
      expect(refusal).toMatchObject({ code: 'in_use', conflicting: { noun: 'session', id: session.id } })
    }
    expect((await house.services.sessions.list(house.account, { limit: 10 })).items).toHaveLength(1)
  })

  it('of two users at once calls one of them, and refuses the other', async () => {
    const { sessions } = house.services
    const outcomes = await Promise.all(
      [phones.busy, phones.ordinary].map((to) => sessions.place(house.ask, { ...draft, to })),
    )
    expect(outcomes.filter(({ value }) => value)).toHaveLength(1)
    expect(outcomes.filter(({ refusal }) => refusal?.code === 'in_use')).toHaveLength(1)
  })

  it('names nothing again once its call has been erased: no order is ever carried out twice', async () => {
    const one = await house.call(draft)
    await house.pass(10 * minuteMs)
    await house.services.agents.remove(house.ask, agentId, { purge: true })
    await house.pass(minuteMs)
    expect(await house.services.sessions.get(house.account, one.session.id)).toBeUndefined()
    const again = { ...draft, agentId: await house.agent({ name: 'bob' }) }
    const { sessions } = house.services
    const outcomes = await Promise.all([sessions.place(house.ask, again), sessions.place(house.ask, again)])
    expect(outcomes.map(({ refusal }) => refusal?.code)).toEqual(['closed', 'closed'])
    expect(await sessions.isUsedUp(house.account, 'order-1')).toBe(true)
    expect(await sessions.isUsedUp(house.account, 'another')).toBe(false)
    expect((await sessions.list(house.account, { limit: 1 })).items).toEqual([])
    house = await house.restart()
    expect((await house.services.sessions.place(house.ask, again)).refusal?.code).toBe('closed')
  })
})
