import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { phones, shop, talker } from '#conformance/calls-house.ts'
import { startTrial, type Trial } from './trial.ts'

describe('a composed server', () => {
  let trial: Trial
  beforeAll(async () => {
    trial = await startTrial()
  })
  afterAll(() => trial.stop())
  const get = (url: string, headers: Record<string, string> = {}) => trial.app.fastify.inject({ url, headers })

  test('is alive and ready', async () => {
    expect((await get('/healthz')).json()).toEqual({ status: 'ok' })
    const ready = await get('/readyz')
    expect(ready.statusCode).toBe(200)
    expect(ready.json()).toMatchObject({ status: 'ready', writable: true })
  })

  test('no two dialects have a route in common', () => {
    const owners = new Map<string, Set<string>>()
    for (const { dialect, method, path } of trial.app.routes) {
      const shape = `${method} ${path.replace(/:[^/]+/g, ':').replace(/\/$/, '')}`
      owners.getOrInsertComputed(shape, () => new Set()).add(dialect)
    }
    expect(owners.size).toBeGreaterThan(40)
    expect([...owners].filter(([, dialects]) => dialects.size > 1)).toEqual([])
  })

  test('no route of one dialect is swallowed by the paths of another', () => {
    const firstWords = new Map<string, Set<string>>()
    for (const { dialect, path } of trial.app.routes)
      firstWords.getOrInsertComputed(path.split('/').slice(0, 3).join('/'), () => new Set()).add(dialect)
    expect([...firstWords].filter(([, dialects]) => dialects.size > 1)).toEqual([])
  })

  test('every route of a dialect is in its coverage, and what is covered is there', () => {
    for (const { name, coverage } of trial.app.dialects) {
      const covered = new Map(coverage.map((route) => [`${route.method} ${route.path}`, route]))
      const paths = new Set(coverage.map(({ path }) => path))
      const registered = new Set(
        trial.app.routes.filter(({ dialect }) => dialect === name).map(({ method, path }) => `${method} ${path}`),
      )
      expect(
        [...registered].filter((route) => !paths.has(route.replace(/^\S+ /, ''))),
        name,
      ).toEqual([])
      expect(
        [...covered].filter(([route, { how }]) => how !== 'absent' && !registered.has(route)),
        name,
      ).toEqual([])
      expect(
        coverage.filter(({ how, why }) => how !== 'full' && !why),
        name,
      ).toEqual([])
    }
  })

  test('counts requests by dialect, route and status', async () => {
    await trial.test.get('/clock')
    await trial.test.get('/conversations/conversation_00000000000000000000000000')
    const { body, headers } = await get('/metrics')
    expect(headers['content-type']).toContain('text/plain')
    expect(body).toMatch(
      /colloquy_requests_total\{dialect="native",method="GET",route="\/api\/v1\/clock",status="200"\} [1-9]/,
    )
    expect(body).toContain('route="/api/v1/conversations/:id",status="404"')
    for (const name of [
      'colloquy_deadlines_late_ms 0',
      'colloquy_store_writable 1',
      'colloquy_feed_lag_events',
      'process_resident_memory_bytes',
    ])
      expect(body).toContain(name)
  })

  test('shows its reference without asking anybody else', async () => {
    const page = await get('/reference')
    expect(page.headers['content-type']).toContain('text/html')
    expect(page.body.match(/https?:\/\/[^"' ]+/g) ?? []).toEqual([])
    for (const { name } of trial.app.dialects) expect(page.body).toContain(`/reference/${name}.json`)
    const script = await get('/reference/js/scalar.js', { 'accept-encoding': 'gzip' })
    expect(script.headers).toMatchObject({ 'content-encoding': 'gzip' })
    expect(script.rawPayload.length).toBeLessThan(2_000_000)
  })

  test.each(['native', 'twilio'])('has a document of %s whose references all resolve', async (name) => {
    const document = (await get(`/reference/${name}.json`)).json()
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths).length).toBeGreaterThan(5)
    const wanted = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, schema]) => schema,
    )
    expect(wanted.length).toBeGreaterThan(0)
    for (const schema of wanted) expect(Object.keys(document.components.schemas)).toContain(schema)
  })

  test('explains the codes that answers link to', async () => {
    expect((await get('/errors/20404')).json()).toMatchObject({
      code: '20404',
      advice: expect.stringContaining('account'),
    })
    expect((await get('/errors/wall_clock')).json()).toMatchObject({ code: 'wall_clock' })
    const page = await get('/errors/20409', { accept: 'text/html' })
    expect(page.headers['content-type']).toContain('text/html')
    expect(page.body).toContain('X-Conflicting-Resource-Id')
    expect((await get('/errors/constructor')).statusCode).toBe(404)
  })

  test('answers what it does not know with a sentence', async () => {
    const unknown = await get('/nowhere?secret=1')
    expect(unknown.statusCode).toBe(404)
    const message = 'There is nothing at GET /nowhere. GET /reference lists what there is.'
    expect(unknown.json()).toEqual({ status: 404, code: 20404, error: 404, message, detail: message })
    const garbled = await get('/%zz')
    expect(garbled.statusCode).toBe(404)
    expect(garbled.json()).toMatchObject({ status: 404, error: 404, detail: expect.stringContaining('escapes') })
  })
})

test('a server that has stopped leaves nothing behind that would still happen, in the middle of a call neither', async () => {
  const system = simulatedSystem(1)
  const trial = await startTrial({}, { system })
  const { agents, numbers, sessions } = trial.app.services
  const ask = { account: trial.dev.made?.account.id ?? '', by: 'test' }
  await numbers.add(ask, { number: shop, isDefault: true })
  const agent = await agents.create(ask, talker)
  const draft = { agentId: agent.value?.agent.id ?? '', to: phones.ordinary, data: null, keepsHours: false }
  const placed = await sessions.place(ask, draft)
  const id = placed.value?.session.id ?? ''
  for (let i = 0; i < 30; i++) {
    await system.advance(500)
    if ((await sessions.get(ask.account, id))?.session.state === 'live') break
  }
  expect((await sessions.get(ask.account, id))?.session.state).toBe('live')
  let isOver = false
  const over = trial.stop().then(() => (isOver = true))
  for (let i = 0; i < 100 && !isOver; i++) await system.advance(10)
  await over
  expect(system.pending()).toBe(0)
})
