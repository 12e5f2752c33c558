import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCallsHouse, shop, talker, type CallsHouse } from '#conformance/calls-house.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { DraftDocument } from '#domain/draft/state.ts'
import type { AgentPin } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { dayMs, minuteMs } from '#domain/vocabulary/instant.ts'
import { refuse } from '#domain/vocabulary/refusal.ts'
import type { Outcome } from '#engine/api.ts'
import type { DraftView, Publishing } from './api.ts'

let house: CallsHouse
let agentId: Id
beforeEach(async () => {
  house = await openCallsHouse()
  agentId = await house.agent()
})
afterEach(() => house.close())

function value<Value>(outcome: Outcome<Value>): Value {
  if (outcome.value === undefined) throw new Error(outcome.refusal?.message ?? 'replayed')
  return outcome.value
}

const define = (document: DraftDocument, present: AgentDefinition): AgentDefinition => ({
  ...present,
  welcome: String(document['welcome']),
})
const draft = async (welcome: string): Promise<DraftView> =>
  value(await house.services.drafts.create(house.ask, agentId, () => ({ welcome })))
const publish = (id: Id, more: Partial<Publishing> = {}): Promise<Outcome<AgentPin>> =>
  house.services.drafts.publish(house.ask, {
    what: { draft: id },
    define,
    slots: ['inbound'],
    assign: [],
    unassign: [],
    ...more,
  })
const ownNumber = async () => (await house.services.numbers.find(house.account, shop))!

describe('drafts of an agent', () => {
  it('have numbers that rise from its present version on, also when they are written at once', async () => {
    const made = await Promise.all(['a', 'b', 'c'].map(draft))
    expect(made.map(({ draft: { number } }) => number).toSorted((one, other) => one - other)).toEqual([2, 3, 4])
    await publish(made[0]!.draft.id)
    expect((await draft('d')).draft.number).toBe(5)
    const { drafts } = house.services
    const page = await drafts.list(house.account, agentId, { limit: 2, below: 5 })
    expect(page.map(({ draft: { number } }) => number)).toEqual([4, 3])
    expect((await drafts.find(house.account, agentId, 3))?.draft.number).toBe(3)
  })

  it('are ensured once, whoever asks at once, and again when the newest is published', async () => {
    const { drafts } = house.services
    const ensure = async (): Promise<DraftView> =>
      value(await drafts.ensure(house.ask, agentId, ({ welcome }) => ({ welcome })))
    const made = await Promise.all([ensure(), ensure(), ensure()])
    expect(new Set(made.map(({ draft: { id } }) => id)).size).toBe(1)
    expect(made[0]?.document).toEqual({ welcome: talker.welcome })
    await publish(made[0]!.draft.id)
    expect((await ensure()).draft.number).toBe(3)
  })

  it('are fixed once they are published', async () => {
    const { drafts } = house.services
    const { id } = (await draft('One')).draft
    value(await drafts.write(house.ask, id, ({ welcome }) => ({ welcome: `${String(welcome)} and more` })))
    expect(value(await publish(id))).toEqual({ id: agentId, version: 2 })
    expect((await drafts.write(house.ask, id, () => ({}))).refusal?.code).toBe('fixed')
    expect((await drafts.get(house.account, id))?.document).toEqual({ welcome: 'One and more' })
    expect(await house.services.agents.version(house.account, agentId, 2)).toMatchObject({
      welcome: 'One and more',
      release: { at: 2, number: 2, draft: id },
    })
  })

  it('are unknown in another account, and where their agent is not there', async () => {
    const { drafts } = house.services
    const { id, number } = (await draft('One')).draft
    const stranger = { account: 'stranger', by: 'test' }
    expect(await drafts.get('stranger', id)).toBeUndefined()
    expect(await drafts.find('stranger', agentId, number)).toBeUndefined()
    expect(await drafts.list('stranger', agentId, { limit: 10 })).toEqual([])
    for (const outcome of [
      await drafts.write(stranger, id, () => ({})),
      await drafts.create(stranger, agentId, () => ({})),
      await drafts.ensure(stranger, agentId, () => ({})),
      await drafts.publish(stranger, { what: { draft: id }, define, slots: [], assign: [], unassign: [] }),
    ])
      expect(outcome.refusal?.code).toBe('not_found')
    await house.services.agents.remove(house.ask, agentId, { purge: false })
    expect((await publish(id)).refusal?.code).toBe('not_found')
    expect((await drafts.create(house.ask, agentId, () => ({}))).refusal?.code).toBe('not_found')
  })

  it.each([true, false])('go with their agent when it is gone for good (purged: %s)', async (purge) => {
    const made = await Promise.all(Array.from({ length: 60 }, (_, i) => draft(`${i}`)))
    await house.services.agents.remove(house.ask, agentId, { purge })
    // One that can be restored has its drafts still.
    expect((await house.services.drafts.get(house.account, made[0]!.draft.id)) === undefined).toBe(purge)
    await house.pass(31 * dayMs)
    for (const {
      draft: { id },
    } of made)
      expect(await house.services.drafts.get(house.account, id)).toBeUndefined()
  })

  it('are there after a restart, with what was written and published', async () => {
    const { id } = (await draft('One')).draft
    await publish(id, { assign: [(await ownNumber()).id] })
    house = await house.crash()
    expect((await house.services.drafts.get(house.account, id))?.draft).toMatchObject({
      status: 'published',
      version: 2,
    })
    expect(await ownNumber()).toMatchObject({ agentId, agentVersion: 2 })
  })
})

