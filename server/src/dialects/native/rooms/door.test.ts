import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { simulatedSystem, type SimulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { realSystem } from '#adapters/system/real/real-system.ts'
import { startTrial, type Answer, type Caller, type Trial } from '#app/trial.ts'
import type { System } from '#engine/ports.ts'

let trial: Trial
let url: string
const open = new Set<Client>()

const agent = {
  name: 'alice',
  welcome: 'Hello, this is the shop.',
  speech: { by: 'script', lines: ['We open at nine.'], goodbye: 'Goodbye.' },
}

/** Real sockets and chance; time stands still for whoever waits longer than a moment, until it is advanced. */
function heldSystem(): { readonly system: System; readonly held: SimulatedSystem } {
  const held = simulatedSystem(1)
  const real = realSystem()
  const system: System = {
    now: () => held.now(),
    random: (bytes) => real.random(bytes),
    after: (afterMs, callback) => (afterMs < 500 ? real.after(0, callback) : held.after(afterMs, callback)),
  }
  return { system, held }
}

let held: SimulatedSystem

beforeEach(async () => {
  const own = heldSystem()
  held = own.held
  trial = await startTrial({ port: 0 }, { system: own.system })
  url = await trial.app.listen()
})

afterEach(async () => {
  for (const client of open) client.ws.terminate()
  open.clear()
  await trial.stop()
})

interface Client {
  readonly ws: WebSocket
  readonly frames: Record<string, unknown>[]
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  say(text: string): void
  /** Waits for a frame of this type that has these fields. */
  frame(type: string, fields?: Record<string, unknown>): Promise<Record<string, unknown>>
}

/** A client of the room; what it hears is waited for, not slept for. */
function connectTo(target: string, protocols: string[] = [], options: WebSocket.ClientOptions = {}): Client {
  const ws = new WebSocket(target, protocols, options)
  const frames: Record<string, unknown>[] = []
  const waiting = new Set<() => void>()
  const closing = Promise.withResolvers<{ code: number; reason: string }>()
  ws.on('message', (data: Buffer) => {
    frames.push(JSON.parse(data.toString()) as Record<string, unknown>)
    for (const look of waiting) look()
  })
  ws.on('close', (code, reason) => {
    closing.resolve({ code, reason: reason.toString() })
    for (const look of waiting) look()
  })
  ws.on('error', () => {})
  const client: Client = {
    ws,
    frames,
    closed: closing.promise,
    say: (text) => ws.send(JSON.stringify({ type: 'say', text })),
    frame: (type, fields = {}) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = frames.find(
            (one) => one['type'] === type && Object.entries(fields).every(([k, v]) => one[k] === v),
          )
          if (!found && ws.readyState !== WebSocket.CLOSED) return
          waiting.delete(look)
          if (found) resolve(found)
          else reject(new Error(`No ${type} among ${JSON.stringify(frames)}.`))
        }
        waiting.add(look)
        look()
      }),
  }
  open.add(client)
  return client
}

interface Room {
  readonly id: string
  readonly agentId: string
  readonly caller: Caller
  readonly join: { readonly url: string; readonly token: string; readonly room: string; readonly expiresAt: string }
}

async function room(caller: Caller = trial.dev, more: object = {}): Promise<Room> {
  const { id: agentId } = (await caller.post('/agents', agent)).body
  const answer = await caller.post('/sessions', { kind: 'browser', agentId, user: 'bob', ...more })
  expect(answer.status).toBe(201)
  return { id: answer.body.id, agentId, caller, join: answer.body.join }
}

const enter = ({ join }: Pick<Room, 'join'>): Client => connectTo(`${join.url}?access_token=${join.token}`)

async function joined(made: Pick<Room, 'join'>): Promise<Client> {
  const client = enter(made)
  await client.frame('joined')
  return client
}

