import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openAnyreach, shop as number, type AnyreachHouse, type Organization } from '#conformance/anyreach-client.ts'

let house: AnyreachHouse
let shop: Organization
let agent: string
beforeAll(async () => {
  house = await openAnyreach()
})
afterAll(() => house.stop())
beforeEach(async () => {
  shop = await house.organization()
  agent = await shop.agent({ welcome: 'Hello!' })
})

const remove = (id: string, token = shop.token) => shop.as(token)('DELETE', `/core/conversations/${id}`)
const end = (id: string) => shop.ask('POST', `/core/conversations/${id}/end`)
const say = (id: string, text: string) => shop.ask('POST', `/core/conversations/${id}/messages`, { text })
const kept = async () => (await shop.native.get('/conversations')).body.conversations

/** A text conversation that is over; answers with its id. */
async function over(text: string, more: object = {}): Promise<string> {
  const id = await shop.text(agent, { ...more })
  await say(id, text)
  await end(id)
  return id
}

describe('deleting a conversation', () => {
  it('X10: takes all it knows and what was said in it, for good', async () => {
    const id = await over('My secret is blue.')
    expect(await kept()).toHaveLength(1)
    expect(await remove(id)).toMatchObject({ status: 204, text: '' })
    for (const answer of [await remove(id), await shop.ask('GET', `/core/conversations/${id}`), await end(id)])
      expect(answer).toMatchObject({ status: 404, body: { detail: 'Conversation not found' } })
    expect((await shop.ask('GET', '/core/conversations')).body).toEqual([])
    expect(await kept()).toEqual([])
    // What is invisible at once is taken out of the log soon after.
    await vi.waitFor(async () => expect((await shop.native.get('/events')).text).not.toContain('blue'))
  })

  it('X10: never takes what somebody else said', async () => {
    const first = await over('My secret is blue.')
    const second = await over('Mine is red.')
    await remove(first)
    const { conversation } = await shop.read(second)
    expect(conversation.items.map(({ text }: { text: string }) => text)).toContain('Mine is red.')
    await remove(second)
    expect((await shop.ask('GET', '/core/conversations')).body).toEqual([])
  })

  it('X10: frees the name its maker gave it', async () => {
    const conversation_id = '2f1c7f0e-5b8e-4b43-9a52-5b6a1d0e9f11'
    const id = await over('Hi', { conversation_id })
    expect(id).toBe(conversation_id)
    expect((await remove(id)).status).toBe(204)
    expect((await shop.ask('GET', `/core/conversations/${id}`)).status).toBe(404)
    expect(await shop.text(agent, { conversation_id })).toBe(conversation_id)
  })

  it('X10: is for what is over: 409 before', async () => {
    const id = await shop.text(agent)
    expect(await remove(id)).toMatchObject({ status: 409, body: { detail: 'Conversation is active: end it first' } })
    const telephone = { channel: 'telephone', user_id: '+14155550133', agent_id: agent, agent_number: number }
    const { conversation } = await shop.create(telephone)
    expect((await remove(conversation.id)).status).toBe(409)
    expect((await shop.read(conversation.id)).id).toBe(conversation.id)
  })

  it('A18, D10: is for who may manage conversations, of their own organization', async () => {
    const id = await over('Hi')
    expect((await remove(id, await shop.limited('conversations:read'))).status).toBe(403)
    const other = await house.organization()
    expect((await other.ask('DELETE', `/core/conversations/${id}`)).status).toBe(404)
    expect((await shop.read(id)).status).toBe('completed')
  })
})
