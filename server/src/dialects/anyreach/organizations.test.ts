import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAnyreach, shop as number, type AnyreachHouse, type Organization } from '#conformance/anyreach-client.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import { organizationId } from './credentials/keys.ts'
import { scopes } from './credentials/scopes.ts'

/** Two organizations: alice asks, bob has everything that there is. */
let house: AnyreachHouse
let alice: Organization
let bob: Organization
let things: Things

beforeAll(async () => {
  house = await openAnyreach({}, ({ url }) => ({ status: url.includes('bob') ? 400 : 200 }))
  alice = await house.organization()
  bob = await house.organization()
  things = await furnish(bob)
})
afterAll(() => house.stop())

/** Ids of bob's, by the beginning of the path that names them. */
interface Things {
  readonly conversations: readonly string[]
  readonly agents: readonly string[]
  readonly widgets: readonly string[]
  readonly webhooks: readonly string[]
  readonly deliveries: readonly string[]
  readonly keys: readonly string[]
  readonly campaigns: readonly string[]
  readonly configurations: readonly string[]
}

async function furnish({ ask, agent, create, text }: Organization): Promise<Things> {
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await ask('POST', path, body)
    expect(answer.status, answer.text).toBeLessThan(300)
    return answer.body.id
  }
  const helper = await agent({ welcome: 'Hello!' })
  const drafted = await made('/core/agents', { name: 'Drafted' })
  const webhook = await made('/core/webhooks', { url: 'https://bob.example.com/hook' })
  const over = await text(helper)
  await ask('POST', `/core/conversations/${over}/end`)
  const order = { agent_id: helper, user_id: '+14155550133' }
  const others = await Promise.all([
    text(helper, { conversation_id: '2f1c7f0e-5b8e-4b43-9a52-5b6a1d0e9f11' }),
    create({ channel: 'webrtc', ...order }).then(({ conversation }) => conversation.id),
    create({ channel: 'telephone', ...order, agent_number: number }).then(({ conversation }) => conversation.id),
  ])
  const campaign = await made('/campaign/campaigns', { name: 'Autumn', agent_id: helper })
  await ask('POST', `/campaign/campaigns/${campaign}/contacts`, { contacts: [{ phone_number: '+14155550144' }] })
  await house.trial.app.delivery.settled()
  const deliveries = await ask('GET', `/core/webhooks/${webhook}/deliveries`)
  expect(deliveries.body.length).toBeGreaterThan(0)
  return {
    conversations: [over, ...others],
    agents: [helper, drafted],
    widgets: [await made('/core/web-widgets', { agent_id: helper, domains: ['bob.example.com'] })],
    webhooks: [webhook],
    deliveries: deliveries.body.map(({ id }: { id: string }) => id).slice(0, 2),
    keys: [await made('/admin/organization-pats', { name: 'ours' })],
    campaigns: [campaign],
    configurations: [await made('/campaign/configurations', { name: 'Evenings' })],
  }
}

/** Everything bob can read of what is his. */
async function seenByBob(): Promise<string> {
  const { conversations, agents, widgets, webhooks, keys, campaigns, configurations } = things
  const paths = [
    '/core/conversations',
    '/core/agents',
    '/core/web-widgets',
    '/core/webhooks',
    '/campaign/campaigns',
    '/campaign/configurations',
    '/campaign/concurrency-settings',
    ...conversations.map((id) => `/core/conversations/${id}`),
    ...agents.flatMap((id) => [`/core/agents/${id}`, `/core/agents/${id}/versions`]),
    ...widgets.map((id) => `/core/web-widgets/${id}`),
    ...webhooks.flatMap((id) => [`/core/webhooks/${id}`, `/core/webhooks/${id}/deliveries`]),
    ...keys.map((id) => `/admin/organization-pats/${id}`),
    ...campaigns.flatMap((id) => ['', '/contacts', '/stats'].map((part) => `/campaign/campaigns/${id}${part}`)),
    ...configurations.map((id) => `/campaign/configurations/${id}`),
  ]
  const answers = await Promise.all(paths.map((path) => bob.ask('GET', path)))
  for (const { status } of answers) expect(status).toBe(200)
  return JSON.stringify([answers.map(({ body }) => body), (await bob.native.get('/events')).body])
}

