import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { alice, bob, ended, idOf, line, openHouse, received, started, uttered, type House } from '#conformance/house.ts'
import type { Conversation } from '#domain/conversation/state.ts'
import type { Address } from '#domain/vocabulary/address.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Created, Draft } from '../api.ts'

let house: House
let configurationId: Id
beforeEach(async () => {
  house = await openHouse()
  configurationId = await house.configure()
})
afterEach(() => house.close())

const reached = (address: string, channel: Address['channel'] = 'SMS'): { addresses: Address[] } => ({
  addresses: [{ channel, address }],
})
const words = (text: string, resourceId?: string) => ({
  author: { channel: 'SMS' as const, address: alice },
  recipients: [{ channel: 'SMS' as const, address: line }],
  content: { type: 'text' as const, text },
  ...(resourceId !== undefined && { resourceId }),
})
async function create(draft: Partial<Draft> = {}): Promise<Created> {
  const participants = [reached(alice), reached(line)]
  const outcome = await house.services.conversations.create(house.ask, { configurationId, participants, ...draft })
  if (!outcome.value) throw new Error(outcome.refusal?.message)
  return outcome.value
}
async function made(draft: Partial<Draft> = {}): Promise<Conversation> {
  const created = await create(draft)
  if (!('created' in created)) throw new Error(created.message)
  return created.created.conversation
}
const shown = async (
  question: Partial<Parameters<typeof house.services.conversations.list>[1]>,
): Promise<readonly Id[]> => {
  const page = await house.services.conversations.list(house.account, { statuses: [], limit: 100, ...question })
  return page.items.map(({ conversation }) => conversation.id)
}

describe('making a conversation', () => {
  it('T2: starts it active, with all it was given', async () => {
    const conversation = await made({ name: 'Order 4471', metadata: { 'crm.case': 'C-4471' } })
    expect(conversation).toMatchObject({
      status: 'active',
      name: 'Order 4471',
      metadata: { 'crm.case': 'C-4471' },
      account: house.account,
    })
    expect(conversation.participants).toHaveLength(2)
  })

  it('D70: finds the open one of the same participants, and gives it the addresses it lacks', async () => {
    const first = await made()
    const again = await create({ participants: [reached(`whatsapp:${alice}`, 'WHATSAPP'), reached(line)] })
    expect(again).toMatchObject({ conflict: first.id })
    expect((await house.conversation(first.id)).participants[0]?.addresses).toEqual([
      { channel: 'SMS', address: alice },
      { channel: 'WHATSAPP', address: `whatsapp:${alice}` },
    ])
  })

  it('makes another without participants, and once the first is closed (X21: which is then its previous)', async () => {
    const first = await made()
    await made({ participants: [] })
    await made({ participants: [] })
    await house.services.conversations.change(house.ask, first.id, { status: 'closed' })
    expect((await made()).previous).toBe(first.id)
  })

  it('makes one of two that race for the same participants', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, () => create()))
    expect(results.filter((result) => 'created' in result)).toHaveLength(1)
    expect(
      new Set(results.map((result) => ('created' in result ? result.created.conversation.id : result.conflict))).size,
    ).toBe(1)
  })

  it("refuses an unknown configuration, a deleted one and another account's", async () => {
    const { conversations, configurations } = house.services
    const draft = { configurationId, participants: [] }
    expect((await conversations.create({ account: 'stranger', by: 'test' }, draft)).refusal).toMatchObject({
      code: 'not_found',
      field: 'configurationId',
    })
    await configurations.remove(house.ask, configurationId)
    expect((await conversations.create(house.ask, draft)).refusal?.code).toBe('not_found')
  })

  it('happens once under one idempotency key', async () => {
    const once = { scope: 's', key: 'k', fingerprint: 'f', render: () => ({ status: 201, headers: {}, body: 'first' }) }
    const draft = { configurationId, participants: [] }
    await house.services.conversations.create({ ...house.ask, once }, draft)
    const again = await house.services.conversations.create({ ...house.ask, once }, draft)
    expect(again.replayed?.body).toBe('first')
    expect(await house.conversations()).toHaveLength(1)
  })
})

