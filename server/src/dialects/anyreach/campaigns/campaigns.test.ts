import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAnyreach, type AnyreachHouse, type Organization } from '#conformance/anyreach-client.ts'
import { plan } from '#domain/plan/plan.ts'
import { hourMs, minuteMs } from '#domain/vocabulary/instant.ts'

const path = '/campaign/campaigns'
let house: AnyreachHouse
let shop: Organization
let agent: string
beforeAll(async () => {
  house = await openAnyreach({ slots: 2 })
})
afterAll(() => house.stop())
beforeEach(async () => {
  shop = await house.organization()
  agent = await shop.agent()
})

const stamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
const nothing = { calling_hours: null, timezone: null, retry: null, concurrency_limit: null }
/** The simulator's numbers: 02 is busy. */
const phone = (i: number): string => `+120255501${String(i).padStart(2, '0')}`
const busy = phone(2)
const people = (count: number): readonly object[] =>
  Array.from({ length: count }, (_, i) => ({ phone_number: `+1202555${2_000 + i}` }))

async function made(draft: Readonly<Record<string, unknown>> = {}) {
  const answer = await shop.ask('POST', path, { name: 'Spring', agent_id: agent, ...draft })
  expect([answer.status, answer.body.detail]).toEqual([201, undefined])
  return answer.body
}
const one = ({ id }: { readonly id: string }, rest = ''): string => `${path}/${id}${rest}`
const act = (campaign: { readonly id: string }, word: 'start' | 'pause' | 'close') =>
  shop.ask('POST', one(campaign, `/${word}`))
const add = (campaign: { readonly id: string }, contacts: readonly object[]) =>
  shop.ask('POST', one(campaign, '/contacts'), { contacts })
const contactsOf = async (campaign: { readonly id: string }, query = '') =>
  (await shop.ask('GET', one(campaign, `/contacts${query}`))).body

