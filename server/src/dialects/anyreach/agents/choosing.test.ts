import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createVault } from '#adapters/vault/vault.ts'
import { openCallsHouse, phones, shop, talker, type CallsHouse } from '#conformance/calls-house.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import { aboutAgent, newAgent, withAbout } from './about-agent.ts'
import { definitionOf, documentOf, type AgentDocument } from './agent-config.ts'
import { agentIdOf, showAgentId, showDraftId, versionIdOf } from './agent-ids.ts'
import type { Api } from '../api.ts'
import { chooseAgent, type AgentWish, type ChosenAgent } from './choosing.ts'

let house: CallsHouse
let api: Api
beforeEach(async () => {
  house = await openCallsHouse()
  const context = { services: house.services, vault: createVault(new Uint8Array(32).fill(1)) }
  api = { context } as unknown as Api
})
afterEach(() => house.close())

/** An agent of this dialect's, with a draft; published or not. */
async function drafted(
  greetings: readonly string[],
  publish = true,
): Promise<{ id: string; drafts: readonly string[] }> {
  const { agents, drafts } = house.services
  const definition = { ...newAgent('Store help'), release: { at: 1, number: null } }
  const { value } = await agents.create(house.ask, definition)
  const id = value?.agent.id ?? ''
  const made: string[] = []
  for (const greeting of greetings) {
    const draft = await drafts.create(house.ask, id, (present) => ({ ...documentOf(present), greeting }))
    made.push(draft.value?.draft.id ?? '')
    if (publish) await publishDraft(made.at(-1) ?? '')
  }
  return { id, drafts: made }
}

const publishDraft = (draft: string, more: object = {}) =>
  house.services.drafts.publish(house.ask, {
    what: { draft },
    define: (document, present) => definitionOf(document as AgentDocument, present),
    slots: ['inbound'],
    assign: [],
    unassign: [],
    ...more,
  })

const choose = (wish: Partial<AgentWish>) => chooseAgent(api, house.account, { channel: 'text', ...wish })
async function chosen(wish: Partial<AgentWish>): Promise<Required<ChosenAgent>> {
  const answer = await choose(wish)
  if ('status' in answer) throw new Error(answer.detail)
  const { pin, definition } = answer
  if (!pin) throw new Error('This agent is still to be made.')
  return { pin, definition }
}

describe('a create names its agent', () => {
  it('by its id: the version that was published last', async () => {
    const { id, drafts } = await drafted(['One', 'Two'])
    for (const version of [undefined, null, 'latest'] as const) {
      const { pin, definition } = await chosen({ agent_id: showAgentId(id), version })
      expect(definition.welcome).toBe('Two')
      expect(versionIdOf(pin, definition)).toBe(showDraftId(drafts[1] ?? ''))
    }
  })

  it('by its id and a version, which has to be published', async () => {
    const { id, drafts } = await drafted(['One', 'Two'])
    const agent_id = showAgentId(id)
    expect((await chosen({ agent_id, version: 1 })).definition.welcome).toBe('One')
    expect(await choose({ agent_id, version: 3 })).toMatchObject({ status: 404 })
    await house.services.drafts.create(house.ask, id, () => ({ greeting: 'Three' }))
    expect(await choose({ agent_id, version: 3 })).toMatchObject({ status: 422 })
    expect((await chosen({ agent_version_id: showDraftId(drafts[0] ?? '') })).definition.welcome).toBe('One')
  })

  it('by its id, though nothing of it is published: 422', async () => {
    const { id, drafts } = await drafted(['One'], false)
    expect(await choose({ agent_id: showAgentId(id) })).toMatchObject({ status: 422 })
    expect(await choose({ agent_version_id: showDraftId(drafts[0] ?? '') })).toMatchObject({ status: 422 })
  })

  it('as it is in another dialect: every version counts as published', async () => {
    const id = await house.agent()
    await house.services.agents.write(house.ask, id, (present) => ({ ...present, welcome: 'Two' }))
    expect(await chosen({ agent_id: showAgentId(id) })).toMatchObject({ pin: { id, version: 2 } })
    expect(await chosen({ agent_id: showAgentId(id), version: 1 })).toMatchObject({
      pin: { id, version: 1 },
      definition: { welcome: talker.welcome },
    })
    expect(await chosen({ agent_version_id: `agv_${id}_1` })).toMatchObject({ pin: { version: 1 } })
    expect(await choose({ agent_version_id: `agv_${id}_3` })).toMatchObject({ status: 404 })
  })

  it('by the version in the outbound slot of a number, only by telephone', async () => {
    const { drafts } = await drafted(['One'])
    await house.agent()
    const number = await house.services.numbers.find(house.account, shop)
    const wish = { channel: 'telephone', agent_number: shop } as const
    expect(await choose(wish)).toMatchObject({ status: 422, errors: [{ loc: ['body', 'agent_number'] }] })
    await publishDraft(drafts[0] ?? '', { slots: ['outbound'], assign: [number?.id] })
    expect((await chosen({ ...wish, agent_number: '+1 (800) 555-0111' })).definition.welcome).toBe('One')
    expect(await choose({ ...wish, channel: 'text' })).toMatchObject({ status: 422 })
    expect(await choose({ ...wish, agent_number: '+18005550199' })).toMatchObject({ status: 422 })
  })

  it('exactly once, and a version only with its id (D20)', async () => {
    const id = showAgentId(await house.agent())
    for (const wish of [
      {},
      { agent_id: null, agent_config: null },
      { agent_id: id, agent_version_id: 'agv_x' },
      { agent_id: id, agent_config: {} },
      { agent_version_id: `agv_${id.slice(6)}_1`, version: 1 },
      { agent_config: {}, version: 'latest' },
      { channel: 'telephone', agent_config: {} },
      { channel: 'telephone' },
    ] as const)
      expect(await choose(wish), JSON.stringify(wish)).toMatchObject({
        status: 422,
        errors: [{ loc: ['body', expect.any(String)] }],
      })
  })

  it('by a configuration that says what is wrong with it', async () => {
    expect(await choose({ agent_config: { agent: { type: 'parrot' } } })).toMatchObject({
      status: 422,
      errors: [{ loc: ['body', 'agent_config', 'agent', 'type'] }],
    })
  })

  it('as one that is not there, or not theirs: 404', async () => {
    const { id, drafts } = await drafted(['One'])
    for (const wish of [
      { agent_id: 'agent_nope' },
      { agent_id: showAgentId('0'.repeat(26)) },
      { agent_version_id: 'agv_nope' },
    ])
      expect(await choose(wish)).toMatchObject({ status: 404 })
    for (const wish of [{ agent_id: showAgentId(id) }, { agent_version_id: showDraftId(drafts[0] ?? '') }])
      expect(await chooseAgent(api, 'stranger', { channel: 'text', ...wish })).toMatchObject({ status: 404 })
    await house.services.agents.remove(house.ask, id, { purge: false })
    for (const wish of [{ agent_id: showAgentId(id) }, { agent_version_id: showDraftId(drafts[0] ?? '') }])
      expect(await choose(wish)).toMatchObject({ status: 404 })
  })

  it('as one that is not active: 422 with what to do', async () => {
    const { id, drafts } = await drafted(['One'])
    await house.services.agents.write(house.ask, id, (present, version) => ({
      ...present,
      release: { ...present.release!, at: version + 1 },
      vendor: withAbout(present, { ...aboutAgent(present), active: false }),
    }))
    for (const wish of [{ agent_id: showAgentId(id) }, { agent_version_id: showDraftId(drafts[0] ?? '') }])
      expect(await choose(wish)).toMatchObject({ status: 422, detail: expect.stringContaining('not active') })
  })
})

