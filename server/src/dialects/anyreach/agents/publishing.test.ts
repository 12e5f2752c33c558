import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Answer } from '#app/trial.ts'
import { openAnyreach, type AnyreachHouse, type Organization } from '#conformance/anyreach-client.ts'

let house: AnyreachHouse
let shop: Organization
let agent: string
beforeAll(async () => {
  house = await openAnyreach()
})
afterAll(() => house.stop())
beforeEach(async () => {
  shop = await house.organization()
  agent = (await post('/agents', { name: 'Store help' })).body.id
})

const get = (url: string): Promise<Answer> => shop.ask('GET', `/core${url}`)
const post = (url: string, body?: object): Promise<Answer> => shop.ask('POST', `/core${url}`, body)
const put = (url: string, body: object): Promise<Answer> => shop.ask('PUT', `/core${url}`, body)
const versions = (rest = ''): string => `/agents/${agent}/versions${rest}`
const drafted = async (config: object): Promise<Answer['body']> => {
  const { status, body } = await post(versions(), { config })
  expect(status, JSON.stringify(body)).toBe(201)
  return body
}
const number = async (text: string): Promise<string> => {
  const { status, body } = await shop.native.post('/phone-numbers', { number: text })
  expect(status).toBe(201)
  return body.id
}
const phone = async (id: string): Promise<Answer['body']> => (await shop.native.get(`/phone-numbers/${id}`)).body

describe('publishing', () => {
  it('happens once when it is asked for many times at once', async () => {
    await drafted({ greeting: 'Hello' })
    const before = (await shop.native.get(`/agents/${agent}`)).body.version
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(versions('/1/publish'))))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect((await shop.native.get(`/agents/${agent}`)).body).toMatchObject({ version: before + 1, welcome: 'Hello' })
  })

  it('of two drafts at once leaves one of them as what conversations talk by', async () => {
    await drafted({ greeting: 'One' })
    await drafted({ greeting: 'Two' })
    const answers = await Promise.all([post(versions('/1/publish')), post(versions('/2/publish'))])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const { published_version: last } = (await get(`/agents/${agent}`)).body
    expect((await shop.native.get(`/agents/${agent}`)).body.welcome).toBe(last === 1 ? 'One' : 'Two')
  })

  it('gives numbers the version, in the slots that are asked for, and takes them away', async () => {
    const [one, two] = [await number('+12025550100'), await number('+12025550101')]
    const draft = await drafted({})
    const first = await post(versions('/1/publish'), { phone_numbers: ['+12025550100', '+1 (202) 555-0101'] })
    expect(first).toMatchObject({
      status: 200,
      body: {
        phone_numbers: [
          { phone_number: '+12025550100', inbound_agent_version_id: draft.id, outbound_agent_version_id: null },
          { phone_number: '+12025550101', inbound_agent_version_id: draft.id, outbound_agent_version_id: null },
        ],
      },
    })
    expect(await phone(one)).toMatchObject({ agentId: agent, agentVersion: 2, outbound: null })
    await post(versions('/1/publish'), { phone_numbers: ['+12025550101'], direction: 'outbound' })
    expect(await phone(two)).toMatchObject({
      agentId: agent,
      agentVersion: 2,
      outbound: { agentId: agent, version: 2 },
    })
    const last = await post(versions('/1/publish'), {
      unassign_phone_numbers: ['+12025550100', '+12025550101'],
      direction: 'both',
    })
    expect(last.body.phone_numbers).toEqual([
      { phone_number: '+12025550100', inbound_agent_version_id: null, outbound_agent_version_id: null },
      { phone_number: '+12025550101', inbound_agent_version_id: null, outbound_agent_version_id: null },
    ])
    expect(await phone(two)).toMatchObject({ agentId: null, agentVersion: null, outbound: null })
  })

  it('changes nothing where one of the numbers is not there', async () => {
    const id = await number('+12025550100')
    await drafted({})
    const refused = await post(versions('/1/publish'), { phone_numbers: ['+12025550100', '+12025550199'] })
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ loc: ['body', 'phone_numbers', 1] }] } })
    expect((await get(versions('/1'))).body.status).toBe('draft')
    expect((await phone(id)).agentId).toBeNull()
  })

  it('leaves the numbers of other agents alone when it takes some away', async () => {
    const id = await number('+12025550100')
    await drafted({})
    await post(versions('/1/publish'), { phone_numbers: ['+12025550100'], direction: 'both' })
    const own = agent
    agent = (await post('/agents', { name: 'Other' })).body.id
    await drafted({})
    await post(versions('/1/publish'), { unassign_phone_numbers: ['+12025550100'], direction: 'both' })
    expect(await phone(id)).toMatchObject({ agentId: own, outbound: { agentId: own } })
  })

  it('leaves numbers to the version they were given when a newer one is published', async () => {
    const id = await number('+12025550100')
    await drafted({})
    await post(versions('/1/publish'), { phone_numbers: ['+12025550100'] })
    await drafted({ greeting: 'Newer' })
    await post(versions('/2/publish'))
    expect(await phone(id)).toMatchObject({ agentVersion: 2 })
  })

  it('is undone for the numbers of an agent that is deleted', async () => {
    const id = await number('+12025550100')
    await drafted({})
    await post(versions('/1/publish'), { phone_numbers: ['+12025550100'], direction: 'both' })
    await shop.ask('DELETE', `/core/agents/${agent}`)
    expect(await phone(id)).toMatchObject({ agentVersion: null, outbound: null })
  })

  it.each([[{ direction: 'sideways' }], [{ phone_numbers: 'x' }], [{ phone_numbers: [5] }]])(
    'refuses %j',
    async (body) => {
      await drafted({})
      expect((await post(versions('/1/publish'), body)).status).toBe(422)
      expect((await get(versions('/1'))).body.status).toBe('draft')
    },
  )
})