describe('campaigns (4.7)', () => {
  it('are active and call nobody when they are made', async () => {
    const campaign = await made()
    expect(campaign).toEqual({
      id: expect.stringMatching(/^campaign_/),
      organization_id: `org_${shop.account}`,
      name: 'Spring',
      agent_id: agent,
      phone_numbers: [],
      configuration_id: null,
      status: 'active',
      started: false,
      pause_reason: null,
      configuration: nothing,
      agent_version_id: null,
      contact_count: 0,
      created_at: stamp,
      updated_at: stamp,
    })
    expect(await shop.ask('GET', one(campaign))).toMatchObject({ status: 200, body: campaign })
  })

  it('call their contacts as telephone conversations with the name of the campaign', async () => {
    const campaign = await made()
    const contacts = [
      { phone_number: busy, name: 'Mira', variables: { city: 'Pune', visits: 2 } },
      { phone_number: phone(0) },
    ]
    expect(await add(campaign, contacts)).toMatchObject({ status: 200, body: { created: 2, updated: 0, total: 2 } })
    const pending = { state: 'pending', conversation_id: null, conversation_status: null }
    const [mira, other] = (await contactsOf(campaign)).items
    expect(mira).toEqual({
      id: expect.stringMatching(/^contact_/),
      phone_number: busy,
      name: 'Mira',
      variables: { city: 'Pune', visits: 2 },
      ...pending,
      created_at: stamp,
      updated_at: stamp,
    })
    expect(other).toMatchObject({ name: null, variables: {}, ...pending })

    const started = await act(campaign, 'start')
    const version = (await shop.ask('GET', `/core/agents/${agent}`)).body.published_version_id
    expect(started).toMatchObject({ status: 200, body: { status: 'active', started: true, agent_version_id: version } })
    await shop.pass(1_000)
    expect((await contactsOf(campaign)).items.map(({ state }: { state: string }) => state)).toEqual([
      'in_progress',
      'in_progress',
    ])
    await shop.pass(hourMs)
    const done = (await contactsOf(campaign)).items
    expect(done).toMatchObject([
      { phone_number: busy, state: 'done', conversation_status: 'unanswered' },
      { phone_number: phone(0), state: 'done', conversation_status: 'completed' },
    ])
    const conversation = await shop.read(done[0].conversation_id)
    expect(conversation).toMatchObject({
      channel: 'telephone',
      direction: 'outbound',
      status: 'unanswered',
      user_id: busy,
      agent_id: agent,
      agent_version_id: version,
      custom_metadata: { anyreach_campaign: 'Spring' },
    })
    const found = await shop.ask('GET', '/core/conversations?custom_metadata={"anyreach_campaign":"Spring"}')
    expect(found.body).toHaveLength(2)
    expect((await shop.ask('GET', one(campaign, '/stats'))).body).toEqual({
      total: 2,
      pending: 0,
      deleted: 0,
      statuses: { unanswered: 1, completed: 1 },
    })
    // Who was called is never called again, whatever is left of the conversation.
    expect((await shop.ask('DELETE', `/core/conversations/${done[1].conversation_id}`)).status).toBe(204)
    await act(campaign, 'pause')
    await act(campaign, 'start')
    await shop.pass(hourMs)
    expect((await contactsOf(campaign)).items[1]).toMatchObject({ state: 'done', conversation_id: null })
    expect((await shop.ask('GET', one(campaign, '/stats'))).body).toEqual({
      total: 2,
      pending: 0,
      deleted: 1,
      statuses: { unanswered: 1 },
    })
  })

  it('are never changed before they are made', async () => {
    const configuration = (await shop.ask('POST', '/campaign/configurations', { name: 'slow' })).body
    for (const { created_at, updated_at } of [await made(), configuration]) expect(updated_at).toBe(created_at)
  })

  it('are listed newest first, by name and by several statuses', async () => {
    const [spring, summer, autumn] = [await made(), await made({ name: 'Summer' }), await made({ name: 'autumn' })]
    await act(summer, 'pause')
    await act(autumn, 'close')
    const ids = async (query: string) =>
      (await shop.ask('GET', `${path}?${query}`)).body.map(({ id }: { id: string }) => id)
    expect(await ids('')).toEqual([autumn.id, summer.id, spring.id])
    expect(await ids('name=UM')).toEqual([autumn.id, summer.id])
    expect(await ids('status=paused&status=active')).toEqual([summer.id, spring.id])
    expect(await ids('status=closed')).toEqual([autumn.id])
    const cursor = Buffer.from((await shop.ask('GET', `${path}?limit=1`)).body[0].created_at).toString('base64url')
    expect(await ids(`limit=1&cursor=${cursor}`)).toEqual([summer.id])
    expect(await ids(`limit=1&cursor=${cursor}&status=active`)).toEqual([spring.id])
    for (const wrong of ['status=over', 'limit=0', 'cursor=!'])
      expect((await shop.ask('GET', `${path}?${wrong}`)).status).toBe(422)
  })

  it.each<[string, Readonly<Record<string, unknown>>, number, string]>([
    ['no name', { name: ' ' }, 422, 'name'],
    ['no agent', { agent_id: undefined }, 422, 'agent_id'],
    ['an agent that is not there', { agent_id: 'agent_nope' }, 404, ''],
    ['settings that are not there', { configuration_id: 'campcfg_nope' }, 404, ''],
    ['a number that is none', { phone_numbers: ['202'] }, 422, 'phone_numbers.0'],
    [
      'hours that never open',
      { configuration: { calling_hours: { start_hour: 9, end_hour: 9 } } },
      422,
      'configuration.calling_hours',
    ],
    ['a zone without hours', { configuration: { timezone: 'Europe/Berlin' } }, 422, 'configuration.timezone'],
    [
      'an unknown zone',
      { configuration: { calling_hours: { start_hour: 9, end_hour: 17 }, timezone: 'Mars/Base' } },
      422,
      'configuration.timezone',
    ],
    [
      'no attempt',
      { configuration: { retry: { max_attempts: 1, delay_minutes: 5 } } },
      422,
      'configuration.retry.max_attempts',
    ],
    ['too much at once', { configuration: { concurrency_limit: 10_001 } }, 422, 'configuration.concurrency_limit'],
  ])('are not made with %s', async (_, wrong, status, field) => {
    const answer = await shop.ask('POST', path, { name: 'Spring', agent_id: agent, ...wrong })
    expect([answer.status, answer.body.errors?.[0]?.loc.slice(1).join('.') ?? '']).toEqual([status, field])
  })

  it('are changed while they are not closed', async () => {
    const campaign = await made({ configuration: { concurrency_limit: 3 } })
    const hours = { calling_hours: { start_hour: 9, end_hour: 17 }, timezone: 'Europe/Berlin' }
    const changed = await shop.ask('PATCH', one(campaign), { name: 'Autumn', configuration: hours })
    expect(changed).toMatchObject({
      status: 200,
      body: { name: 'Autumn', agent_id: agent, configuration: { ...nothing, ...hours, concurrency_limit: 3 } },
    })
    const gone = await shop.ask('PATCH', one(campaign), { configuration: { calling_hours: null } })
    expect(gone.body.configuration).toEqual({ ...nothing, concurrency_limit: 3 })
    await act(campaign, 'close')
    expect((await shop.ask('PATCH', one(campaign), { name: 'x' })).status).toBe(400)
  })
})

