import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openAnyreach, type AnyreachHouse, type Organization } from '#conformance/anyreach-client.ts'
import { dayMs } from '#domain/vocabulary/instant.ts'
import type { Followed } from '#engine/api.ts'
import type { OutgoingRequest } from '#services/ports.ts'
import { createAnnouncer } from './announcer.ts'
import { webhookBody } from '../wire/webhooks.ts'

let house: AnyreachHouse
let shop: Organization
beforeAll(async () => {
  house = await openAnyreach()
})
afterAll(() => house.stop())
beforeEach(async () => {
  house.sender.follow(() => ({ status: 200 }))
  shop = await house.organization()
})

let hooks = 0
const newHook = (): string => `https://shop.example.com/hook/${++hooks}`
const make = async (draft: object, token = shop.token) =>
  (await shop.as(token)('POST', '/core/webhooks', { url: newHook(), ...draft })).body

/** What was sent to a webhook so far, once everything that happened is told. */
async function toldTo({ url }: { readonly url: string }): Promise<readonly OutgoingRequest[]> {
  await house.trial.app.delivery.settled()
  return house.sender.requests.filter((request) => request.url === url)
}
// oxlint-disable-next-line typescript/no-explicit-any -- tests say themselves what they expect in it
const bodiesOf = (requests: readonly OutgoingRequest[]): any[] => requests.map(({ body }) => JSON.parse(body ?? ''))

/** A whole text conversation; answers with its id. */
async function talk(): Promise<string> {
  const id = await shop.text(await shop.agent({ welcome: 'Hello!' }), { custom_metadata: { order_id: 'A-118' } })
  await shop.ask('POST', `/core/conversations/${id}/messages`, { text: 'My secret is blue.' })
  await shop.ask('POST', `/core/conversations/${id}/end`)
  return id
}