describe('publishing', () => {
  it('is one version however often and at once it is asked for', async () => {
    const { id } = (await draft('One')).draft
    const pins = await Promise.all(Array.from({ length: 5 }, async () => value(await publish(id))))
    expect(new Set(pins.map(({ version }) => version))).toEqual(new Set([2]))
    expect((await house.services.agents.get(house.account, agentId))?.agent.version).toBe(2)
  })

  it('does all of it or nothing', async () => {
    const { id } = (await draft('One')).draft
    const assign = [(await ownNumber()).id, '0'.repeat(26)]
    expect((await publish(id, { assign })).refusal?.code).toBe('not_found')
    const refused = await publish(id, { define: () => refuse('invalid', 'No.') })
    expect(refused.refusal?.code).toBe('invalid')
    expect((await house.services.drafts.get(house.account, id))?.draft.status).toBe('draft')
    expect((await house.services.agents.get(house.account, agentId))?.agent.version).toBe(1)
    expect((await ownNumber()).agentVersion).toBeUndefined()
  })

  it('leaves running calls to the version they began with', async () => {
    const { session } = await house.call({ agentId, to: '+12025550107' })
    await house.pass(20_000)
    expect((await house.session(session.id)).state).toBe('live')
    await publish((await draft('Changed.')).draft.id)
    const view = await house.services.sessions.get(house.account, session.id)
    expect(view).toMatchObject({ session: { agent: { version: 1 } }, definition: { welcome: talker.welcome } })
    expect((await house.call({ agentId, to: '+12025550102' })).session.agent.version).toBe(2)
  })
})

describe('a call that arrives', () => {
  const arrive = async (): Promise<string | undefined> => {
    await house.simulator.dial(house.account, { from: '+12025550100', to: shop })
    await house.pass(minuteMs)
    const { items } = await house.services.sessions.list(house.account, { limit: 1 })
    return items[0]?.definition.welcome
  }

  it('is answered by the version that is pinned to its number, else by the present one', async () => {
    const { id, number } = { ...(await ownNumber()) }
    expect(number).toBe(shop)
    await publish((await draft('Pinned.')).draft.id, { assign: [id] })
    await publish((await draft('Newer.')).draft.id)
    expect(await arrive()).toBe('Pinned.')
    value(await house.services.numbers.attach(house.ask, id, agentId))
    expect(await arrive()).toBe('Newer.')
  })
})