describe('changing a conversation', () => {
  it('T10, T36: closes it directly, and for good', async () => {
    const { id } = await made()
    const closed = await house.services.conversations.change(house.ask, id, { status: 'closed' })
    expect(closed.value?.conversation.status).toBe('closed')
    expect((await house.services.conversations.change(house.ask, id, { status: 'active' })).refusal?.code).toBe(
      'closed',
    )
    expect((await house.services.conversations.say(house.ask, id, words('Hello'))).refusal?.code).toBe('closed')
  })

  it('D37: is not deleted under an open stream; afterwards it is gone with all its data', async () => {
    const { conversations, operations } = house.services
    const [result] = await house.send(started('CA1', { configurationId }), uttered('CA1'))
    const id = idOf(result)
    expect((await conversations.remove(house.ask, id)).refusal?.code).toBe('busy_with_stream')
    await house.send(ended('CA1'))
    const removed = await conversations.remove(house.ask, id)
    expect(removed.value?.about).toEqual({ noun: 'conversation', id })
    expect(await operations.get(house.account, removed.value!.operation.id)).toBeDefined()
    expect(await conversations.get(house.account, id)).toBeUndefined()
    expect(await conversations.communications(house.account, id, { after: 0, limit: 1 })).toBeUndefined()
    expect(await conversations.timeline(house.account, id, { after: 0, limit: 1 })).toBeUndefined()
    expect((await conversations.remove(house.ask, id)).refusal?.code).toBe('not_found')
    expect(await shown({})).toEqual([])
  })

  it('is refused to another account, in every way, as if it were not there', async () => {
    const { conversations } = house.services
    const { id, participants } = await made()
    const stranger = { account: 'stranger', by: 'test' }
    const said = await conversations.say(house.ask, id, words('Hello'))
    const outcomes = await Promise.all([
      conversations.change(stranger, id, { status: 'closed' }),
      conversations.remove(stranger, id),
      conversations.addParticipant(stranger, id, reached(bob)),
      conversations.replaceParticipant(stranger, id, { participantId: participants[0]!.id }),
      conversations.removeParticipant(stranger, id, participants[0]!.id),
      conversations.say(stranger, id, words('Hello')),
    ])
    expect(outcomes.map(({ refusal }) => refusal?.code)).toEqual(Array.from({ length: 6 }, () => 'not_found'))
    expect(await conversations.communication('stranger', id, said.value!.id)).toBeUndefined()
    expect(await conversations.communications('stranger', id, { after: 0, limit: 9 })).toBeUndefined()
    expect(await conversations.timeline('stranger', id, { after: 0, limit: 9 })).toBeUndefined()
    expect(
      (await conversations.list('stranger', { statuses: [], channelId: 'CA1', addresses: [alice, line], limit: 9 }))
        .items,
    ).toEqual([])
  })
})

describe('participants', () => {
  it('are added, replaced and removed', async () => {
    const { conversations } = house.services
    const { id } = await made()
    const added = await conversations.addParticipant(house.ask, id, {
      ...reached('agent-7', 'VOICE'),
      name: 'Ola',
      type: 'human_agent',
    })
    expect(added.value?.participant).toMatchObject({ name: 'Ola', type: 'human_agent' })
    const participantId = added.value!.participant.id
    const replaced = await conversations.replaceParticipant(house.ask, id, {
      participantId,
      participantType: 'ai_agent',
    })
    expect(replaced.value?.participant).toMatchObject({ id: participantId, name: '', type: 'ai_agent', addresses: [] })
    const same = await conversations.replaceParticipant(house.ask, id, { participantId, participantType: 'ai_agent' })
    expect(same.value?.participant).toEqual(replaced.value?.participant)
    const removed = await conversations.removeParticipant(house.ask, id, participantId)
    expect(removed.value?.conversation.participants).toHaveLength(2)
    expect((await conversations.removeParticipant(house.ask, id, participantId)).refusal?.code).toBe('not_found')
  })

  it('D32: are refused where they would make two conversations the same', async () => {
    const first = await made()
    const other = await made({ participants: [reached(alice)] })
    const refused = await house.services.conversations.addParticipant(house.ask, other.id, reached(line))
    expect(refused.refusal).toMatchObject({
      code: 'grouping_taken',
      conflicting: { noun: 'conversation', id: first.id },
    })
  })
})

