import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { alice, bob, capturing, got, idOf, line, openHouse, received, sent, type House } from '#conformance/house.ts'
import type { TrafficEvent } from '../api.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(() => house.close())

const statusOf = async (id: string | undefined): Promise<string> => (await house.conversation(id)).status

describe('messages', () => {
  it('T2: the first one makes an active conversation of the two sides', async () => {
    await house.configure()
    const [result] = await house.send(received())
    expect(result).toMatchObject({ status: 'recorded' })
    const [conversation] = await house.conversations()
    expect(conversation).toMatchObject({
      status: 'active',
      participants: [
        { type: 'customer', addresses: [{ channel: 'SMS', address: alice }] },
        { type: 'agent', addresses: [{ channel: 'SMS', address: line }] },
      ],
    })
  })

  it('D69: who is the customer follows from the direction', async () => {
    await house.configure()
    const [result] = await house.send(sent({ to: bob }))
    const { participants } = await house.conversation(idOf(result))
    expect(participants).toMatchObject([
      { type: 'customer', addresses: [{ address: bob }] },
      { type: 'agent', addresses: [{ address: line }] },
    ])
  })

  it('its text is counted in characters, not in units of UTF-16', async () => {
    await house.configure()
    const text = '😀'.repeat(4_194_305)
    const [result] = await house.send(received({ text }))
    expect(result).toMatchObject({ status: 'recorded' })
  })

  it('nothing captures: nothing is kept, and the answer says so', async () => {
    await house.configure({ channels: { SMS: { timeouts: null, capture: [{ from: '*', to: '+18005550999' }] } } })
    expect(await house.send(received())).toMatchObject([{ status: 'ignored' }])
    expect(await house.conversations()).toEqual([])
  })

  it('T7: traffic of either direction reopens an inactive conversation', async () => {
    await house.configure()
    const [first] = await ids(received())
    await house.pass(10)
    expect(await statusOf(first)).toBe('inactive')
    expect(await ids(sent())).toEqual([first])
    expect(await statusOf(first)).toBe('active')
    await house.pass(10)
    expect(await statusOf(first)).toBe('inactive')
    expect(await ids(received())).toEqual([first])
    expect(await statusOf(first)).toBe('active')
  })

  it('T8: another customer does not reopen it, but starts a new one', async () => {
    await house.configure()
    const [first] = await ids(received())
    await house.pass(10)
    const [second] = await ids(received({ from: bob }))
    expect(second).not.toBe(first)
    expect(await statusOf(first)).toBe('inactive')
  })

  it('T4, T9: a closed conversation stays as it is, and new traffic starts another', async () => {
    await house.configure()
    const [first] = await ids(received())
    await house.services.conversations.change(house.ask, first!, { status: 'closed' })
    const before = await house.conversation(first)
    const [second] = await ids(received())
    expect(second).not.toBe(first)
    expect(await house.conversation(first)).toEqual(before)
    expect((await house.conversation(second)).previous).toBe(first)
  })

  it('T16: after 10 and 30 minutes without a message, not 40; the very message that comes then starts anew', async () => {
    await house.configure()
    const [first] = await ids(received())
    await house.pass(9)
    expect(await statusOf(first)).toBe('active')
    await house.pass(1)
    expect(await statusOf(first)).toBe('inactive')
    await house.pass(19)
    expect(await statusOf(first)).toBe('inactive')
    await house.pass(1)
    expect(await statusOf(first)).toBe('closed')
    expect(await ids(received())).not.toEqual([first])
  })

  it('D29: the same customer on SMS and WhatsApp shares a conversation, and not one grouped by channel', async () => {
    const id = await house.configure()
    const both = [received(), received({ channel: 'WHATSAPP', from: `whatsapp:${alice}`, to: `whatsapp:${line}` })]
    expect(new Set(await ids(...both)).size).toBe(1)
    await house.services.conversations.change(house.ask, (await house.conversations())[0]!.id, { status: 'closed' })
    await house.services.configurations.remove(house.ask, id)
    await house.configure({ grouping: 'addresses_and_channel' })
    expect(new Set(await ids(...both)).size).toBe(2)
  })

  it('D31: without profiles, grouping by profile goes by addresses', async () => {
    await house.configure({ grouping: 'profile' })
    expect(new Set(await ids(received(), sent(), received())).size).toBe(1)
  })

  it('joins an open conversation that holds both sides among more, and one the customer is alone in', async () => {
    const configurationId = await house.configure()
    const group = await create(configurationId, [alice, line, bob])
    const alone = await create(configurationId, [bob])
    expect(await ids(received())).toEqual([group])
    expect(await ids(received({ from: bob, to: '+18005550222' }))).toEqual([alone])
    expect((await house.conversation(alone)).participants).toHaveLength(2)
    expect(await ids(received({ from: bob, to: '+18005550222' }))).toEqual([alone])
  })

  it('takes the one with the newest communication where several match', async () => {
    const configurationId = await house.configure()
    const older = await create(configurationId, [alice, line, '+14155550155'])
    const newer = await create(configurationId, [alice, line, '+14155550166'])
    await house.pass(1)
    const words = {
      author: { channel: 'SMS', address: alice },
      recipients: [{ channel: 'SMS', address: line }],
    } as const
    await house.services.conversations.say(house.ask, older, { ...words, content: { type: 'text', text: 'Hello' } })
    expect(await ids(received())).toEqual([older])
    expect(newer).not.toBe(older)
  })

  it('D33: the most specific rule wins, then the oldest configuration', async () => {
    await house.configure({ displayName: 'wild' })
    const exact = await house.configure({ channels: { SMS: { timeouts: null, capture: [{ from: '*', to: line }] } } })
    const [id] = await ids(received())
    expect((await house.conversation(id)).configuration.id).toBe(exact)
  })

  it('sees a configuration that was written just before, changed or deleted', async () => {
    expect(await house.send(received())).toMatchObject([{ status: 'ignored' }])
    const id = await house.configure()
    expect(await house.send(received())).toMatchObject([{ status: 'recorded' }])
    const narrow = { SMS: { timeouts: null, capture: [{ from: '*', to: '+18005550999' }] } }
    await house.services.configurations.write(house.ask, id, ({ document }) => ({ ...document, channels: narrow }))
    expect(await house.send(received())).toMatchObject([{ status: 'ignored' }])
    await house.services.configurations.write(house.ask, id, ({ document }) => ({
      ...document,
      channels: { SMS: capturing(null) },
    }))
    expect(await house.send(received())).toMatchObject([{ status: 'recorded' }])
    for (const { id: open } of await house.conversations())
      await house.services.conversations.change(house.ask, open, { status: 'closed' })
    await house.services.configurations.remove(house.ask, id)
    expect(await house.send(received())).toMatchObject([{ status: 'ignored' }])
  })

  it('keeps accounts apart', async () => {
    await house.configure()
    const [id] = await ids(received())
    const other = got(await house.services.accounts.create('test', { name: 'bob', clock: 'wall' }))
    expect(await house.services.conversations.get(other.account.id, id!)).toBeUndefined()
    const outcome = await house.services.traffic.ingest({ account: other.account.id, by: 'test' }, [received()])
    expect(outcome.value).toMatchObject([{ status: 'ignored' }])
  })
})