async function ended({ caller, id }: Room): Promise<Answer['body']> {
  for (;;) {
    const { body } = await caller.get(`/sessions/${id}`)
    if (body.state === 'ended') return body
    await new Promise(setImmediate)
  }
}

/** The status of an upgrade that is refused, and the problem that says why. */
function refusal(target: string, headers: Record<string, string> = {}): Promise<{ status: number; code: string }> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(target, { headers })
    ws.on('open', () => reject(new Error('It was let in.')))
    ws.on('error', () => {})
    ws.on('unexpected-response', (_request, response) => {
      let text = ''
      response.on('data', (data: Buffer) => (text += data.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, code: JSON.parse(text).code }))
    })
  })
}

describe('a browser session over its socket', () => {
  it('is opened, joined, talked in and left', async () => {
    const made = await room()
    expect(made.join).toMatchObject({
      url: `${url.replace('http', 'ws')}/rooms`,
      room: made.id.replace('session', 'room'),
    })
    expect((await trial.dev.get(`/sessions/${made.id}`)).body).toMatchObject({
      kind: 'browser',
      state: 'joining',
      waitingFor: 'user',
      nextTransition: { to: 'ended', at: made.join.expiresAt },
    })
    const bob = enter(made)
    expect(await bob.frame('joined')).toMatchObject({
      session: made.id,
      state: 'live',
      role: 'user',
      identity: 'bob',
      room: made.join.room,
      again: { token: expect.any(String), expiresAt: expect.any(String) },
    })
    expect(await bob.frame('said', { who: 'agent' })).toMatchObject({ text: agent.welcome, at: expect.any(String) })
    bob.say('When do you open?')
    await bob.frame('said', { text: 'We open at nine.' })
    expect(await bob.frame('state')).toMatchObject({ session: made.id, state: 'live' })
    const spoken = bob.frames.filter(({ type }) => type !== 'state')
    expect(spoken.map(({ type, who }) => who ?? type)).toEqual(['joined', 'agent', 'user', 'agent'])
    bob.ws.send('{"type":"ping"}')
    await bob.frame('pong')
    bob.ws.send('{"type":"leave"}')
    expect(await bob.frame('over')).toMatchObject({ outcome: 'completed', end: { cause: 'user_hangup', by: 'user' } })
    expect(await bob.closed).toMatchObject({ code: 1000 })
    expect(await refusal(`${made.join.url}?access_token=${made.join.token}`)).toEqual({ status: 410, code: 'closed' })
  })

  it('ends for everybody when its agent says goodbye', async () => {
    const bob = await joined(await room())
    bob.say('Bye')
    await bob.frame('said', { text: 'Goodbye.' })
    expect(await bob.frame('over')).toMatchObject({ end: { cause: 'agent_hangup' } })
    expect(await bob.closed).toMatchObject({ code: 1000 })
  })

  it('is hung up over HTTP, and its room hears of it', async () => {
    const made = await room()
    const bob = await joined(made)
    expect((await trial.dev.post(`/sessions/${made.id}/hang-up`)).status).toBe(200)
    expect(await bob.frame('over')).toMatchObject({ outcome: 'completed', end: { cause: 'request_hangup' } })
    expect(await bob.closed).toMatchObject({ code: 1000 })
  })

  it('is answered once for an Idempotency-Key, with a token anew', async () => {
    const { id: agentId } = (await trial.dev.post('/agents', agent)).body
    const order = { kind: 'browser', agentId, user: 'bob' }
    const key = { 'idempotency-key': 'order-1' }
    const one = await trial.dev.post('/sessions', order, key)
    const two = await trial.dev.post('/sessions', order, key)
    expect([one.status, two.status, two.headers['idempotency-replayed']]).toEqual([201, 201, 'true'])
    expect(two.body.id).toBe(one.body.id)
    const clash = await trial.dev.post('/sessions', { ...order, user: 'carol' }, key)
    expect(clash.body).toMatchObject({ status: 409, code: 'in_use', conflicting: one.body.id })
  })

  it.each([
    ['an unknown kind', { kind: 'fax', user: 'bob' }, 'kind'],
    ['no user', { kind: 'browser' }, 'user'],
    ['a user without a name', { kind: 'browser', user: '' }, 'user'],
    ['a field of a call', { kind: 'browser', user: 'bob', to: '+12025550100' }, 'to'],
    ['too short a token', { kind: 'browser', user: 'bob', tokenSeconds: 29 }, 'tokenSeconds'],
    ['too long a token', { kind: 'browser', user: 'bob', tokenSeconds: 86_401 }, 'tokenSeconds'],
  ])('is not opened with %s', async (_name, order, field) => {
    const { id: agentId } = (await trial.dev.post('/agents', agent)).body
    expect((await trial.dev.post('/sessions', { agentId, ...order })).body).toMatchObject({ status: 400, field })
  })

  it('belongs to its account: nobody else reads it, ends it or listens to it', async () => {
    const made = await room()
    await joined(made)
    for (const path of ['hang-up', 'listen'])
      expect((await trial.test.post(`/sessions/${made.id}/${path}`)).status).toBe(404)
    expect((await trial.test.get(`/sessions/${made.id}`)).status).toBe(404)
  })
})