describe('conversations while versions are published', () => {
  const begin = async (): Promise<Answer['body']> => {
    const { status, body } = await post('/conversations', { channel: 'text', user_id: 'bob', agent_id: agent })
    expect(status, JSON.stringify(body)).toBe(200)
    return body.conversation
  }
  const say = async (id: string): Promise<string> =>
    (await post(`/conversations/${id}/messages`, { text: 'And now?' })).body.reply

  it('keep the version they began with, by its id and by what is said', async () => {
    const script = (line: string) => ({ agent: { type: 'script', lines: [line, line] } })
    const one = await drafted(script('One.'))
    await post(versions('/1/publish'))
    const early = await begin()
    expect(early).toMatchObject({ agent_id: agent, agent_version_id: one.id, agent: { id: agent, name: 'Store help' } })
    const two = await drafted(script('Two.'))
    const [reply] = await Promise.all([say(early.id), post(versions('/2/publish'))])
    expect(reply).toBe('One.')
    await put(`/agents/${agent}`, { name: 'Renamed' })
    expect(await say(early.id)).toBe('One.')
    expect((await get(`/conversations/${early.id}`)).body.agent_version_id).toBe(one.id)
    const late = await begin()
    expect(late.agent_version_id).toBe(two.id)
    expect(await say(late.id)).toBe('Two.')
    const found = await get(`/conversations?agent_version_id=${one.id}`)
    expect(found.body.map(({ id }: { id: string }) => id)).toEqual([early.id])
  })

  it('are not begun with an agent that is not active, or not published', async () => {
    const wish = { channel: 'text', user_id: 'bob', agent_id: agent }
    await drafted({})
    expect((await post('/conversations', wish)).status).toBe(422)
    await post(versions('/1/publish'))
    await put(`/agents/${agent}`, { active: false })
    expect((await post('/conversations', wish)).body.detail).toContain('not active')
    await put(`/agents/${agent}`, { active: true })
    await begin()
  })

  it('are called from the number that an agent has the outbound slot of', async () => {
    await number('+12025550199')
    const draft = await drafted({})
    const call = { channel: 'telephone', user_id: '+12025550102', agent_number: '+12025550199' }
    expect((await post('/conversations', call)).status).toBe(422)
    await post(versions('/1/publish'), { phone_numbers: ['+12025550199'], direction: 'outbound' })
    expect(await post('/conversations', call)).toMatchObject({
      status: 202,
      body: { conversation: { agent_id: agent, agent_version_id: draft.id, agent_number: '+12025550199' } },
    })
  })
})