describe('what was said', () => {
  it('is read by its id and page by page, oldest first', async () => {
    const { conversations } = house.services
    const { id } = await made()
    const said = []
    for (let i = 0; i < 5; i++) said.push((await conversations.say(house.ask, id, words(`${i}`))).value!)
    expect(await conversations.communication(house.account, id, said[3]!.id)).toEqual(said[3])
    const first = await conversations.communications(house.account, id, { after: 0, limit: 3 })
    const rest = await conversations.communications(house.account, id, { after: first!.next!, limit: 3 })
    expect([...first!.items, ...rest!.items]).toEqual(said)
    expect(rest!.next).toBeUndefined()
  })

  it('is not found under ids that name something else or nothing', async () => {
    const { conversations } = house.services
    const { id, participants } = await made()
    const other = await made({ participants: [reached(bob), reached(line)] })
    const said = await conversations.say(house.ask, id, words('Hello'))
    for (const wrong of [participants[0]!.id, id, 'nonsense', '01ka7n36096q14dr9gpqy77zxy'])
      expect(await conversations.communication(house.account, id, wrong)).toBeUndefined()
    expect(await conversations.communication(house.account, other.id, said.value!.id)).toBeUndefined()
  })

  it('D39: is changed when its resource id comes again, and the same when nothing of it is new', async () => {
    const { conversations } = house.services
    const { id } = await made()
    const first = await conversations.say(house.ask, id, words('Hello', 'SM1'))
    expect(first.value?.updated).toBe(false)
    await house.pass(1)
    const second = await conversations.say(house.ask, id, words('Hello!', 'SM1'))
    expect(second.value).toMatchObject({
      id: first.value!.id,
      n: first.value!.n,
      updated: true,
      communication: { content: { text: 'Hello!' } },
    })
    expect(await conversations.communication(house.account, id, first.value!.id)).toMatchObject({
      communication: { content: { text: 'Hello!' } },
    })
    expect((await conversations.communications(house.account, id, { after: 0, limit: 9 }))?.items).toHaveLength(1)
  })

  it("is filtered by the channel's own id, over pages", async () => {
    const { conversations } = house.services
    const { id } = await made()
    for (let i = 0; i < 6; i++)
      await conversations.say(house.ask, id, { ...words(`${i}`), channelId: i % 2 ? 'odd' : 'even' })
    const texts = async (after: number): Promise<unknown> => {
      const page = await conversations.communications(house.account, id, { channelId: 'odd', after, limit: 2 })
      return [page!.items.map(({ communication }) => communication.content.text), page!.next !== undefined, page!.next]
    }
    const [first, more, next] = (await texts(0)) as [string[], boolean, number]
    expect([first, more]).toEqual([['1', '3'], true])
    expect(await texts(next)).toEqual([['5'], false, undefined])
  })
})

