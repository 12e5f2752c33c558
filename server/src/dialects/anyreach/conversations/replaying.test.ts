import { afterAll, beforeAll, expect, it } from 'vitest'
import { openAnyreach, shop as number, type AnyreachHouse, type Organization } from '#conformance/anyreach-client.ts'
import { hourMs, minuteMs } from '#domain/vocabulary/instant.ts'

let house: AnyreachHouse
let shop: Organization
let agent: string
let manager: Organization['ask']
beforeAll(async () => {
  house = await openAnyreach()
  shop = await house.organization()
  agent = await shop.agent({ welcome: 'Hello!', makes: { recording: true, summary: true, extraction: false } })
  manager = shop.as(await shop.limited('conversations:manage'))
})
afterAll(() => house.stop())

const path = '/core/conversations'
const hidden = ['summary', 'conversation', 'recording_details']

it('D5, D6: a create sent again shows nothing of what became of it without conversations:read_sensitive', async () => {
  const wanted = {
    channel: 'text',
    user_id: 'bob',
    agent_id: agent,
    custom_metadata: { a: 1 },
    initial_context: 'Gold.',
  }
  const order = { 'idempotency-key': 'order-1' }
  const first = await manager('POST', path, wanted, order)
  expect(Object.keys(first.body.conversation)).toEqual(expect.arrayContaining(hidden))
  const { id } = first.body.conversation
  await shop.ask('POST', `${path}/${id}/messages`, { text: 'My secret is blue.' })
  await shop.ask('POST', `${path}/${id}/end`)
  const again = await manager('POST', path, wanted, order)
  expect(again.status).toBe(200)
  expect(again.text).not.toContain('blue')
  expect(again.body.conversation).toMatchObject({ id, custom_metadata: { a: 1 }, initial_context: 'Gold.' })
  for (const column of hidden) expect(again.body.conversation).not.toHaveProperty(column)
  expect(again.body.starting_message).toBe('Hello!')
  // What it does not say itself it is not told.
  const guess = await manager('POST', path, { channel: 'text', user_id: 'bob', agent_id: agent }, order)
  expect(guess.body.conversation).not.toHaveProperty('custom_metadata')
  expect(guess.body.conversation).not.toHaveProperty('initial_context')
  expect((await shop.ask('POST', path, wanted, order)).text).toContain('blue')
})

it('D5: a dial sent again is answered alike', async () => {
  const wanted = { user_id: '+14155550133', agent_id: agent, agent_number: number }
  const dialler = shop.as(await shop.limited('conversations:dial'))
  const dial = () => dialler('POST', `${path}/dial`, wanted, { 'idempotency-key': 'order-2' })
  expect((await dial()).body.conversation).toHaveProperty('conversation')
  await shop.pass(10 * minuteMs)
  const again = await dial()
  expect(again).toMatchObject({ status: 202, headers: { 'idempotency-replayed': 'true' } })
  for (const column of hidden) expect(again.body.conversation).not.toHaveProperty(column)
})

it('D2, D3: nobody is let into a room that is over', async () => {
  const wanted = { channel: 'webrtc', user_id: 'bob', agent_id: agent }
  const open = async () => (await manager('POST', path, wanted, { 'idempotency-key': 'order-3' })).body
  const first = await open()
  expect(await open()).toMatchObject({ url: first.url, token: expect.any(String), room_name: first.room_name })
  await shop.pass(hourMs)
  expect(await open()).toMatchObject({ url: null, token: null, expires_at: null, room_name: first.room_name })
})

it('D5: what cannot be seen cannot be filtered by', async () => {
  await shop.text(agent, { custom_metadata: { vip: true } })
  const reader = shop.as(await shop.limited('conversations:read'))
  const query = `custom_metadata=${encodeURIComponent('{"vip":true}')}`
  for (const place of [path, `${path}/export`]) {
    expect(await reader('GET', `${place}?${query}`)).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('conversations:read_sensitive') },
    })
    const seeing = shop.as(await shop.limited('conversations:read_sensitive'))
    expect((await seeing('GET', `${place}?${query}`)).status).toBe(200)
  }
})