/** Whose ids a parameter of a path takes. Whoever adds a route with another one says here what it names. */
function namedBy(path: string, parameter: string): readonly string[] {
  if (parameter === ':version') return ['1', 'latest']
  if (parameter === ':delivery_id') return things.deliveries
  const kinds: Readonly<Record<string, keyof Things>> = {
    '/core/conversations/': 'conversations',
    '/core/agents/': 'agents',
    '/core/web-widgets/': 'widgets',
    '/core/webhooks/': 'webhooks',
    '/admin/organization-pats/': 'keys',
    '/campaign/campaigns/': 'campaigns',
    '/campaign/configurations/': 'configurations',
  }
  const kind = Object.entries(kinds).find(([prefix]) => path.startsWith(prefix))?.[1]
  if (kind === undefined) throw new Error(`Say in this test what ${parameter} of ${path} names.`)
  return things[kind]
}

/** A body that each route would take, so that nothing but whose it is stands in the way. */
const wholeBodies: Readonly<Record<string, object>> = {
  'POST /core/conversations/:conversation_id/messages': { text: 'Hi' },
  'POST /core/conversations/:conversation_id/listener-token': {},
  'PUT /core/agents/:id': { name: 'Mine now' },
  'POST /core/agents/:id/versions': { base_version: 1 },
  'POST /core/agents/:id/versions/compare': { base_version: 1, target_version: 'latest' },
  'PUT /core/agents/:id/versions/:version': { config: {} },
  'POST /core/agents/:id/versions/:version/publish': {},
  'PUT /core/web-widgets/:id': { published: true },
  'POST /core/web-widgets/:id/auto-brand': { domain: 'bob.example.com' },
  'PATCH /core/webhooks/:webhook_id': { active: false },
  'PATCH /campaign/campaigns/:id': { name: 'Mine now' },
  'POST /campaign/campaigns/:id/contacts': { contacts: [{ phone_number: '+14155550155' }] },
  'PUT /campaign/configurations/:id': { name: 'Mine now' },
  'PATCH /campaign/configurations/:id': { name: 'Mine now' },
}

interface Route {
  readonly method: string
  readonly path: string
}

/** All routes that name something, but those that need no token: they show of a widget what everybody may see. */
function naming(): readonly Route[] {
  const routes = house.trial.app.routes.filter(({ dialect, path }) => dialect === 'anyreach' && path.includes('/:'))
  return routes.filter(({ method, path }) => method !== 'HEAD' && !path.startsWith('/core/public/'))
}

/** An id that nobody has, in the form of one that somebody has. */
function nobodys(id: string): string {
  return id
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '00000000-0000-4000-8000-000000000000')
    .replace(/[0-9a-hjkmnp-tv-z]{26}$/, '01ka7n36096q14dr9gpqy77zxy')
    .replace(/^[0-9a-f]{32}$/, '0'.repeat(32))
}

const isId = (id: string): boolean => nobodys(id) !== id

interface Credential {
  readonly token: string
  readonly headers: Readonly<Record<string, string>>
}

/** What alice may come with: keys of hers, whole and limited, and tokens of a person who works for her and not for bob. */
async function credentials(): Promise<readonly Credential[]> {
  const { people } = house.trial.app.services
  const tokens: string[] = []
  for (const role of ['admin', 'viewer'] as const) {
    const person = await people.create('test', role)
    if (isRefused(person)) throw new Error(person.refusal.message)
    await people.join(person.id, 'test', alice.account, role)
    const made = await people.createToken(person.id, 'test', 'test')
    if (isRefused(made)) throw new Error(made.refusal.message)
    tokens.push(`pat_${made.token.id}.${made.secret}`)
  }
  const hers = { 'x-anyreach-org': organizationId(alice.account) }
  const his = { 'x-anyreach-org': organizationId(bob.account) }
  return [
    { token: alice.token, headers: {} },
    { token: alice.token, headers: his },
    { token: await alice.limited(...scopes), headers: his },
    { token: await alice.limited('conversations:read', 'agents:manage'), headers: {} },
    ...tokens.flatMap((token) => [
      { token, headers: hers },
      { token, headers: his },
      { token, headers: {} },
    ]),
  ]
}