describe('contacts of a campaign', () => {
  it('are changed where they are there already', async () => {
    const campaign = await made()
    await add(campaign, [{ phone_number: busy, variables: { a: 1 } }])
    const again = await add(campaign, [{ phone_number: busy, name: 'Mira' }, { phone_number: phone(3) }])
    expect(again.body).toEqual({ created: 1, updated: 1, total: 2 })
    expect((await add(campaign, [{ phone_number: phone(3) }])).body).toEqual({ created: 0, updated: 0, total: 2 })
    expect((await contactsOf(campaign)).items).toMatchObject([
      { name: 'Mira', variables: { a: 1 } },
      { phone_number: phone(3) },
    ])
    await add(campaign, [{ phone_number: busy, variables: { b: 2 } }])
    expect((await contactsOf(campaign)).items[0]).toMatchObject({ name: 'Mira', variables: { b: 2 } })
    await add(campaign, [{ phone_number: busy, name: null, variables: {} }])
    expect((await contactsOf(campaign)).items[0]).toMatchObject({ name: null, variables: {} })
  })

  it('count once where a number comes twice in one request: the last one', async () => {
    const campaign = await made()
    const twice = [
      { phone_number: busy, name: 'first' },
      { phone_number: busy, name: 'last' },
    ]
    expect((await add(campaign, twice)).body).toEqual({ created: 1, updated: 0, total: 1 })
    expect((await contactsOf(campaign)).items).toMatchObject([{ name: 'last' }])
  })

  it('are taken all or none, and every bad row is named', async () => {
    const campaign = await made()
    const rows = [{ phone_number: busy }, { phone_number: '0202' }, {}, { phone_number: phone(3), variables: [] }]
    const answer = await add(campaign, rows)
    expect(answer.status).toBe(422)
    expect(answer.body.errors.map(({ loc }: { loc: unknown[] }) => loc)).toEqual([
      ['body', 'contacts', 1, 'phone_number'],
      ['body', 'contacts', 2, 'phone_number'],
      ['body', 'contacts', 3, 'variables'],
    ])
    expect(await contactsOf(campaign)).toEqual({ items: [], total: 0 })
  })

  it('are at most a thousand at once, and of bounded size', async () => {
    const campaign = await made()
    expect((await add(campaign, people(1_001))).status).toBe(422)
    expect((await add(campaign, [])).status).toBe(422)
    expect((await add(campaign, [{ phone_number: busy, variables: { x: 'x'.repeat(25 * 1024) } }])).status).toBe(422)
    expect((await add(campaign, people(1_000))).body).toEqual({ created: 1_000, updated: 0, total: 1_000 })
    const page = await contactsOf(campaign, '?limit=3&offset=998')
    expect([page.total, page.items.map((item: { phone_number: string }) => item.phone_number)]).toEqual([
      1_000,
      ['+12025552998', '+12025552999'],
    ])
    expect((await contactsOf(campaign, '?limit=1000')).items).toHaveLength(200)
    expect((await contactsOf(campaign)).items).toHaveLength(50)
    expect((await contactsOf(campaign, '?offset=5000')).items).toEqual([])
    expect((await shop.ask('GET', one(campaign, '/contacts?offset=-1'))).status).toBe(422)
  })

  it('are called at once when they come to a campaign that is calling', async () => {
    const campaign = await made()
    await act(campaign, 'start')
    await add(campaign, [{ phone_number: busy }])
    await shop.pass(hourMs)
    expect((await contactsOf(campaign)).items).toMatchObject([{ state: 'done', conversation_status: 'unanswered' }])
  })
})