describe('a token', () => {
  it('is taken from the query, as a bearer token, or as a subprotocol', async () => {
    const { join } = await room()
    const headers = { authorization: `Bearer ${join.token}` }
    await connectTo(join.url, [], { headers }).frame('joined')
    const named = connectTo(join.url, ['access_token', join.token])
    await named.frame('joined')
    expect(named.ws.protocol).toBe('access_token')
  })

  it('is needed, whatever the page it comes from says', async () => {
    const { join } = await room()
    const refused = { status: 401, code: 'unauthenticated' }
    expect(await refusal(join.url)).toEqual(refused)
    expect(await refusal(`${join.url}?access_token=${join.token}x`)).toEqual(refused)
    expect(await refusal(join.url, { origin: url })).toEqual(refused)
    expect(await refusal(join.url, { ...trial.dev.headers })).toEqual(refused)
    expect(await refusal(`${join.url}/rtc?access_token=${join.token}`)).toEqual({ status: 404, code: 'not_found' })
    expect(await refusal(`${url.replace('http', 'ws')}/api/v1/sessions`)).toMatchObject({ status: 404 })
  })

  it('A12: that is not used expires by the clock of its account: canceled', async () => {
    const made = await room(trial.test, { tokenSeconds: 60 })
    await trial.test.post('/clock/advance', { by: 'PT1M' })
    expect((await trial.test.get(`/sessions/${made.id}`)).body).toMatchObject({
      state: 'ended',
      outcome: 'canceled',
      end: { cause: 'token_expired', at: made.join.expiresAt },
    })
    expect([401, 410]).toContain((await refusal(`${made.join.url}?access_token=${made.join.token}`)).status)
  })

  it('lets its user in on a test clock that stands still, and the agent answers there', async () => {
    const bob = await joined(await room(trial.test))
    bob.say('When do you open?')
    expect(await bob.frame('said', { text: 'We open at nine.' })).toMatchObject({ who: 'agent' })
  })
})