/** Asks with the ids; the answer with them taken out. */
async function answered(route: Route, ids: readonly string[], { token, headers }: Credential, body: unknown) {
  const left = [...ids]
  const path = route.path.replace(/:\w+/g, () => left.shift() ?? '')
  const answer = await alice.as(token)(route.method as 'GET', path, body, headers)
  const text = ids.filter(isId).reduce((told, id) => told.replaceAll(id, 'ID'), answer.text)
  return { status: answer.status, text }
}

describe('two organizations', () => {
  it('D10: can never see, change or end what is the other one’s, through any route, nor learn that it is there', async () => {
    const before = await seenByBob()
    const all = await credentials()
    const routes = naming()
    expect(routes.length).toBeGreaterThan(30)
    for (const route of routes) {
      const named = (route.path.match(/:\w+/g) ?? []).map((parameter) => namedBy(route.path, parameter))
      const hisIds = named.reduce<readonly (readonly string[])[]>(
        (chosen, ids) => chosen.flatMap((some) => ids.map((id) => [...some, id])),
        [[]],
      )
      const body = wholeBodies[`${route.method} ${route.path}`]
      for (const ids of hisIds) {
        const [whole] = all
        if (!whole) throw new Error('Alice has no key.')
        const answer = await answered(route, ids, whole, body)
        expect(answer.status, `${route.method} ${route.path} ${answer.text}`).toBe(404)
      }
      await neverTells(route, hisIds, all, body)
    }
    expect(await seenByBob()).toBe(before)
  }, 60_000)

  it('D10: cannot use the other one’s agents, versions, numbers or settings for their own', async () => {
    const [agent = ''] = things.agents
    const version = (await bob.ask('GET', `/core/agents/${agent}/versions/1`)).body.id
    const before = await seenByBob()
    const own = await alice.agent()
    const [configuration = ''] = things.configurations
    const drafts: readonly (readonly [path: string, draft: (id: string) => object, id: string])[] = [
      ['/core/conversations', (agent_id) => ({ channel: 'text', user_id: 'u', agent_id }), agent],
      ['/core/conversations', (agent_version_id) => ({ channel: 'text', user_id: 'u', agent_version_id }), version],
      [
        '/core/conversations',
        (agent_id) => ({ channel: 'email', user_id: 'u', to_address: 'u@example.com', agent_id }),
        agent,
      ],
      ['/core/web-widgets', (agent_id) => ({ agent_id }), agent],
      ['/core/web-widgets', (agent_version_id) => ({ agent_version_id }), version],
      ['/campaign/campaigns', (agent_id) => ({ name: 'x', agent_id }), agent],
      ['/campaign/campaigns', (configuration_id) => ({ name: 'x', agent_id: own, configuration_id }), configuration],
    ]
    for (const [path, draft, id] of drafts) {
      const [his, none] = await Promise.all([id, nobodys(id)].map((one) => alice.ask('POST', path, draft(one))))
      expect(his?.status, `${path} ${his?.text}`).toBeGreaterThanOrEqual(400)
      expect([his?.status, his?.text.replaceAll(id, 'ID')]).toEqual([
        none?.status,
        none?.text.replaceAll(nobodys(id), 'ID'),
      ])
    }
    for (const path of ['/core/conversations', '/core/conversations/export'])
      for (const filter of [`agent_id=${agent}`, `agent_version_id=${version}`, 'user_id=user_42'])
        expect((await alice.ask('GET', `${path}?${filter}`)).text).toMatch(/^(?:\[\])?$/)
    expect(await seenByBob()).toBe(before)
  })
})

/** Whatever alice comes with and sends, bob's thing is answered like one that nobody has. */
async function neverTells(
  route: Route,
  hisIds: readonly (readonly string[])[],
  all: readonly Credential[],
  whole: object | undefined,
): Promise<void> {
  const body = fc.oneof(fc.constant(whole), fc.constant(undefined), fc.dictionary(fc.string(), fc.jsonValue()))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...hisIds), fc.constantFrom(...all), body, async (ids, credential, sent) => {
      const payload = route.method === 'GET' ? undefined : sent
      const his = await answered(route, ids, credential, payload)
      expect([400, 401, 403, 404, 422]).toContain(his.status)
      expect(his).toEqual(await answered(route, ids.map(nobodys), credential, payload))
    }),
    { numRuns: 12 },
  )
}