describe('a resource id', () => {
  it('D9, D39: told again, changes the communication and moves no clock', async () => {
    await house.configure()
    const [first] = await house.send(received({ resourceId: 'SM1' }))
    await house.pass(9)
    const [again] = await house.send(received({ resourceId: 'SM1', text: 'Hello!' }))
    expect(again).toEqual({ ...first, status: 'updated' })
    await house.pass(1)
    const [conversation] = await house.conversations()
    expect(conversation?.status).toBe('inactive')
    const page = await house.services.conversations.communications(house.account, conversation!.id, {
      after: 0,
      limit: 10,
    })
    expect(page?.items).toMatchObject([{ communication: { content: { text: 'Hello!' } } }])
  })

  it('D9: is recorded once in an account, also where it would belong to another conversation by now', async () => {
    const configurationId = await house.configure({ grouping: 'addresses_and_channel' })
    const elsewhere = await create(configurationId, ['+14155550155', '+14155550166'])
    await house.services.conversations.say(house.ask, elsewhere, {
      author: { channel: 'SMS', address: alice },
      recipients: [{ channel: 'SMS', address: line }],
      content: { type: 'text', text: 'Hello' },
      resourceId: 'SM1',
    })
    expect(await house.send(received({ resourceId: 'SM1' }))).toMatchObject([
      { status: 'updated', conversationId: elsewhere },
    ])
    expect(await house.conversations()).toHaveLength(1)
  })

  it('T4: of a closed conversation is known, and changes nothing', async () => {
    await house.configure()
    const [first] = await house.send(received({ resourceId: 'SM1' }))
    await house.pass(30)
    expect(await house.send(received({ resourceId: 'SM1', text: 'Changed' }))).toEqual([{ ...first, status: 'noted' }])
    expect(await house.conversations()).toHaveLength(1)
  })

  it('is recorded once when it comes several times in one request', async () => {
    await house.configure()
    const results = await house.send(...Array.from({ length: 5 }, () => received({ resourceId: 'SM1' })))
    expect(results.map(({ status }) => status)).toEqual(['recorded', 'updated', 'updated', 'updated', 'updated'])
  })

  it('D3: takes delivery statuses, also in the same request and after closing, never backwards', async () => {
    await house.configure()
    const [message, report] = await house.send(sent({ resourceId: 'SM1' }), {
      type: 'delivery.updated',
      resourceId: 'SM1',
      status: 'initiated',
    })
    expect(report).toEqual({ ...message, status: 'updated' })
    await house.pass(30)
    await house.send({ type: 'delivery.updated', resourceId: 'SM1', to: alice, status: 'delivered' })
    await house.send({ type: 'delivery.updated', resourceId: 'SM1', status: 'in_progress' })
    const [conversation] = await house.conversations()
    const page = await house.services.conversations.communications(house.account, conversation!.id, {
      after: 0,
      limit: 10,
    })
    expect(page?.items).toMatchObject([{ communication: { recipients: [{ delivery: 'delivered' }] } }])
    expect(conversation?.status).toBe('closed')
  })

  it('nobody knows, has no delivery status', async () => {
    const [result] = await house.send({ type: 'delivery.updated', resourceId: 'SM9', status: 'delivered' })
    expect(result).toMatchObject({ status: 'refused', refusal: { code: 'not_found', field: 'resourceId' } })
  })
})

async function ids(...events: TrafficEvent[]): Promise<readonly (string | undefined)[]> {
  return (await house.send(...events)).map((result) => ('conversationId' in result ? result.conversationId : undefined))
}

async function create(configurationId: string, addresses: readonly string[]): Promise<string> {
  const participants = addresses.map((address) => ({ addresses: [{ channel: 'SMS' as const, address }] }))
  const outcome = await house.services.conversations.create(house.ask, { configurationId, participants })
  if (!outcome.value || !('created' in outcome.value)) throw new Error(JSON.stringify(outcome))
  return outcome.value.created.conversation.id
}
