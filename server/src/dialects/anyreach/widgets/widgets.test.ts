import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ask as askOnce } from '#conformance/anyreach-asking.ts'
import { openAnyreach, type AnyreachHouse, type Organization } from '#conformance/anyreach-client.ts'

const path = '/core/web-widgets'
const open = '/core/public/web-widgets'
const page = `<!doctype html><html><head>
  <title> Alice &amp; Bob\n &#39;shop&#39;</title>
  <meta name="theme-color" content="#0a0">
  <link rel='shortcut icon' href=/favicon.ico>
  <link href="/touch.png" rel="apple-touch-icon" sizes="180x180">
</head><body><meta name="theme-color" content="red"></body></html>`

let house: AnyreachHouse
let shop: Organization
let agent: string
beforeAll(async () => {
  house = await openAnyreach({}, ({ url }) => {
    switch (new URL(url).hostname) {
      case 'shop.example':
        return { status: 200, type: 'text/html', body: page }
      case 'www.moved.example':
        return { status: 200, type: 'text/html', body: '<title>Moved</title>' }
      case 'plain.example':
        return { status: 200, type: 'text/html', body: '<p>nothing</p>' }
      case 'gone.example':
      case 'www.gone.example':
        return { error: 'nobody there', refused: false }
      default:
        return { status: 301, body: '<title>Elsewhere</title>' }
    }
  })
})
afterAll(() => house.stop())
beforeEach(async () => {
  shop = await house.organization()
  agent = await shop.agent()
})

const stamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)

async function made(draft: Readonly<Record<string, unknown>> = {}) {
  const answer = await shop.ask('POST', path, { agent_id: agent, ...draft })
  expect([answer.status, answer.body.detail]).toEqual([201, undefined])
  return answer.body
}

