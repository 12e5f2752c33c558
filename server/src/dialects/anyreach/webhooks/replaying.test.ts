import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openAnyreach, type AnyreachHouse, type Organization } from '#conformance/anyreach-client.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'
import type { OutgoingRequest } from '#services/ports.ts'
import { withoutWords } from './wordless.ts'

let house: AnyreachHouse
let shop: Organization
beforeAll(async () => {
  house = await openAnyreach()
  shop = await house.organization()
})
afterAll(() => house.stop())

let hooks = 0
const newHook = (): string => `https://shop.example.com/replayed/${++hooks}`
const make = async (token = shop.token) => (await shop.as(token)('POST', '/core/webhooks', { url: newHook() })).body

async function sentTo(url: string): Promise<readonly OutgoingRequest[]> {
  await house.trial.app.delivery.settled()
  return house.sender.requests.filter((request) => request.url === url)
}

const byId = (requests: readonly OutgoingRequest[]) =>
  new Map(requests.map(({ headers, body }) => [headers['x-event-id'], body]))

async function replayAll(path: string, token = shop.token): Promise<void> {
  const { body } = await shop.as(token)('GET', `${path}/deliveries`)
  for (const { id } of body.toReversed()) {
    const replayed = await shop.as(token)('POST', `${path}/deliveries/${id}/replay`)
    expect(replayed).toMatchObject({ status: 202, body: { queued: 1 } })
  }
}

describe('a delivery that is sent again', () => {
  it.each([404, 503])(
    'D5: has no words where its webhook was moved by who may not see them (it was answered %i)',
    async (status) => {
      const managing = await shop.limited('conversations:manage')
      const [hook, plain] = [await make(), await make(managing)]
      house.sender.follow(({ url }) => ({ status: url === hook.url ? status : 200 }))
      const makes = { recording: false, summary: true, extraction: false }
      const agent = await shop.agent({ welcome: 'Hello!', makes })
      const id = await shop.text(agent, { custom_metadata: { order_id: 'A-118' }, initial_context: 'Gold.' })
      await shop.ask('POST', `/core/conversations/${id}/messages`, { text: 'My secret is blue.' })
      await shop.ask('POST', `/core/conversations/${id}/end`)
      expect((await sentTo(hook.url)).map(({ body }) => body).join('\n')).toContain('A-118')
      const safe = byId(await sentTo(plain.url))

      const path = `/core/webhooks/${hook.id}`
      const url = newHook()
      expect((await shop.as(managing)('PATCH', path, { url })).body).toMatchObject({ sensitive: false })
      await replayAll(path, managing)
      await vi.waitFor(async () => expect(byId(await sentTo(url)).size).toBe(safe.size))
      const moved = await sentTo(url)
      for (const { headers, body } of moved) {
        expect(body).not.toMatch(/blue|Hello|A-118|Gold|custom_metadata|initial_context|"summary":/)
        expect(body).toBe(safe.get(headers['x-event-id']))
        const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers['x-signature'] ?? '') ?? []
        expect(v1).toBe(createHmac('sha256', hook.secret).update(`${t}.${body}`).digest('hex'))
      }
    },
  )

  it('X1: is the same bytes, also of a call that has gone on since', async () => {
    house.sender.follow(() => ({ status: 200 }))
    const [hook, plain] = [await make(), await make(await shop.limited('conversations:manage'))]
    const makes = { recording: true, summary: true, extraction: false }
    const agent_id = await shop.agent({ welcome: 'Hello!', makes })
    const call = { channel: 'telephone', user_id: '+12025550101', agent_id }
    const { id } = (await shop.create(call)).conversation
    await shop.pass(10 * minuteMs)
    for (const { id: webhook, url } of [hook, plain]) {
      const first = await sentTo(url)
      const conversations = first.map(({ body }) => JSON.parse(body ?? '').data.conversation)
      const counts = conversations.map(({ user_turn_count }) => user_turn_count)
      expect(counts.toSorted((a, b) => a - b)).toEqual(counts)
      expect(new Set(counts).size).toBe(counts.at(-1) + 1)
      expect(counts.at(-1)).toBeGreaterThan(1)
      expect(counts.at(-1)).toBe((await shop.read(id)).user_turn_count)
      const moments = conversations.map(({ updated_at }) => Date.parse(updated_at))
      expect(moments.toSorted((a, b) => a - b)).toEqual(moments)
      await replayAll(`/core/webhooks/${webhook}`)
      await vi.waitFor(async () => expect(await sentTo(url)).toHaveLength(2 * first.length))
      const again = (await sentTo(url)).slice(first.length)
      expect(byId(again)).toEqual(byId(first))
    }
  })
})

describe('a body without words', () => {
  const conversation = { id: 'conv_1', duration: null, user_turn_count: 2, agent: { id: 'agent_1', name: 'Help' } }
  const head = { id: 'event_1_7', created_at: '2026-11-20T09:00:01.400000Z', organization_id: 'org_1' }
  const bodyOf = (type: string, data: object): string => JSON.stringify({ ...head, type, data })
  const created_at = head.created_at
  const words = {
    summary: 'blue',
    initial_context: 'blue',
    custom_metadata: { a: 'blue' },
    conversation: { items: [{ text: 'blue' }] },
    recording_details: { url: 'blue' },
    anything: 'blue',
  }

  it.each([
    ['conversation.status', { status: 'completed' }, { more: 'blue' }],
    ['message', { message: { role: 'user', created_at } }, { message: { role: 'user', text: 'blue', created_at } }],
    ['summary', {}, { summary: 'blue' }],
    ['recording', {}, { recording: { url: 'blue' } }],
  ])('is what those are told who may not see them (%s)', (type, details, wordy) => {
    const safe = bodyOf(type, { conversation, ...details })
    expect(withoutWords(safe)).toBe(safe)
    expect(withoutWords(bodyOf(type, { conversation: { ...conversation, ...words }, ...details, ...wordy }))).toBe(safe)
  })

  it('has nothing in place of what it does not know', () => {
    expect(withoutWords(bodyOf('message', { conversation: 'blue', message: ['blue'] }))).not.toContain('blue')
  })
})