describe('the seat of the user', () => {
  it('is taken by a second socket with the same token: the first is told and closed with 4001', async () => {
    const made = await room()
    const first = await joined(made)
    const second = await joined(made)
    expect(await first.frame('error')).toMatchObject({ code: 'replaced' })
    expect(await first.closed).toMatchObject({ code: 4001 })
    second.say('When do you open?')
    await second.frame('said', { text: 'We open at nine.' })
  })

  it('is kept for 10 s when the socket breaks, then the user has left', async () => {
    const made = await room()
    const first = await joined(made)
    first.ws.terminate()
    await first.closed
    await held.advance(9_000)
    const second = await joined(made)
    second.ws.close()
    await second.closed
    await waitFor(() => held.pending() > 0)
    await held.advance(9_000)
    expect((await trial.dev.get(`/sessions/${made.id}`)).body.state).toBe('live')
    await held.advance(1_000)
    expect(await ended(made)).toMatchObject({ outcome: 'completed', end: { cause: 'user_hangup' } })
  })

  it('is given up by a socket whose other end has vanished: two pings without an answer', async () => {
    const made = await room()
    const client = enter(made)
    await client.frame('joined')
    // It hears nothing and says nothing any more, and nobody has told it so.
    client.ws.pause()
    for (let beat = 0; beat < 3; beat++) await held.advance(15_000)
    await waitFor(() => held.pending() > 0)
    await held.advance(10_000)
    expect(await ended(made)).toMatchObject({ end: { cause: 'user_hangup' } })
  })

  it('is kept by one that answers its pings', async () => {
    const made = await room()
    const client = await joined(made)
    for (let beat = 0; beat < 6; beat++) {
      const pinged = new Promise((resolve) => client.ws.once('ping', resolve))
      await held.advance(15_000)
      await pinged
      client.ws.send('{"type":"ping"}')
      await waitFor(() => client.frames.filter(({ type }) => type === 'pong').length > beat)
    }
    expect((await trial.dev.get(`/sessions/${made.id}`)).body.state).toBe('live')
  })
})

describe('who listens', () => {
  it('X12: may whisper to the agent, or barge in', async () => {
    const made = await room()
    const bob = await joined(made)
    const token = async (mode: string) => (await trial.dev.post(`/sessions/${made.id}/listen`, { mode })).body
    const ann = await joined({ join: await token('whisper') })
    expect(await ann.frame('joined')).toMatchObject({ role: 'listener', mode: 'whisper' })
    ann.say('Be kind.')
    expect(await ann.frame('advised')).toEqual({ type: 'advised', text: 'Be kind.' })
    const carol = await joined({ join: await token('barge') })
    carol.say('Carol here.')
    const said = { who: 'agent', text: 'Carol here.', speaker: 'supervisor' }
    for (const one of [bob, ann, carol]) await one.frame('said', said)
    expect(bob.frames.some(({ text }) => text === 'Be kind.')).toBe(false)
    expect(await token('shout')).toMatchObject({ status: 400 })
  })

  it('hears both, is not heard, and is closed when it is over', async () => {
    const made = await room()
    expect((await trial.dev.post(`/sessions/${made.id}/listen`)).body).toMatchObject({
      status: 409,
      code: 'wrong_state',
    })
    const bob = await joined(made)
    const { body: join } = await trial.dev.post(`/sessions/${made.id}/listen`)
    expect(join).toEqual({ ...made.join, token: expect.any(String), expiresAt: expect.any(String) })
    const listener = enter({ join })
    expect(await listener.frame('joined')).toMatchObject({ role: 'listener' })
    bob.say('When do you open?')
    await listener.frame('said', { who: 'user', text: 'When do you open?' })
    await listener.frame('said', { who: 'agent', text: 'We open at nine.' })
    listener.say('Boo')
    expect(await listener.frame('error')).toMatchObject({ code: 'forbidden' })
    const second = await joined({ join })
    second.ws.send('{"type":"leave"}')
    expect(await second.closed).toMatchObject({ code: 1000 })
    bob.ws.send('{"type":"leave"}')
    await listener.frame('over')
    expect(await listener.closed).toMatchObject({ code: 1000 })
    expect(bob.frames.some(({ text }) => text === 'Boo')).toBe(false)
    expect((await trial.dev.post(`/sessions/${made.id}/listen`)).status).toBe(409)
  })
})