describe('the status of a campaign', () => {
  it('pauses in the middle: what waits is stopped, and a start goes on with the rest', async () => {
    const campaign = await made()
    await add(campaign, people(6))
    await act(campaign, 'start')
    await shop.pass(1_000)
    expect((await shop.ask('GET', one(campaign, '/stats'))).body).toEqual({
      total: 6,
      pending: 0,
      deleted: 0,
      statuses: expect.objectContaining({ triggered: expect.any(Number) }),
    })
    expect(await act(campaign, 'pause')).toMatchObject({ status: 200, body: { status: 'paused', started: false } })
    await shop.pass(hourMs)
    const paused = (await contactsOf(campaign)).items as { state: string; conversation_id: string }[]
    expect(paused.filter(({ state }) => state === 'pending')).toHaveLength(4)
    expect(await act(campaign, 'start')).toMatchObject({ status: 200, body: { status: 'active' } })
    await shop.pass(hourMs)
    const done = (await contactsOf(campaign)).items as typeof paused
    expect(done.every(({ state }) => state === 'done')).toBe(true)
    const before = paused.filter(({ state }) => state === 'done').map((contact) => contact.conversation_id)
    expect(done.map((contact) => contact.conversation_id)).toEqual(expect.arrayContaining(before))
    // Who was passed over has a cancelled conversation of each run beside the one that was a call.
    const all = (await shop.ask('GET', '/core/conversations?limit=200')).body as { status: string }[]
    expect(all.filter(({ status }) => status === 'cancelled')).toHaveLength(4)
    expect(all).toHaveLength(10)
  })

  it('section 7: answers 400 to what does not fit', async () => {
    const campaign = await made()
    await act(campaign, 'start')
    expect(await act(campaign, 'start')).toMatchObject({ status: 400, body: { detail: expect.any(String) } })
    await act(campaign, 'pause')
    expect((await act(campaign, 'pause')).status).toBe(400)
    expect(await act(campaign, 'close')).toMatchObject({ status: 200, body: { status: 'closed' } })
    for (const word of ['start', 'pause', 'close'] as const) expect((await act(campaign, word)).status).toBe(400)
    expect((await add(campaign, people(1))).status).toBe(400)
  })

  it('closing stops what waits for good', async () => {
    const campaign = await made()
    await add(campaign, people(6))
    await act(campaign, 'start')
    await shop.pass(1_000)
    await act(campaign, 'close')
    await shop.pass(hourMs)
    const states = (await contactsOf(campaign)).items.map(({ state }: { state: string }) => state)
    expect(states.filter((state: string) => state === 'pending')).toHaveLength(4)
    expect(states.filter((state: string) => state === 'done')).toHaveLength(2)
  })

  it('is paused with a reason when the agent is deleted; it starts by another agent', async () => {
    const campaign = await made()
    await add(campaign, people(4))
    await act(campaign, 'start')
    await shop.pass(1_000)
    await shop.ask('DELETE', `/core/agents/${agent}`)
    await shop.pass(minuteMs)
    const found = (await shop.ask('GET', one(campaign))).body
    expect(found).toMatchObject({ status: 'paused', pause_reason: 'its agent was removed' })
    expect(await act(campaign, 'start')).toMatchObject({ status: 404, body: { detail: 'Agent not found' } })
    const agent_id = await shop.agent()
    await shop.ask('PATCH', one(campaign), { agent_id })
    expect(await act(campaign, 'start')).toMatchObject({ status: 200, body: { pause_reason: null, agent_id } })
  })

  it('does not start by an agent without a published version, nor from a number that is not ours', async () => {
    const draft = (await shop.ask('POST', '/core/agents', { name: 'draft' })).body.id
    const unpublished = await made({ agent_id: draft })
    expect((await act(unpublished, 'start')).status).toBe(422)
    const foreign = await made({ phone_numbers: ['+14155550100'] })
    expect(await act(foreign, 'start')).toMatchObject({
      status: 422,
      body: { errors: [{ loc: ['body', 'phone_numbers'] }] },
    })
    expect((await shop.ask('GET', one(foreign))).body).toMatchObject({ status: 'active', started: false })
  })

  it('calls by the version that is published at each start', async () => {
    const campaign = await made()
    await add(campaign, people(3))
    const first = (await act(campaign, 'start')).body.agent_version_id
    await shop.pass(1_000)
    await act(campaign, 'pause')
    const versions = `/core/agents/${agent}/versions`
    const { version } = (await shop.ask('POST', versions, { base_version: 1 })).body
    expect((await shop.ask('POST', `${versions}/${version}/publish`, {})).status).toBe(200)
    const second = (await act(campaign, 'start')).body.agent_version_id
    await shop.pass(hourMs)
    const called: string[] = []
    for (const { conversation_id } of (await contactsOf(campaign)).items)
      called.push((await shop.read(conversation_id)).agent_version_id)
    expect(second).not.toBe(first)
    expect(called).toEqual([first, first, second])
  })
})