describe('lists of conversations', () => {
  it('are newest first, by status, as time has left them', async () => {
    const [older] = await house.send(received())
    await house.pass(5)
    const [newer] = await house.send(received({ from: bob }))
    const [a, b] = [older, newer].map(idOf)
    await house.pass(5)
    expect(await shown({ statuses: ['active'] })).toEqual([b])
    expect(await shown({ statuses: ['inactive'] })).toEqual([a])
    expect(await shown({ statuses: ['active', 'inactive'] })).toEqual([b, a])
    await house.pass(20)
    expect(await shown({ statuses: ['closed'] })).toEqual([a])
    expect(await shown({})).toEqual([b, a])
  })

  it('go page by page, whatever moves meanwhile', async () => {
    const all: Id[] = []
    for (let i = 0; i < 7; i++) all.push((await made({ participants: [] })).id)
    all.sort().reverse() // all at one instant, so by id
    const question = { statuses: ['active', 'closed'] as const, limit: 3 }
    const first = await house.services.conversations.list(house.account, question)
    await house.services.conversations.change(house.ask, all[3]!, { status: 'closed' })
    const second = await house.services.conversations.list(house.account, { ...question, after: first.next! })
    const third = await house.services.conversations.list(house.account, { ...question, after: second.next! })
    expect([first, second, third].map(({ items }) => items.map(({ conversation }) => conversation.id))).toEqual([
      all.slice(0, 3),
      all.slice(3, 6),
      all.slice(6),
    ])
    expect(third.next).toBeUndefined()
  })

  it('are narrowed by configuration and by age', async () => {
    const other = await house.configure({ displayName: 'Other' })
    const one = await made({ participants: [] })
    await house.pass(1)
    const two = await made({ participants: [], configurationId: other })
    await house.pass(1)
    const three = await made({ participants: [], configurationId: other })
    expect(await shown({ configurationId: other })).toEqual([three.id, two.id])
    expect(await shown({ configurationId: other, statuses: ['active'] })).toEqual([three.id, two.id])
    expect(await shown({ createdAfter: one.createdAt })).toEqual([three.id, two.id])
    expect(await shown({ createdBefore: three.createdAt })).toEqual([two.id, one.id])
    expect(await shown({ createdAfter: one.createdAt, createdBefore: three.createdAt, limit: 1 })).toEqual([two.id])
    await house.services.conversations.change(house.ask, two.id, { status: 'closed' })
    expect(await shown({ configurationId: other, statuses: ['active', 'inactive'] })).toEqual([three.id])
    expect(await shown({ configurationId: other })).toEqual([three.id, two.id])
  })

  it("D44: are found by a channel's own id in all four places", async () => {
    const byAddress = await made({
      participants: [{ addresses: [{ channel: 'CHAT', address: 'a', channelId: 'X1' }] }],
    })
    const { conversations } = house.services
    const bySaying = await made()
    await conversations.say(house.ask, bySaying.id, { ...words('Hello', 'X2'), channelId: 'X3' })
    const [call] = await house.send(started('CA1', { configurationId, from: bob }))
    expect(await shown({ channelId: 'X1' })).toEqual([byAddress.id])
    expect(await shown({ channelId: 'X2' })).toEqual([bySaying.id])
    expect(await shown({ channelId: 'X3' })).toEqual([bySaying.id])
    expect(await shown({ channelId: 'CA1' })).toEqual([idOf(call)])
    expect(await shown({ channelId: 'X3', statuses: ['closed'] })).toEqual([])
    expect(await shown({ channelId: 'X9' })).toEqual([])
  })

  it('D45: are found by all of some addresses, on any channel, open and closed', async () => {
    const one = await made({ participants: [reached(`whatsapp:${alice}`, 'WHATSAPP'), reached(line)] })
    await house.pass(1)
    const two = await made({ participants: [reached(alice), reached(line), reached('bob', 'CHAT')] })
    expect(await shown({ addresses: [alice, line] })).toEqual([two.id, one.id])
    expect(await shown({ addresses: ['bob', `rcs:${alice}`] })).toEqual([two.id])
    expect(await shown({ addresses: [alice, '+14155550999'] })).toEqual([])
    await house.services.conversations.change(house.ask, one.id, { status: 'closed' })
    expect(await shown({ addresses: [alice, line] })).toEqual([two.id, one.id])
    expect(await shown({ addresses: [alice, line], limit: 1 })).toEqual([two.id])
    expect(await shown({ addresses: [alice, line], statuses: ['closed'] })).toEqual([one.id])
    expect(await shown({ addresses: [alice, line], limit: 1, after: { sort: two.createdAt, id: two.id } })).toEqual([
      one.id,
    ])
  })

  it('T21, T24: of stuck ones hold what only the longest life will end', async () => {
    const silent = await made()
    const busy = await made({ participants: [reached(bob), reached(line)] })
    await house.services.conversations.say(house.ask, busy.id, words('Hello'))
    const stuck = await house.services.conversations.stuck(house.account, { limit: 10 })
    expect(stuck.items.map(({ conversation }) => conversation.id)).toEqual([silent.id])
  })
})

describe('the life of a conversation', () => {
  it('is told by its timeline, without what was said', async () => {
    const [result] = await house.send(received({ text: 'secret' }))
    const id = idOf(result)
    await house.pass(30)
    const { conversations } = house.services
    const all = await conversations.timeline(house.account, id, { after: 0, limit: 100 })
    expect(all!.items.map(({ event }) => event.type)).toEqual([
      'conversation.created',
      'participant.added',
      'participant.added',
      'conversation.moved',
      'conversation.moved',
    ])
    expect(all!.items.at(-1)!.event).toMatchObject({ from: 'inactive', to: 'closed', by: 'deadline' })
    expect(JSON.stringify(all)).not.toContain('secret')
    const first = await conversations.timeline(house.account, id, { after: 0, limit: 4 })
    const rest = await conversations.timeline(house.account, id, { after: first!.next!, limit: 4 })
    expect([...first!.items, ...rest!.items]).toEqual(all!.items)
    expect(rest!.next).toBeUndefined()
  })

  it('T16, T17: is foretold by its next transition', async () => {
    const next = async (id: Id): Promise<unknown> =>
      house.services.conversations.nextTransition(await house.conversation(id))
    const { id, createdAt, endsBy } = await made()
    expect(await next(id)).toMatchObject({ to: 'closed', at: endsBy })
    await house.services.conversations.say(house.ask, id, words('Hello'))
    expect(await next(id)).toMatchObject({ to: 'inactive', at: createdAt + 600_000 })
    await house.pass(10)
    expect(await next(id)).toMatchObject({ to: 'closed', at: createdAt + 1_800_000 })
    await house.pass(20)
    expect(await next(id)).toBeUndefined()
  })
})
