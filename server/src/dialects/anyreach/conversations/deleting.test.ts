import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openAnyreach, shop as number, type AnyreachHouse, type Organization } from '#conformance/anyreach-client.ts'
import { dayMs, minuteMs } from '#domain/vocabulary/instant.ts'

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

const carriedOut = { status: 409, body: { detail: expect.stringContaining('This order was carried out') } }

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

  it('D2: keeps the name its maker gave it: the same order again makes nothing', async () => {
    const conversation_id = '2f1c7f0e-5b8e-4b43-9a52-5b6a1d0e9f11'
    const id = await over('Hi', { conversation_id })
    expect(id).toBe(conversation_id)
    expect((await remove(id)).status).toBe(204)
    expect((await shop.ask('GET', `/core/conversations/${id}`)).status).toBe(404)
    const wanted = { channel: 'text', user_id: 'user_42', agent_id: agent, conversation_id }
    const again = () => shop.ask('POST', '/core/conversations', wanted)
    for (const answer of await Promise.all([again(), again()])) expect(answer).toMatchObject(carriedOut)
    expect((await shop.ask('GET', '/core/conversations')).body).toEqual([])
    const telephone = { channel: 'telephone', user_id: '+14155550133', agent_number: number, agent_id: agent }
    expect(await shop.ask('POST', '/core/conversations', { ...telephone, conversation_id })).toMatchObject(carriedOut)
  })

  it.each(['telephone', 'text', 'webrtc'])('D2: an order of %s by its key places nothing twice', async (channel) => {
    const wanted = { channel, user_id: '+14155550133', agent_id: agent, custom_metadata: {} }
    const place = () => shop.ask('POST', '/core/conversations', wanted, { 'idempotency-key': 'order-7' })
    const first = (await place()).body.conversation.id
    await (channel === 'telephone' ? shop.pass(10 * minuteMs) : end(first))
    await shop.pass(20 * minuteMs)
    // A repeat that comes while it is deleted sees it, or that it is gone.
    const [gone, during] = await Promise.all([remove(first), place()])
    expect(gone.status).toBe(204)
    expect([200, 202, 409]).toContain(during.status)
    for (const answer of await Promise.all([place(), place()])) expect(answer).toMatchObject(carriedOut)
    await shop.pass(10 * minuteMs)
    expect((await shop.ask('GET', '/core/conversations')).body).toEqual([])
  })

  it('D2: an inline agent is not made for an order that was carried out', async () => {
    const agent_config = { greeting: 'Hello!' }
    const wanted = { channel: 'text', user_id: 'user_42', agent_config }
    const place = () => shop.ask('POST', '/core/conversations', wanted, { 'idempotency-key': 'order-8' })
    const { id } = (await place()).body.conversation
    await end(id)
    expect((await remove(id)).status).toBe(204)
    const { agents } = house.trial.app.services
    const create = vi.spyOn(agents, 'create')
    expect(await place()).toMatchObject(carriedOut)
    expect(create).not.toHaveBeenCalled()
    create.mockRestore()
  })

  it('D2: what retention deletes keeps its name, too', async () => {
    const conversation_id = '2f1c7f0e-5b8e-4b43-9a52-5b6a1d0e9f12'
    await over('Hi', { conversation_id })
    await house.trial.app.services.accounts.change(shop.account, 'test', { limits: { retentionDays: 1 } })
    for (let day = 0; day < 3; day++) await shop.pass(dayMs)
    expect((await shop.ask('GET', '/core/conversations')).body).toEqual([])
    const wanted = { channel: 'text', user_id: 'user_42', agent_id: agent, conversation_id }
    expect(await shop.ask('POST', '/core/conversations', wanted)).toMatchObject(carriedOut)
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