describe('who may do what', () => {
  it('D10: nothing of another organization is known', async () => {
    const campaign = await made()
    const named = (await shop.ask('POST', '/campaign/configurations', { name: 'slow' })).body
    const other = await house.organization()
    const theirs = await other.agent()
    for (const [verb, url, body] of [
      ['GET', one(campaign)],
      ['PATCH', one(campaign), { name: 'x' }],
      ['POST', one(campaign, '/start')],
      ['POST', one(campaign, '/pause')],
      ['POST', one(campaign, '/close')],
      ['POST', one(campaign, '/contacts'), { contacts: people(1) }],
      ['GET', one(campaign, '/contacts')],
      ['GET', one(campaign, '/stats')],
      ['GET', `/campaign/configurations/${named.id}`],
      ['PUT', `/campaign/configurations/${named.id}`, { name: 'x' }],
      ['DELETE', `/campaign/configurations/${named.id}`],
      ['POST', path, { name: 'x', agent_id: agent }],
      ['POST', path, { name: 'x', agent_id: theirs, configuration_id: named.id }],
    ] as const)
      expect([verb, url, (await other.ask(verb, url, body)).status]).toEqual([verb, url, 404])
    for (const url of [path, '/campaign/configurations']) expect((await other.ask('GET', url)).body).toEqual([])
    expect((await shop.ask('GET', one(campaign))).body).toEqual(campaign)
    expect((await shop.ask('GET', one({ id: 'nope' }))).status).toBe(404)
  })

  it('A21: each call needs its scope', async () => {
    const campaign = await made()
    const reader = shop.as(await shop.limited('campaigns:read', 'concurrency:read'))
    const manager = shop.as(await shop.limited('campaigns:manage', 'concurrency:manage'))
    const stranger = shop.as(await shop.limited('agents:manage', 'conversations:manage'))
    const reads = [path, one(campaign), one(campaign, '/contacts'), one(campaign, '/stats')]
    const all = [...reads, '/campaign/configurations', '/campaign/timezones', '/campaign/concurrency-settings']
    for (const url of all) {
      expect([url, (await reader('GET', url)).status]).toEqual([url, 200])
      expect([url, (await manager('GET', url)).status]).toEqual([url, 200])
      expect([url, (await stranger('GET', url)).status]).toEqual([url, 403])
    }
    for (const [verb, url] of [
      ['POST', path],
      ['PATCH', one(campaign)],
      ['POST', one(campaign, '/start')],
      ['POST', one(campaign, '/pause')],
      ['POST', one(campaign, '/close')],
      ['POST', one(campaign, '/contacts')],
      ['POST', '/campaign/configurations'],
      ['PUT', '/campaign/configurations/campcfg_x'],
      ['DELETE', '/campaign/configurations/campcfg_x'],
      ['PUT', '/campaign/concurrency-settings'],
    ] as const)
      expect([url, (await reader(verb, url, {})).status]).toEqual([url, 403])
    expect((await shop.as(undefined)('GET', path)).status).toBe(401)
  })
})

