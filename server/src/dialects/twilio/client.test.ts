import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startOfficial, type Official, type Person } from '#conformance/twilio-client.ts'

describe('x', () => {
  let official: Official
  let alice: Person
  beforeAll(async () => {
    official = await startOfficial()
    alice = await official.person()
  })
  afterAll(() => official.stop())
  it('works', async () => {
    const made = await alice.client.conversations.v2.configurations.create({
      displayName: 'Care line', description: 'x', conversationGroupingType: 'GROUP_BY_PROFILE', memoryStoreId: 'memory_store_x',
      channelSettings: { SMS: { statusTimeouts: { inactive: 10, closed: 30 } } },
    } as never)
    console.log(made.statusUrl, made.related)
    const all = await alice.client.conversations.v2.configurations.list()
    console.log(all.length, all[0]?.id)
    const c = await alice.client.conversations.v2.conversations.create({ configurationId: all[0]!.id, participants: [{ type: 'CUSTOMER', addresses: [{ channel: 'SMS', address: '+14155550133' }] }, { type: 'AGENT', addresses: [{ channel: 'SMS', address: '+18005550111' }] }] } as never)
    console.log(c.id, c.status)
    const said = await alice.client.conversations.v2.communications(c.id).create({ author: { address: '+14155550133', channel: 'SMS' }, content: { type: 'TEXT', text: 'hi' }, recipients: [{ address: '+18005550111', channel: 'SMS' }] } as never)
    console.log(said.toJSON())
    console.log(await alice.advance(10))
    console.log((await alice.client.conversations.v2.conversations(c.id).fetch()).status)
    console.log(await alice.advance(20))
    console.log((await alice.client.conversations.v2.conversations(c.id).fetch()).status)
    expect(1).toBe(1)
  })
})