describe('webhooks', () => {
  it('X1: are told what is said on a telephone call, too', async () => {
    const hook = await make({ events: ['message'] })
    const agent_id = await shop.agent({ welcome: 'Hello!' })
    const { conversation } = await shop.create({ channel: 'telephone', user_id: '+12025550101', agent_id })
    await shop.pass(60_000)
    const messages = bodiesOf(await toldTo(hook)).map(({ data }) => data.message)
    expect(messages[0]).toMatchObject({ role: 'agent', text: 'Hello!' })
    expect(messages.map(({ role }) => role)).toContain('user')
    const { items } = (await shop.read(conversation.id)).conversation
    expect(messages.map(({ text }) => text)).toEqual(items.map(({ text }: { readonly text: string }) => text))
    expect(items[0]).toMatchObject({ role: 'agent', latency: { end_to_end_ms: expect.any(Number) } })
  })

  it('X1: are told of statuses and messages, signed, in order, each with an id of its own', async () => {
    const hook = await make({})
    const id = await talk()
    const requests = await toldTo(hook)
    const bodies = bodiesOf(requests)
    expect(bodies.map(({ type, data }) => data.message?.text ?? data.status ?? type)).toEqual([
      'in_progress',
      'Hello!',
      'My secret is blue.',
      expect.any(String),
      'completed',
      ...bodies.slice(5).map(() => 'summary'),
    ])
    expect(new Set(bodies.map((body) => body.id)).size).toBe(bodies.length)
    for (const body of bodies) {
      expect(webhookBody.parse(body)).toEqual(body)
      expect(body).toMatchObject({ organization_id: `org_${shop.account}`, data: { conversation: { id } } })
    }
    expect(bodies.at(-1).data.conversation.conversation.items).toHaveLength(3)
    for (const { headers, body } of requests) {
      const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers['x-signature'] ?? '') ?? []
      expect(v1).toBe(createHmac('sha256', hook.secret).update(`${t}.${body}`).digest('hex'))
      expect(Math.abs(Number(t) - Date.now() / 1000)).toBeLessThan(60)
      expect(headers['x-event-id']).toBe(JSON.parse(body ?? '').id)
    }
  })

  it('are told of conversations to their end, also when their agent was erased meanwhile', async () => {
    await make({ events: ['conversation.status'] })
    const { services } = house.trial.app
    const followed: Followed[] = []
    const stop = services.events.follow(
      shop.account,
      services.events.lastSeq(),
      (batch) => void followed.push(...batch),
    )
    const id = await talk()
    const completed = expect.objectContaining({ outcome: 'completed' })
    await vi.waitFor(() => expect(followed.map(({ after }) => after)).toContainEqual(completed))
    stop()
    // As after a restart: nobody remembers its versions.
    const agents = { ...services.agents, version: async () => undefined }
    const { announcements } = createAnnouncer({ ...services, agents })
    const told = (await Promise.all(followed.map(async (one) => announcements(one)))).flat()
    const bodies = told.map(({ frozen }) => JSON.parse(frozen.body ?? ''))
    expect(bodies.map(({ data }) => data.status)).toEqual(['in_progress', 'completed'])
    expect(bodies.at(-1).data.conversation).toMatchObject({ id, status: 'completed', agent: { name: '' } })
  })

  it('D5: say nothing of what was said where their token may not see it', async () => {
    const managing = await shop.limited('conversations:manage')
    const hook = await make({}, managing)
    expect(hook.sensitive).toBe(false)
    await talk()
    const requests = await toldTo(hook)
    expect(requests.length).toBeGreaterThan(3)
    for (const { body } of requests) expect(body).not.toMatch(/blue|Hello|A-118|custom_metadata|"summary":/)
    expect(bodiesOf(requests)[1].data.message).toEqual({ role: 'agent', created_at: expect.any(String) })
  })

  it('D5: told what was said, are not turned to another place, nor their secret taken, by who may not see it', async () => {
    const managing = await shop.limited('conversations:manage')
    const hook = await make({})
    const path = `/core/webhooks/${hook.id}`
    expect((await shop.as(managing)('POST', `${path}/rotate`)).status).toBe(403)
    expect((await shop.as(managing)('PATCH', path, { description: 'x' })).body.sensitive).toBe(true)
    const turned = await shop.as(managing)('PATCH', path, { url: newHook() })
    expect(turned.body).toMatchObject({ sensitive: false })
  })

  it('X1: want what they name', async () => {
    const hook = await make({ events: ['conversation.status', 'conversation.status'] })
    expect(hook.events).toEqual(['conversation.status'])
    await talk()
    const statuses = bodiesOf(await toldTo(hook)).map(({ data }) => data.status)
    expect(statuses).toEqual(['in_progress', 'completed'])
  })

  it('X1: are apart from the endpoints of the native API', async () => {
    const url = newHook()
    const native = await shop.native.post('/webhook-endpoints', { url, events: ['endpoint.*'] })
    const hook = await make({ url })
    expect((await shop.native.get('/webhook-endpoints')).body.endpoints).toHaveLength(1)
    expect((await shop.ask('GET', '/core/webhooks')).body.map(({ id }: { id: string }) => id)).toEqual([hook.id])
    const crossed = hook.id.replace('webhook', 'endpoint')
    expect((await shop.native.get(`/webhook-endpoints/${crossed}`)).status).toBe(404)
    expect((await shop.native.remove(`/webhook-endpoints/${crossed}`)).status).toBe(404)
    const theirs = native.body.endpoint.id.replace('endpoint', 'webhook')
    expect((await shop.ask('GET', `/core/webhooks/${theirs}`)).status).toBe(404)
    expect((await shop.ask('DELETE', `/core/webhooks/${theirs}`)).status).toBe(404)
  })

  it('X1: are tried again with the same id and body, for 24 hours, and after a delivery has failed by hand', async () => {
    const hook = await make({ events: ['conversation.status'] })
    house.sender.follow(({ url }) => ({ status: url === hook.url ? 400 : 200 }))
    await talk()
    const [first] = await toldTo(hook)
    const list = await shop.ask('GET', `/core/webhooks/${hook.id}/deliveries?state=failed`)
    expect(list.status).toBe(200)
    const failed = list.body.at(-1)
    expect(failed).toMatchObject({
      state: 'failed',
      attempts: 1,
      last_status: 400,
      event_id: first?.headers['x-event-id'],
    })
    house.sender.follow(() => ({ status: 200 }))
    const replayed = await shop.ask('POST', `/core/webhooks/${hook.id}/deliveries/${failed.id}/replay`)
    expect(replayed).toMatchObject({ status: 202, body: { queued: 1 } })
    await vi.waitFor(async () => expect((await toldTo(hook)).at(-1)?.body).toBe(first?.body))
    const { retryAfter } = createAnnouncer(house.trial.app.services)
    let [waited, tries] = [0, 0]
    for (let next = retryAfter(1); next !== undefined; next = retryAfter(tries + 1))
      [waited, tries] = [waited + next, tries + 1]
    expect(waited).toBeGreaterThan(dayMs - 3_600_000)
    expect(waited).toBeLessThanOrEqual(dayMs)
  })

  it('X1: show what was sent in pages, and nothing of another webhook', async () => {
    const hook = await make({ events: ['conversation.status'] })
    house.sender.follow(() => ({ status: 400 }))
    await talk()
    await toldTo(hook)
    const path = `/core/webhooks/${hook.id}/deliveries`
    const first = await shop.ask('GET', `${path}?limit=1`)
    expect(first.body).toHaveLength(1)
    const second = await shop.ask('GET', `${path}?limit=1&cursor=${String(first.headers['x-next-cursor'])}`)
    expect(second.body).toHaveLength(1)
    expect(second.body[0].id).not.toBe(first.body[0].id)
    expect((await shop.ask('GET', `${path}?cursor=x`)).status).toBe(422)
    const other = await make({})
    expect((await shop.ask('GET', `/core/webhooks/${other.id}/deliveries`)).body).toEqual([])
    const crossed = `/core/webhooks/${other.id}/deliveries/${first.body[0].id}/replay`
    expect((await shop.ask('POST', crossed)).status).toBe(404)
  })

  it('X1: stop while they are not active, and are gone when deleted', async () => {
    const hook = await make({ events: ['conversation.status'] })
    const path = `/core/webhooks/${hook.id}`
    expect((await shop.ask('PATCH', path, { active: false })).body.active).toBe(false)
    await talk()
    expect(await toldTo(hook)).toEqual([])
    expect((await shop.ask('DELETE', path)).status).toBe(204)
    expect((await shop.ask('GET', path)).status).toBe(404)
    expect((await shop.ask('DELETE', path)).status).toBe(404)
  })

  it('sign with both secrets for a day after a rotation', async () => {
    const hook = await make({ events: ['conversation.status'] })
    const { secret } = (await shop.ask('POST', `/core/webhooks/${hook.id}/rotate`)).body
    await talk()
    const [request] = await toldTo(hook)
    const t = /^t=(\d+)/.exec(request?.headers['x-signature'] ?? '')?.[1]
    const signed = (key: string) => `v1=${createHmac('sha256', key).update(`${t}.${request?.body}`).digest('hex')}`
    expect(request?.headers['x-signature']).toBe(`t=${t},${signed(secret)},${signed(hook.secret)}`)
  })

  it.each([
    [{ url: 'ftp://shop.example.com' }, 'url'],
    [{ url: 7 }, 'url'],
    [{ url: undefined }, 'url'],
    [{ events: ['everything'] }, 'events'],
    [{ description: 'x'.repeat(300) }, 'description'],
  ])('are refused as %.60j', async (draft, field) => {
    const answer = await shop.ask('POST', '/core/webhooks', { url: newHook(), ...draft })
    expect(answer.status).toBe(422)
    expect(answer.body.errors[0].loc[1]).toBe(field)
  })

  it('A18: are made by who may manage conversations, and read by who may read them', async () => {
    const reading = await shop.limited('conversations:read')
    expect((await shop.as(reading)('POST', '/core/webhooks', { url: newHook() })).status).toBe(403)
    expect((await shop.as(reading)('GET', '/core/webhooks')).status).toBe(200)
    const nothing = await shop.limited('agents:read')
    expect((await shop.as(nothing)('GET', '/core/webhooks')).status).toBe(403)
  })

  it('are at most fifty', async () => {
    for (let i = 0; i < 50; i++) expect((await shop.ask('POST', '/core/webhooks', { url: newHook() })).status).toBe(201)
    expect((await shop.ask('POST', '/core/webhooks', { url: newHook() })).status).toBe(409)
  })
})