describe('settings', () => {
  const named = '/campaign/configurations'

  it('have names, and are made, read, changed, listed and deleted', async () => {
    const retry = { max_attempts: 3, delay_minutes: 30, on: ['no_answer', 'busy'] }
    const made1 = await shop.ask('POST', named, { name: 'slow', retry: { max_attempts: 3, delay_minutes: 30 } })
    expect(made1).toMatchObject({ status: 201, body: { id: expect.stringMatching(/^campcfg_/), ...nothing, retry } })
    const url = `${named}/${made1.body.id}`
    expect((await shop.ask('GET', url)).body).toEqual(made1.body)
    const changed = await shop.ask('PUT', url, { name: 'slower', concurrency_limit: 2 })
    expect(changed.body).toMatchObject({ name: 'slower', retry, concurrency_limit: 2 })
    expect((await shop.ask('PATCH', url, { retry: null })).body).toMatchObject({ name: 'slower', retry: null })
    const second = (await shop.ask('POST', named, { name: 'other' })).body
    expect((await shop.ask('GET', named)).body.map(({ id }: { id: string }) => id)).toEqual([second.id, made1.body.id])
    expect((await shop.ask('GET', `${named}?limit=1`)).body).toHaveLength(1)
    expect((await shop.ask('DELETE', url)).status).toBe(204)
    for (const verb of ['GET', 'DELETE'] as const) expect((await shop.ask(verb, url)).status).toBe(404)
    expect((await shop.ask('PUT', url, { name: 'x' })).status).toBe(404)
    expect((await shop.ask('POST', named, {})).status).toBe(422)
    const wrong = await shop.ask('POST', named, { name: 'x', calling_hours: { start_hour: 17, end_hour: 9 } })
    expect(wrong).toMatchObject({ status: 422, body: { errors: [{ loc: ['body', 'calling_hours'] }] } })
  })

  it('are those of a campaign from its next start on', async () => {
    const retry = { max_attempts: 2, delay_minutes: 1 }
    const { id } = (await shop.ask('POST', named, { name: 'twice', retry })).body
    const campaign = await made({ configuration_id: id })
    expect(campaign.configuration_id).toBe(id)
    await add(campaign, [{ phone_number: busy }])
    await act(campaign, 'start')
    await shop.pass(30_000)
    expect((await contactsOf(campaign)).items).toMatchObject([
      { state: 'in_progress', conversation_status: 'triggered' },
    ])
    await shop.pass(hourMs)
    expect((await contactsOf(campaign)).items).toMatchObject([{ state: 'done', conversation_status: 'unanswered' }])
    await act(campaign, 'pause')
    expect(await shop.ask('DELETE', `${named}/${id}`)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('"Spring"') },
    })
    expect((await act(campaign, 'start')).status).toBe(200)
    expect((await shop.ask('PATCH', one(campaign), { configuration_id: null })).body.configuration_id).toBeNull()
    expect((await shop.ask('DELETE', `${named}/${id}`)).status).toBe(204)
  })

  it('with a name are kept by no closed campaign, and none starts without them', async () => {
    const { id } = (await shop.ask('POST', named, { name: 'slow' })).body
    const campaign = await made({ configuration_id: id })
    // Removed all the same, as it could be once.
    await house.trial.app.engine.execute({ account: shop.account, by: 'test' }, (unit) => {
      unit.run(plan, id.replace('campcfg_', ''), { type: 'remove' })
      return true
    })
    expect(await act(campaign, 'start')).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('configuration_id') },
    })
    expect((await shop.ask('PATCH', one(campaign), { configuration_id: null })).status).toBe(200)
    expect((await act(campaign, 'start')).status).toBe(200)
    const other = (await shop.ask('POST', named, { name: 'slow' })).body.id
    await act(await made({ configuration_id: other }), 'close')
    expect((await shop.ask('DELETE', `${named}/${other}`)).status).toBe(204)
  })

  it('are those with a name or those of its own, and are shown as they are now', async () => {
    const { id } = (await shop.ask('POST', named, { name: 'slow', concurrency_limit: 2 })).body
    const configuration = { concurrency_limit: 7 }
    const refused = { status: 422, body: { errors: [{ loc: ['body', 'configuration'] }] } }
    const mixed = { name: 'x', agent_id: agent, configuration_id: id, configuration }
    expect(await shop.ask('POST', path, mixed)).toMatchObject(refused)
    const campaign = await made({ configuration_id: id })
    expect(campaign.configuration).toEqual({ ...nothing, concurrency_limit: 2 })
    await shop.ask('PATCH', `${named}/${id}`, { concurrency_limit: 3 })
    expect((await shop.ask('GET', one(campaign))).body.configuration.concurrency_limit).toBe(3)
    for (const body of [{ configuration }, { configuration, configuration_id: id }])
      expect(await shop.ask('PATCH', one(campaign), body)).toMatchObject(refused)
    const own = await shop.ask('PATCH', one(campaign), { configuration, configuration_id: null })
    expect(own).toMatchObject({ status: 200, body: { configuration_id: null, configuration } })
  })

  it('may give every time zone that is listed', async () => {
    const zones = (await shop.ask('GET', '/campaign/timezones')).body as string[]
    expect(zones).toEqual(expect.arrayContaining(['UTC', 'Etc/UTC', 'America/New_York', 'Asia/Kolkata', 'Europe/Kyiv']))
    expect(zones).toEqual([...new Set(zones)].toSorted())
    const { id } = (await shop.ask('POST', named, { name: 'x', calling_hours: { start_hour: 9, end_hour: 17 } })).body
    for (const timezone of zones) {
      const { status, body } = await shop.ask('PATCH', `${named}/${id}`, { timezone })
      expect([status, body.timezone]).toEqual([200, timezone])
    }
  })

  const concurrency = '/campaign/concurrency-settings'
  /** What the operator allows. */
  const allow = (slots: number | null) =>
    house.trial.app.services.accounts.change(shop.account, 'test', { limits: { slots } })

  it('of concurrency are the calls the organization wishes to make at once', async () => {
    const own = { organization_id: `org_${shop.account}`, global_concurrency_limit: null, in_use: 0, waiting: 0 }
    const unsaid = { ...own, concurrency_limit: 2, effective_limit: 2 }
    expect((await shop.ask('GET', concurrency)).body).toEqual(unsaid)
    await allow(4)
    expect(await shop.ask('PUT', concurrency, { concurrency_limit: 3 })).toMatchObject({
      status: 200,
      body: { ...own, concurrency_limit: 3, effective_limit: 3 },
    })
    for (const wrong of [0, 10_001, 1.5, '3', null])
      expect((await shop.ask('PUT', concurrency, { concurrency_limit: wrong })).status).toBe(422)
    const campaign = await made()
    await add(campaign, people(5))
    await act(campaign, 'start')
    await shop.pass(1_000)
    expect((await shop.ask('GET', concurrency)).body).toMatchObject({ effective_limit: 3, in_use: 3, waiting: 2 })
    await shop.ask('PUT', concurrency, { concurrency_limit: 5 })
    await shop.pass(100)
    const held = { concurrency_limit: 5, effective_limit: 4, in_use: 4, waiting: 1 }
    expect((await shop.ask('GET', concurrency)).body).toMatchObject(held)
  })

  it("of concurrency leave the operator's limit and the operator's pause as they are", async () => {
    expect((await shop.ask('PUT', concurrency, { concurrency_limit: 10_000 })).body).toMatchObject({
      concurrency_limit: 10_000,
      effective_limit: 2,
    })
    await allow(0)
    await shop.ask('PUT', concurrency, { concurrency_limit: 500 })
    const paused = { concurrency_limit: 500, effective_limit: 0 }
    expect((await shop.ask('GET', concurrency)).body).toMatchObject(paused)
    const { body } = await house.trial.admin.get(`/accounts/account_${shop.account}`)
    expect(body.limits).toMatchObject({ slots: 0, wantedSlots: 500 })
    const campaign = await made()
    await add(campaign, people(1))
    await act(campaign, 'start')
    await shop.pass(1_000)
    expect((await shop.ask('GET', concurrency)).body).toMatchObject({ ...paused, in_use: 0, waiting: 1 })
    await allow(null)
    expect((await shop.ask('GET', concurrency)).body).toMatchObject({ concurrency_limit: 500, effective_limit: 2 })
  })
})