describe('web widgets (4.7)', () => {
  it('are made with their defaults, read, changed in part, and deleted', async () => {
    const widget = await made()
    expect(widget).toEqual({
      id: expect.stringMatching(/^widget_/),
      organization_id: expect.stringMatching(/^org_/),
      agent_id: agent,
      agent_version_id: null,
      domains: [],
      published: false,
      config: {},
      created_at: stamp,
      updated_at: stamp,
    })
    expect(widget.updated_at).toBe(widget.created_at)
    const one = `${path}/${widget.id}`
    expect(await shop.ask('GET', one)).toMatchObject({ status: 200, body: widget })
    const change = { domains: ['Example.com '], config: { v1: { greeting: 'Hi' }, extra: 1 } }
    const changed = await shop.ask('PUT', one, change)
    expect(changed).toMatchObject({
      status: 200,
      body: { domains: ['example.com'], config: change.config, agent_id: agent },
    })
    const published = await shop.ask('PUT', one, { published: true })
    expect(published.body).toMatchObject({ published: true, domains: ['example.com'], config: change.config })
    expect((await shop.ask('GET', one)).body).toEqual(published.body)
    expect(await shop.ask('DELETE', one)).toMatchObject({ status: 204, text: '' })
    for (const verb of ['GET', 'DELETE'] as const)
      expect(await shop.ask(verb, one)).toMatchObject({ status: 404, body: { detail: 'Web widget not found' } })
  })

  it('name a published version, or give it up again', async () => {
    const version = (await shop.ask('GET', `/core/agents/${agent}`)).body.published_version_id
    const widget = await made({ agent_id: undefined, agent_version_id: version })
    expect(widget).toMatchObject({ agent_id: agent, agent_version_id: version })
    const freed = await shop.ask('PUT', `${path}/${widget.id}`, { agent_version_id: null })
    expect(freed.body).toMatchObject({ agent_id: agent, agent_version_id: null })
    const other = await shop.agent()
    const mixed = await shop.ask('PUT', `${path}/${widget.id}`, { agent_id: other, agent_version_id: version })
    expect(mixed).toMatchObject({ status: 422, body: { errors: [{ loc: ['body', 'agent_version_id'] }] } })
    expect((await shop.ask('PUT', `${path}/${widget.id}`, { agent_id: other })).body.agent_id).toBe(other)
  })

  it.each<[string, Readonly<Record<string, unknown>>, number]>([
    ['no agent', { agent_id: undefined }, 422],
    ['an agent that is not there', { agent_id: 'agent_00000000000000000000000000' }, 404],
    ['a version that is not there', { agent_version_id: 'agv_nope' }, 404],
    ['hosts that are none', { domains: ['https://example.com'] }, 422],
    ['too many hosts', { domains: Array<string>(51).fill('a.com') }, 422],
    ['domains that are no list', { domains: 'example.com' }, 422],
    ['a configuration that is no object', { config: [] }, 422],
    ['a configuration whose v1 is no object', { config: { v1: 'x' } }, 422],
    ['a configuration that is too much', { config: { v1: { text: 'x'.repeat(64 * 1024) } } }, 422],
    ['published that is no yes or no', { published: 'yes' }, 422],
  ])('are not made with %s', async (_, wrong, status) => {
    const answer = await shop.ask('POST', path, { agent_id: agent, ...wrong })
    expect(answer.status).toBe(status)
    expect(answer.body.detail).toEqual(expect.any(String))
  })

  it('are listed newest first, by pages strictly older than the cursor', async () => {
    const ids: string[] = []
    for (let i = 0; i < 5; i++) ids.unshift((await made()).id)
    const seen: string[] = []
    let cursor = ''
    for (;;) {
      const { body } = await shop.ask('GET', `${path}?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
      seen.push(...body.map(({ id }: { id: string }) => id))
      if (body.length < 2) break
      cursor = Buffer.from(body.at(-1).created_at).toString('base64')
    }
    expect(seen).toEqual(ids)
    expect((await shop.ask('GET', `${path}?limit=1000`)).body).toHaveLength(5)
    for (const wrong of [
      'cursor=nonsense',
      `cursor=${Buffer.from('yesterday').toString('base64')}`,
      'limit=0',
      'limit=x',
    ])
      expect((await shop.ask('GET', `${path}?${wrong}`)).status).toBe(422)
  })

  it('D10: are unknown to other organizations', async () => {
    const widget = await made()
    const other = await house.organization()
    const one = `${path}/${widget.id}`
    expect((await other.ask('GET', path)).body).toEqual([])
    expect((await other.ask('GET', one)).status).toBe(404)
    expect((await other.ask('PUT', one, { published: true })).status).toBe(404)
    expect((await other.ask('POST', `${one}/auto-brand`, { domain: 'shop.example' })).status).toBe(404)
    expect((await other.ask('DELETE', one)).status).toBe(404)
    expect((await shop.ask('GET', one)).body).toEqual(widget)
    // Not by putting another organization into the id either.
    const forged = `${widget.id.slice(0, 33)}${other.account}`
    expect((await other.ask('GET', `${path}/${forged}`)).status).toBe(404)
    expect((await askOnce(house.trial, undefined, { method: 'GET', url: `${open}/${forged}` })).status).toBe(404)
  })

  it('A21: need their scopes', async () => {
    const { id } = await made()
    const reader = shop.as(await shop.limited('web_widgets:read'))
    const stranger = shop.as(await shop.limited('agents:manage', 'conversations:manage'))
    expect((await reader('GET', path)).status).toBe(200)
    expect((await reader('GET', `${path}/${id}`)).status).toBe(200)
    for (const [verb, url] of [
      ['POST', path],
      ['PUT', `${path}/${id}`],
      ['DELETE', `${path}/${id}`],
      ['POST', `${path}/${id}/auto-brand`],
    ] as const)
      expect([url, (await reader(verb, url, {})).status]).toEqual([url, 403])
    expect((await stranger('GET', path)).status).toBe(403)
    expect((await shop.as(undefined)('GET', path)).status).toBe(401)
  })
})

describe('auto-brand', () => {
  it("takes what a site's first page says of itself, and leaves the rest of the configuration", async () => {
    const { id } = await made({ config: { v1: { greeting: 'Hi', branding: { domain: 'old' } }, extra: 1 } })
    const answer = await shop.ask('POST', `${path}/${id}/auto-brand`, { domain: 'Shop.example' })
    expect(answer.status).toBe(200)
    expect(answer.body.config).toEqual({
      extra: 1,
      v1: {
        greeting: 'Hi',
        branding: {
          domain: 'shop.example',
          title: "Alice & Bob 'shop'",
          primary_color: '#0a0',
          icon_url: 'https://shop.example/touch.png',
        },
      },
    })
    expect(house.sender.requests.at(-1)).toMatchObject({ url: 'https://shop.example/', totalTimeoutMs: 5_000 })
    expect((await shop.ask('GET', `${path}/${id}`)).body).toEqual(answer.body)
  })

  it('tries www. too', async () => {
    const { id } = await made()
    const answer = await shop.ask('POST', `${path}/${id}/auto-brand`, { domain: 'moved.example' })
    expect(answer.body.config.v1.branding).toMatchObject({ domain: 'moved.example', title: 'Moved', icon_url: null })
  })

  it.each(['plain.example', 'gone.example', 'redirect.example'])(
    'answers 404 where there is none: %s',
    async (domain) => {
      const widget = await made()
      const answer = await shop.ask('POST', `${path}/${widget.id}/auto-brand`, { domain })
      expect(answer).toMatchObject({ status: 404, body: { detail: `No branding found at ${domain}` } })
      expect((await shop.ask('GET', `${path}/${widget.id}`)).body).toEqual(widget)
    },
  )

  it.each(['', 'https://shop.example', '*.example.com', 'a/b', 'shop.example:80', 'user@shop.example', undefined, 7])(
    'asks nobody for %j',
    async (domain) => {
      const { id } = await made()
      const before = house.sender.requests.length
      expect((await shop.ask('POST', `${path}/${id}/auto-brand`, { domain })).status).toBe(422)
      expect(house.sender.requests).toHaveLength(before)
    },
  )
})

describe('a published widget, without a token', () => {
  const published = (more: Readonly<Record<string, unknown>> = {}) =>
    made({ published: true, domains: ['example.com', '*.shop.example'], config: { v1: { greeting: 'Hi' } }, ...more })
  const asked = (method: 'GET' | 'POST' | 'OPTIONS', url: string, origin?: string, payload?: object) =>
    askOnce(house.trial, undefined, {
      method,
      url: `${open}/${url}`,
      headers: origin === undefined ? {} : { origin },
      ...(payload && { payload }),
    })

  it('shows its public fields alone', async () => {
    const { id } = await published()
    const answer = await asked('GET', id)
    expect(answer).toMatchObject({ status: 200 })
    expect(answer.body).toEqual({ id, channel: 'webrtc', config: { v1: { greeting: 'Hi' } } })
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })

  it.each([
    ['https://example.com', true],
    ['http://example.com:3000', true],
    ['https://a.shop.example', true],
    ['https://shop.example', false],
    ['https://example.com.evil.example', false],
    ['https://evil.example', false],
    ['null', false],
    ['nonsense', false],
    ['https://example.com/path', false],
    ['file://example.com', false],
  ])('may be read by pages of its domains: %s: %s', async (origin, isAllowed) => {
    const { id } = await published()
    const answer = await asked('GET', id, origin)
    expect([answer.status, answer.headers['access-control-allow-origin'], answer.headers['vary']]).toEqual([
      200,
      isAllowed ? origin : undefined,
      'Origin',
    ])
    const preflight = await asked('OPTIONS', `${id}/conversations`, origin)
    expect(preflight.status).toBe(isAllowed ? 204 : 403)
    const headers = ['origin', 'methods', 'headers'].map((name) => preflight.headers[`access-control-allow-${name}`])
    expect(headers).toEqual(isAllowed ? [origin, 'POST', 'content-type'] : [undefined, undefined, undefined])
  })

  it('may be used by no page where it has no domains', async () => {
    const { id } = await published({ domains: [] })
    expect((await asked('POST', `${id}/conversations`, 'https://example.com', {})).status).toBe(403)
    expect((await asked('OPTIONS', id, 'https://example.com')).status).toBe(403)
  })

  it('is unknown until it is published, and so is what is none', async () => {
    const { id } = await made({ domains: ['example.com'] })
    for (const one of [id, 'widget_x', 'nope', `widget_${'0'.repeat(52)}`, 'x'.repeat(500)]) {
      expect([one, (await asked('GET', one)).status]).toEqual([one, 404])
      expect((await asked('OPTIONS', `${one}/conversations`, 'https://example.com')).status).toBe(404)
      expect((await asked('POST', `${one}/conversations`, 'https://example.com', {})).status).toBe(404)
    }
  })

  it('D12: begins a WebRTC conversation of a guest with its agent', async () => {
    const { id } = await published()
    const origin = 'https://example.com'
    const started = await asked('POST', `${id}/conversations`, origin, { custom_metadata: { page: '/cart' } })
    expect([started.status, started.body.detail]).toEqual([200, undefined])
    expect(started.headers['access-control-allow-origin']).toBe(origin)
    expect(started.body).toMatchObject({
      conversation: {
        channel: 'webrtc',
        status: 'token_created',
        direction: 'inbound',
        user_id: expect.stringMatching(/^guest_[\da-f]{24}$/),
        agent_id: agent,
        web_widget_id: id,
        custom_metadata: { page: '/cart' },
      },
      url: expect.stringMatching(/^wss?:/),
      token: expect.any(String),
      room_name: expect.any(String),
      expires_at: expect.any(String),
    })
    const stored = await shop.read(started.body.conversation.id)
    expect(stored).toMatchObject({ web_widget_id: id, organization_id: `org_${shop.account}` })
    const found = await shop.ask('GET', `/core/conversations?web_widget_id=${id}`)
    expect(found.body.map((one: { id: string }) => one.id)).toEqual([stored.id])
  })

  it('lets its pages read what is wrong, and nobody else', async () => {
    const { id } = await published()
    const start = async (origin: string, body: unknown) => {
      const { status, headers } = await asked('POST', `${id}/conversations`, origin, body as object)
      return [status, headers['access-control-allow-origin'], headers['vary']]
    }
    const origin = 'https://example.com'
    expect(await start(origin, { user_id: 'user_42' })).toEqual([422, origin, 'Origin'])
    expect(await start(origin, '{')).toEqual([400, origin, 'Origin'])
    expect(await start(origin, { custom_metadata: { text: 'x'.repeat(1024 * 1024) } })).toEqual([413, origin, 'Origin'])
    expect(await start('https://evil.example', { user_id: 'user_42' })).toEqual([403, undefined, 'Origin'])
    await shop.ask('DELETE', `/core/agents/${agent}`)
    expect(await start(origin, {})).toEqual([404, origin, 'Origin'])
    let last = await start(origin, {})
    for (let i = 0; i < 30 && last[0] !== 429; i++) last = await start(origin, {})
    expect(last).toEqual([429, origin, 'Origin'])
  })

  it('takes from no guest the name of a campaign', async () => {
    const { id } = await published()
    const custom_metadata = { anyreach_campaign: 'Spring' }
    const answer = await asked('POST', `${id}/conversations`, 'https://example.com', { custom_metadata })
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ loc: ['body', 'custom_metadata'] }] } })
  })

  it('D12: takes a guest again under their own id, and nobody else', async () => {
    const { id } = await published()
    const start = (user_id: unknown) => asked('POST', `${id}/conversations`, 'https://example.com', { user_id })
    expect((await start('guest_7')).body.conversation.user_id).toBe('guest_7')
    for (const wrong of ['user_42', 'guest_', '+14155550133', 7]) expect((await start(wrong)).status).toBe(422)
  })

  it('D12: begins nothing for a page of another domain, or for whoever is no page', async () => {
    const { id } = await published()
    for (const origin of ['https://evil.example', undefined])
      expect(await asked('POST', `${id}/conversations`, origin, {})).toMatchObject({
        status: 403,
        body: { detail: 'This page is on none of the domains of the widget.' },
      })
    expect((await shop.ask('GET', '/core/conversations')).body).toEqual([])
  })

  it('begins with the version it names', async () => {
    const version = (await shop.ask('GET', `/core/agents/${agent}`)).body.published_version_id
    const { id } = await published({ agent_id: undefined, agent_version_id: version })
    const started = await asked('POST', `${id}/conversations`, 'https://example.com', {})
    expect(started.body.conversation).toMatchObject({ agent_id: agent, agent_version_id: version })
  })

  it('is limited for itself, and uses up nothing of its organization or of another widget', async () => {
    const [{ id }, other] = [await published(), await published()]
    await house.trial.app.services.accounts.change(shop.account, 'test', { limits: { requestsPerSecond: 1 } })
    const answers = await Promise.all(Array.from({ length: 30 }, () => asked('GET', id)))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]?.headers).toMatchObject({ 'retry-after': '1' })
    expect((await asked('POST', `${id}/conversations`, 'https://example.com', {})).status).toBe(429)
    expect((await asked('GET', other.id)).status).toBe(200)
    expect((await shop.ask('GET', path)).headers).toMatchObject({ 'ratelimit-limit': '1', 'ratelimit-remaining': '1' })
  })

  it('takes no request of an organization where it is unknown or not published', async () => {
    const { id } = await made()
    await house.trial.app.services.accounts.change(shop.account, 'test', { limits: { requestsPerSecond: 1 } })
    for (const one of [id, `widget_${shop.account}${shop.account}`])
      for (let i = 0; i < 30; i++) expect((await asked('GET', one)).status).toBe(404)
    expect((await shop.ask('GET', path)).headers).toMatchObject({ 'ratelimit-remaining': '1' })
  })

  it('section 7: answers 404 for unknown paths and 405 for other verbs', async () => {
    const { id } = await published()
    expect((await asked('GET', `${id}/nothing`)).status).toBe(404)
    expect((await asked('POST', id, 'https://example.com', {})).status).toBe(405)
  })
})