describe('what is not in order', () => {
  it('is said so, and the socket stays', async () => {
    const bob = await joined(await room())
    for (const frame of [
      '',
      'noise',
      '5',
      'null',
      '[]',
      '{}',
      '{"type":"shout"}',
      '{"type":"say"}',
      '{"type":"say","text":5}',
    ])
      bob.ws.send(frame)
    await waitFor(() => bob.frames.filter(({ code }) => code === 'malformed').length === 9)
    bob.say('  ')
    expect(await bob.frame('error', { code: 'invalid' })).toMatchObject({ message: expect.stringContaining('16000') })
    bob.say('When do you open?')
    await bob.frame('said', { text: 'We open at nine.' })
  })

  it('closes the socket where it is binary, too large, or no UTF-8', async () => {
    const binary = await joined(await room())
    binary.ws.send(Buffer.from('{"type":"ping"}'), { binary: true })
    expect(await binary.closed).toMatchObject({ code: 1003 })
    const large = await joined(await room())
    large.say('x'.repeat(192 * 1024))
    expect(await large.closed).toMatchObject({ code: 1009 })
    const broken = await joined(await room())
    broken.ws.send(Buffer.from([0xff, 0xfe]), { binary: false })
    expect(await broken.closed).toMatchObject({ code: 1007 })
  })

  it('is too many messages: 1008', async () => {
    const made = await room()
    const bob = await joined(made)
    for (let i = 0; i < 21; i++) bob.ws.send('{"type":"ping"}')
    expect(await bob.closed).toMatchObject({ code: 1008 })
    expect((await trial.dev.get(`/sessions/${made.id}`)).body.state).toBe('live')
  })

  it('is an upgrade that is none: a missing key joins nobody', async () => {
    const made = await room()
    const { hostname, port } = new URL(url)
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname, () =>
        socket.write(
          `GET /rooms?access_token=${made.join.token} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
        ),
      )
      socket.on('data', (data) => {
        socket.destroy()
        resolve(data.toString())
      })
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400/)
    expect((await trial.dev.get(`/sessions/${made.id}`)).body.state).toBe('joining')
  })
})

describe('the page in the documentation', () => {
  it('talks, and comes back when its connection breaks', async () => {
    const page = openPage((await room()).join)
    await waitFor(() => page.lines.length > 0)
    page.sockets[0]?.terminate()
    await waitFor(() => page.passSecond())
    await waitFor(() => page.sockets[1]?.readyState === WebSocket.OPEN)
    page.say('When do you open?')
    await waitFor(() => page.lines.length > 2)
    page.leave()
    await waitFor(() => page.form.hidden === true)
    expect(page.lines).toEqual([
      `agent: ${agent.welcome}`,
      'user: When do you open?',
      'agent: We open at nine.',
      'over: completed',
    ])
    expect(page.passSecond()).toBe(false)
  })

  it('gives up where the talk was over before it came back, and says so', async () => {
    const made = await room()
    const page = openPage(made.join)
    await waitFor(() => page.lines.length > 0)
    page.sockets[0]?.terminate()
    expect((await trial.dev.post(`/sessions/${made.id}/hang-up`)).status).toBe(200)
    await waitFor(() => (page.passSecond(), page.form.hidden === true))
    expect(page.lines.slice(1)).toEqual(['over, or out of reach'])
    expect(page.sockets).toHaveLength(16)
    expect(page.passSecond()).toBe(false)
  })

  it.each([
    [1011, true],
    [1012, true],
    [1008, false],
    [4001, false],
  ])('that is closed with %i comes back: %s', async (code, comesBack) => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    await once(server, 'listening')
    server.on('connection', (socket) => {
      socket.send(JSON.stringify({ type: 'joined', again: { token: 'again' } }))
      if (server.clients.size === 1 && page.sockets.length === 1) socket.close(code)
    })
    const { port } = server.address() as AddressInfo
    const page = openPage({ url: `ws://127.0.0.1:${port}/rooms`, token: 'first' })
    try {
      const isBack = (): boolean => page.sockets[1]?.readyState === WebSocket.OPEN
      await waitFor(() => (page.passSecond(), isBack() || page.form.hidden === true))
      expect([isBack(), page.lines]).toEqual([comesBack, comesBack ? [] : ['over, or out of reach']])
    } finally {
      for (const socket of page.sockets) socket.terminate()
      server.close()
    }
  })
})

/** The page in a browser of ours: its second passes when we say so. */
function openPage(join: Pick<Room['join'], 'url' | 'token'>) {
  const path = new URL('../../../../../docs/operating/rooms.md', import.meta.url)
  const [, script = ''] = /<script>([^]*?)<\/script>/.exec(readFileSync(path, 'utf8')) ?? []
  const lines: string[] = []
  const sockets: WebSocket[] = []
  class Watched extends WebSocket {
    constructor(target: string, protocols: string[]) {
      super(target, protocols)
      // A browser says nothing of a handshake that was refused but that it is closed.
      this.on('error', () => {})
      sockets.push(this)
    }
  }
  const form: { hidden?: boolean; onsubmit?: (event: object) => void; reset(): void } = { reset: () => {} }
  const leave: { onclick?: () => void } = {}
  const text = { value: '' }
  const later: (() => void)[] = []
  runInNewContext(script, {
    document: { createElement: () => ({}) },
    talk: { append: ({ textContent }: { textContent: string }) => lines.push(textContent) },
    form,
    text,
    leave,
    WebSocket: Watched,
    fetch: async () => ({ json: async () => join }),
    ...Object.fromEntries([['setTimeout', (again: () => void) => void later.push(again)]]),
  })
  return {
    lines,
    sockets,
    form,
    /** Whether something had waited for it. */
    passSecond: (): boolean => {
      const again = later.shift()
      again?.()
      return again !== undefined
    },
    say: (words: string) => {
      text.value = words
      form.onsubmit?.({ preventDefault: () => {} })
    },
    leave: () => leave.onclick?.(),
  }
}

it('is VOICE of a conversation for the other APIs, and closes with its stream', async () => {
  const made = await room(trial.test)
  const bob = await joined(made)
  bob.say('When do you open?')
  await bob.frame('said', { text: 'We open at nine.' })
  const { account, authToken } = trial.test.made!
  const headers = { authorization: `Basic ${btoa(`${account.sid}:${authToken}`)}` }
  const ask = async (path: string) => (await trial.app.fastify.inject({ url: `/v2${path}`, headers })).json()
  const [conversation] = (await ask('/Conversations')).conversations
  expect(conversation).toMatchObject({ status: 'ACTIVE' })
  const { participants } = await ask(`/Conversations/${conversation.id}/Participants`)
  expect(participants.map(({ type, addresses }: Answer['body']) => [type, addresses[0].channel])).toEqual([
    ['CUSTOMER', 'VOICE'],
    ['AGENT', 'VOICE'],
  ])
  const { communications } = await ask(`/Conversations/${conversation.id}/Communications`)
  expect(communications.map(({ content }: Answer['body']) => content.text)).toEqual([
    agent.welcome,
    'When do you open?',
    'We open at nine.',
  ])
  bob.ws.send('{"type":"leave"}')
  await bob.closed
  expect(await ask(`/Conversations/${conversation.id}`)).toMatchObject({ status: 'CLOSED' })
})

it('a client that offers HTTP/2 over clear text is answered as everybody is', async () => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABkAAQCAAAAAAIAAAAA',
    }
    httpRequest(`${url}/healthz`, { headers }, ({ statusCode }) => resolve(statusCode))
      .on('error', reject)
      .end()
  })
  expect(status).toBe(200)
})

it('a server that stops closes its rooms with 1012 and leaves their sessions to the next process', async () => {
  const made = await room()
  const bob = await joined(made)
  await trial.stop()
  expect(await bob.closed).toMatchObject({ code: 1012 })
  expect(bob.frames.some(({ type }) => type === 'over')).toBe(false)
})

async function waitFor(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate)
}