describe('an inline configuration', () => {
  const config = { greeting: 'Hello', agent: { type: 'script', lines: ['Fine.'] } }

  /** Opens a conversation with it, as a create does. */
  const opened = async (reference?: string) => {
    const agent = await choose({ agent_config: config, ...(reference !== undefined && { reference }) })
    if ('status' in agent) throw new Error(agent.detail)
    const { pin, definition } = agent
    const named = reference === undefined ? {} : { reference: { key: reference } }
    return house.services.texts.open(house.ask, { agent: pin ?? { definition }, user: 'bob', data: null, ...named })
  }
  const done = async (opening: ReturnType<typeof opened>) => {
    const outcome = await opening
    if (isRefused(outcome)) throw new Error(outcome.refusal.message)
    return outcome.view
  }

  it('is an agent that no list shows and nothing points at (D29)', async () => {
    const { session, definition } = await done(opened())
    const pin = session.agent
    expect(definition).toMatchObject({ welcome: 'Hello', speech: { by: 'script', lines: ['Fine.'] }, unlisted: true })
    expect([agentIdOf(pin, definition), versionIdOf(pin, definition)]).toEqual([null, null])
    expect((await house.services.agents.list(house.account, { limit: 10 })).items).toEqual([])
    expect(await choose({ agent_id: showAgentId(pin.id) })).toMatchObject({ status: 404 })
    expect(await choose({ agent_version_id: `agv_${pin.id}_1` })).toMatchObject({ status: 404 })
  })

  it('goes with its conversation', async () => {
    const { texts, sessions, agents } = house.services
    const { id, agent } = (await done(opened())).session
    await texts.end(house.ask, id)
    expect(await agents.get(house.account, agent.id)).toBeDefined()
    expect((await sessions.remove(house.ask, id)).refusal).toBeUndefined()
    expect(await agents.get(house.account, agent.id)).toBeUndefined()
  })

  it('is made together with its conversation, and not at all without', async () => {
    expect(await choose({ agent_config: config })).toMatchObject({ definition: { welcome: 'Hello' } })
    const [first, second] = await Promise.all([opened('order-1'), opened('order-1')])
    expect([first, second].filter((one) => isRefused(one))).toHaveLength(1)
    const log = await house.storage.log(0, 1_000)
    expect(log.filter(({ noun }) => noun === 'agent')).toHaveLength(1)
  })

  it('of one reference is one agent', async () => {
    const { session } = await done(opened('order-1'))
    const wish = { agent_config: { ...config }, reference: 'order-1' }
    expect((await chosen(wish)).pin).toEqual(session.agent)
    expect((await done(opened('order-1'))).session.id).toBe(session.id)
    const other = await choose({ ...wish, agent_config: { greeting: 'Other' } })
    expect(other).toMatchObject({ status: 409 })
  })
})

describe('what was asked for before', () => {
  it('is chosen again, whatever has become of its agent (D2)', async () => {
    const id = await house.agent()
    const { session } = await house.call({ agentId: id, to: phones.busy, reference: { key: 'order-1' } })
    await house.services.agents.write(house.ask, id, (present): AgentDefinition => ({ ...present, welcome: 'Two' }))
    const wish = { channel: 'telephone', agent_id: showAgentId(id) } as const
    expect(await chosen({ ...wish, reference: 'order-1' })).toMatchObject({ pin: session.agent })
    expect(await chosen({ ...wish, reference: 'order-2' })).toMatchObject({ pin: { version: 2 } })
    await house.services.agents.remove(house.ask, id, { purge: false })
    expect(await chosen({ ...wish, reference: 'order-1' })).toMatchObject({ pin: session.agent })
    expect(await choose({ ...wish, reference: 'order-2' })).toMatchObject({ status: 404 })
  })
})
