import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { realSystem } from '#adapters/system/real/real-system.ts'
import type { OutgoingRequest, Sender } from '#services/ports.ts'
import { httpSender, type HttpSenderOptions } from './http-sender.ts'

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function receiver(answer: (request: IncomingMessage, response: ServerResponse) => void, host = '127.0.0.1') {
  const seen: Seen[] = []
  let connections = 0
  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      seen.push({ method: request.method, url: request.url, headers: request.headers, body })
      answer(request, response)
    })
  })
  server.on('connection', () => connections++)
  server.listen(0, host)
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, seen, connections: () => connections }
}

const ok = (_request: IncomingMessage, response: ServerResponse) => void response.end('thanks')

function senderWith(options: Omit<HttpSenderOptions, 'system'> = {}): Sender {
  const sender = httpSender({ system: realSystem(), ...options })
  closing.push(() => sender.close())
  return sender
}

function post(url: string, more: Partial<OutgoingRequest> = {}): OutgoingRequest {
  const headers = { 'content-type': 'application/json' }
  const shared = { method: 'POST', headers, body: '{"said":"hello"}', internalTargets: true } as const
  return { url, ...shared, connectTimeoutMs: 5000, totalTimeoutMs: 15_000, ...more }
}

describe('the http sender', () => {
  it('sends method, path, query, headers and body, and answers with the status', async () => {
    const { port, seen } = await receiver((_request, response) => response.writeHead(202).end())
    const result = await senderWith().send(post(`http://127.0.0.1:${port}/hooks/conv?a=1&bodySHA256=5f0c#ct=1000&rc=2`))
    expect(result).toEqual({ status: 202 })
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/hooks/conv?a=1&bodySHA256=5f0c', body: '{"said":"hello"}' })
    expect(seen[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '16' })
  })

  it('sends a GET without a body', async () => {
    const { port, seen } = await receiver(ok)
    const request = post(`http://127.0.0.1:${port}/?eventType=X`, { method: 'GET', body: null, headers: {} })
    expect(await senderWith().send(request)).toEqual({ status: 200 })
    expect(seen[0]).toMatchObject({ method: 'GET', url: '/?eventType=X', body: '' })
    expect(seen[0]?.headers['content-length']).toBeUndefined()
  })

  it.each([204, 400, 404, 408, 410, 429, 500, 503])('answers with status %i as it is', async (status) => {
    const { port } = await receiver((_request, response) => response.writeHead(status).end())
    expect(await senderWith().send(post(`http://127.0.0.1:${port}/`))).toEqual({ status })
  })

  it.each([301, 302, 303, 307, 308])('does not follow a redirect %i', async (status) => {
    const target = await receiver(ok)
    const { port } = await receiver((_request, response) =>
      response.writeHead(status, { location: `http://127.0.0.1:${target.port}/` }).end(),
    )
    expect(await senderWith().send(post(`http://127.0.0.1:${port}/`))).toEqual({ status })
    expect(target.seen).toEqual([])
  })

  it('gives up on a receiver that never answers, and closes the connection', async () => {
    const hung: ServerResponse[] = []
    const { port } = await receiver((_request, response) => void hung.push(response))
    const result = await senderWith().send(post(`http://127.0.0.1:${port}/`, { totalTimeoutMs: 100 }))
    expect(result).toEqual({ error: 'The receiver did not answer within 0.1 s.', refused: false })
    expect(hung).toHaveLength(1)
    if (!hung[0]?.destroyed) await once(hung[0] as ServerResponse, 'close')
  })

  it('holds a request to the maximum of the house', async () => {
    const { port } = await receiver(() => {})
    const sender = senderWith({ maxTotalTimeoutMs: 50 })
    const result = await sender.send(post(`http://127.0.0.1:${port}/`, { totalTimeoutMs: 3_600_000 }))
    expect(result).toEqual({ error: 'The receiver did not answer within 0.05 s.', refused: false })
  })

  it('gives up connecting when the name is not resolved in time', async () => {
    const sender = senderWith({ resolve: () => {}, allowedHosts: ['hooks.example'] })
    const request = post('http://hooks.example/', { internalTargets: false, connectTimeoutMs: 30 })
    expect(await sender.send(request)).toEqual({
      error: 'The receiver could not be connected to in time.',
      refused: false,
    })
  })

  it('counts a status as the answer although the body never ends', async () => {
    const { port } = await receiver((_request, response) => response.writeHead(200).write('once upon a time'))
    const result = await senderWith().send(post(`http://127.0.0.1:${port}/`, { totalTimeoutMs: 200 }))
    expect(result).toEqual({ status: 200 })
  })

  it('reads at most 64 kB of an answer, then drops the connection', async () => {
    let written = 0
    const dropped = Promise.withResolvers<void>()
    const chunk = Buffer.alloc(16 * 1024)
    const { port } = await receiver((_request, response) => {
      response.on('close', () => dropped.resolve())
      const write = (): void => {
        while (!response.destroyed) {
          written += chunk.length
          if (!response.write(chunk)) return void response.once('drain', write)
        }
      }
      write()
    })
    expect(await senderWith().send(post(`http://127.0.0.1:${port}/`))).toEqual({ status: 200 })
    await dropped.promise
    expect(written).toBeLessThan(50 * 1024 * 1024)
  })

  it('uses connections again', async () => {
    const { port, connections } = await receiver(ok)
    const sender = senderWith()
    for (let i = 0; i < 20; i++) expect(await sender.send(post(`http://127.0.0.1:${port}/`))).toEqual({ status: 200 })
    // A connection rests for one turn after its answer, so requests at once one after the other take turns on two.
    expect(connections()).toBeLessThanOrEqual(2)
  })

  it('opens no more connections to an origin than allowed', async () => {
    const { port, connections, seen } = await receiver(ok)
    const sender = senderWith({ maxConnections: 3 })
    await Promise.all(Array.from({ length: 30 }, (_, i) => sender.send(post(`http://127.0.0.1:${port}/${i}`))))
    expect(seen).toHaveLength(30)
    expect(connections()).toBeLessThanOrEqual(3)
  })

  it('lets go of the origin used longest ago, after its answers', async () => {
    const slow: ServerResponse[] = []
    const arrived = Promise.withResolvers<void>()
    const first = await receiver((_request, response) => {
      slow.push(response)
      arrived.resolve()
    })
    const second = await receiver(ok)
    const sender = senderWith({ maxOrigins: 1 })
    const waiting = sender.send(post(`http://127.0.0.1:${first.port}/`))
    await arrived.promise
    expect(await sender.send(post(`http://127.0.0.1:${second.port}/`))).toEqual({ status: 200 })
    slow[0]?.end()
    expect(await waiting).toEqual({ status: 200 })
  })

  it('says what went wrong without quoting the request', async () => {
    const sender = senderWith()
    const broken = createTcpServer((socket: Socket) => socket.once('data', () => socket.destroy()))
    const babble = createTcpServer((socket: Socket) =>
      socket.once('data', () => socket.end('220 mail.example ESMTP\r\n')),
    )
    for (const server of [broken, babble]) {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      closing.push(() => server.close())
    }
    const at = (server: typeof broken) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret?token=1`
    expect(await sender.send(post(at(broken)))).toEqual({
      error: 'The connection broke before the receiver answered.',
      refused: false,
    })
    expect(await sender.send(post(at(babble)))).toEqual({
      error: expect.stringMatching(/^The receiver did not answer in HTTP/),
      refused: false,
    })
    const gone = await receiver(ok)
    for (const close of closing.splice(-1)) await close()
    expect(await sender.send(post(`http://127.0.0.1:${gone.port}/`))).toEqual({
      error: 'The receiver refused the connection.',
      refused: false,
    })
  })

  it('sends user and password of the URL as Basic authorization, unless there is one', async () => {
    const { port, seen } = await receiver(ok)
    const sender = senderWith()
    await sender.send(post(`http://alice:w%40rd@127.0.0.1:${port}/`))
    await sender.send(post(`http://alice:100%@127.0.0.1:${port}/`))
    await sender.send(post(`http://alice:word@127.0.0.1:${port}/`, { headers: { Authorization: 'Bearer bob' } }))
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([
      'Basic YWxpY2U6d0ByZA==',
      'Basic YWxpY2U6MTAwJQ==',
      'Bearer bob',
    ])
    expect(seen[0]?.url).toBe('/')
  })

  it('refuses what cannot be sent', async () => {
    const sender = senderWith()
    const header = await sender.send(post('http://127.0.0.1:9/', { headers: { 'x-name': 'a\r\nb: c' } }))
    expect(header).toEqual({ error: 'The request cannot be sent: its path or a header is not valid.', refused: true })
    for (const url of [
      'ftp://127.0.0.1/',
      'file:///etc/hosts',
      'gopher://example.com',
      'nonsense',
      '',
      'javascript:1',
    ]) {
      expect(await sender.send(post(url))).toEqual({ error: 'The target must be an http or https URL.', refused: true })
    }
  })

  it('answers what is in flight, and all later requests, when it closes', async () => {
    const arrived = Promise.withResolvers<void>()
    const { port } = await receiver(() => arrived.resolve())
    const sender = senderWith()
    const waiting = sender.send(post(`http://127.0.0.1:${port}/`))
    await arrived.promise
    await sender.close()
    expect(await waiting).toMatchObject({ refused: false })
    expect(await sender.send(post(`http://127.0.0.1:${port}/`))).toEqual({
      error: 'The server is stopping.',
      refused: false,
    })
  })
})

describe('asking', () => {
  it('reads a body that comes in pieces, cut anywhere, without its byte order mark', async () => {
    const bytes = Buffer.from('\uFEFF{"said":"Grüße"}')
    const { port } = await receiver((_request, response) => {
      const write = (at: number): void => {
        if (at === bytes.length) return void response.end()
        response.write(bytes.subarray(at, at + 1), () => write(at + 1))
      }
      write(0)
    })
    expect(await senderWith().ask(post(`http://127.0.0.1:${port}/`))).toEqual({ status: 200, body: '{"said":"Grüße"}' })
  })

  it('takes no half of an answer: neither in the middle of the body, nor when it never ends', async () => {
    const { port } = await receiver((request, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('half', () => {
        if (request.url === '/broken') response.destroy()
      })
    })
    const sender = senderWith()
    expect(await sender.ask(post(`http://127.0.0.1:${port}/broken`))).toEqual({
      error: 'The connection broke before the receiver answered.',
      refused: false,
    })
    expect(await sender.ask(post(`http://127.0.0.1:${port}/`, { totalTimeoutMs: 100 }))).toEqual({
      error: 'The receiver did not answer within 0.1 s.',
      refused: false,
    })
  })

  it('may take longer than sending, up to a maximum of its own', async () => {
    const { port } = await receiver(() => {})
    const sender = senderWith({ maxTotalTimeoutMs: 10, maxAskTimeoutMs: 60 })
    expect(await sender.ask(post(`http://127.0.0.1:${port}/`, { totalTimeoutMs: 3_600_000 }))).toEqual({
      error: 'The receiver did not answer within 0.06 s.',
      refused: false,
    })
  })

  it('stands behind the same guard', async () => {
    const { port, seen } = await receiver(ok)
    const sender = senderWith()
    expect(await sender.ask(post(`http://127.0.0.1:${port}/`, { internalTargets: false }))).toEqual({
      error: 'The target is not a public address. Use one that is, or have the operator allow it.',
      refused: true,
    })
    expect(await sender.ask(post('ftp://127.0.0.1/'))).toMatchObject({ refused: true })
    expect(seen).toEqual([])
  })

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])(
    'says that nothing was sent: %s',
    async (code) => {
      const resolve: HttpSenderOptions['resolve'] = (_name, callback) =>
        callback(Object.assign(new Error('no'), { code }), [])
      const result = await senderWith({ resolve }).ask(post('http://alice.example/'))
      expect(result).toEqual({ error: expect.stringMatching(/./), refused: false, unsent: true })
    },
  )

  it('says so of a connection that is not made in time', async () => {
    const request = post('http://alice.example/', { connectTimeoutMs: 30 })
    expect(await senderWith({ resolve: () => {} }).ask(request)).toEqual({
      error: 'The receiver could not be connected to in time.',
      refused: false,
      unsent: true,
    })
  })

  it('does not say so where something may have been sent', async () => {
    const broken = createTcpServer((socket: Socket) => socket.once('data', () => socket.destroy()))
    broken.listen(0, '127.0.0.1')
    await once(broken, 'listening')
    closing.push(() => broken.close())
    const result = await senderWith().ask(post(`http://127.0.0.1:${(broken.address() as AddressInfo).port}/`))
    expect(result).toEqual({ error: 'The connection broke before the receiver answered.', refused: false })
  })

  it('uses connections again where the time to connect differs by a little', async () => {
    const { port, connections } = await receiver(ok)
    const sender = senderWith()
    for (let i = 0; i < 20; i++)
      expect(await sender.ask(post(`http://127.0.0.1:${port}/`, { connectTimeoutMs: 1000 - i }))).toMatchObject({
        body: 'thanks',
      })
    expect(connections()).toBeLessThanOrEqual(2)
  })
})

describe('streaming', () => {
  it('tells each piece when it comes, in whole characters, before the rest is there', async () => {
    const [head, tail] = [Buffer.from('\uFEFFGr\u00fc').subarray(0, 6), Buffer.from('ü\u00dfe').subarray(1)]
    const heard = Promise.withResolvers<void>()
    const { port } = await receiver((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream;charset=utf-8' }).write(head)
      void heard.promise.then(() => response.end(tail))
    })
    const pieces: string[] = []
    const asked = await senderWith().stream(post(`http://127.0.0.1:${port}/`), (text, { type }) => {
      pieces.push(`${type} ${text}`)
      heard.resolve()
    })
    expect(asked).toEqual({ status: 200, body: 'Grüße' })
    expect(pieces).toEqual(['text/event-stream Gr', 'text/event-stream üße'])
  })

  it('is bounded in time and in size, and lets go of the connection', async () => {
    const hung: ServerResponse[] = []
    const { port } = await receiver((request, response) => {
      hung.push(response)
      response.writeHead(200).write('begun')
      if (request.url === '/endless') response.write(Buffer.alloc(2 * 1024 * 1024, 'a'))
    })
    const sender = senderWith({ maxAskTimeoutMs: 100 })
    const told: string[] = []
    const slow = await sender.stream(post(`http://127.0.0.1:${port}/`), (text) => told.push(text))
    expect(slow).toEqual({ error: 'The receiver did not answer within 0.1 s.', refused: false })
    expect(told).toEqual(['begun'])
    let length = 0
    const large = await senderWith().stream(post(`http://127.0.0.1:${port}/endless`), (text) => {
      length += text.length
    })
    expect(large).toEqual({ error: 'The receiver answered with more than 1 MB.', refused: false })
    expect(length).toBeLessThanOrEqual(1024 * 1024)
    for (const response of hung) if (!response.destroyed) await once(response, 'close')
  })

  it('stops where whoever waits gives up, and tells nothing more', async () => {
    const { port } = await receiver((_request, response) => {
      response.on('close', () => closed.resolve())
      response.writeHead(200).write('begun')
    })
    const closed = Promise.withResolvers<void>()
    const late = new AbortController()
    const asked = await senderWith().stream({ ...post(`http://127.0.0.1:${port}/`), signal: late.signal }, () =>
      late.abort(),
    )
    expect(asked).toEqual({ error: 'The request was given up before it was answered.', refused: false })
    await closed.promise
  })

  it('outlives a listener that throws', async () => {
    const { port } = await receiver(ok)
    const sender = senderWith()
    const asked = await sender.stream(post(`http://127.0.0.1:${port}/`), () => {
      throw new TypeError('a secret')
    })
    expect(asked).toEqual({ error: 'The request failed (TypeError).', refused: false })
    expect(await sender.ask(post(`http://127.0.0.1:${port}/`))).toMatchObject({ status: 200 })
  })

  it('stands behind the same guard, and follows no redirect', async () => {
    const { port, seen } = await receiver((_request, response) => response.writeHead(307, { location: '/b' }).end())
    const sender = senderWith()
    const url = `http://127.0.0.1:${port}/`
    expect(await sender.stream(post(url, { internalTargets: false }), () => {})).toMatchObject({ refused: true })
    expect(seen).toEqual([])
    expect(await sender.stream(post(url), () => {})).toEqual({ status: 307, body: '' })
    expect(seen).toHaveLength(1)
  })
})

describe('the address guard', () => {
  const refused = {
    error: 'The target is not a public address. Use one that is, or have the operator allow it.',
    refused: true,
  }
  const spellings = [
    '127.0.0.1',
    '127.0.0.1.',
    '127.1',
    '2130706433',
    '0x7f.1',
    '0x7f000001',
    '0177.0.0.1',
    '017700000001',
    'localhost',
    'localhost.',
    'LOCALHOST',
    '0.0.0.0',
    '0',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    'public.example@127.0.0.1',
    'public.example:80@localhost',
    '127.0.0.1%2f@127.0.0.1',
  ]

  it.each(spellings)('refuses %s unless internal targets are allowed', async (host) => {
    const { port, seen } = await receiver(ok)
    const sender = senderWith()
    const url = `http://${host}:${port}/`
    expect(await sender.send(post(url, { internalTargets: false }))).toEqual(refused)
    expect(seen).toEqual([])
    expect(await sender.send(post(url))).toEqual({ status: 200 })
    // Nor does it use the connection which that request has left open.
    expect(await sender.send(post(url, { internalTargets: false }))).toEqual(refused)
    expect(seen).toHaveLength(1)
  })

  it('refuses [::1] unless internal targets are allowed', async () => {
    const { port, seen } = await receiver(ok, '::1')
    const sender = senderWith()
    expect(await sender.send(post(`http://[::1]:${port}/`, { internalTargets: false }))).toEqual(refused)
    expect(await sender.send(post(`http://[0:0::0:1]:${port}/`, { internalTargets: false }))).toEqual(refused)
    expect(seen).toEqual([])
    expect(await sender.send(post(`http://[::1]:${port}/`))).toEqual({ status: 200 })
  })

  it.each([
    '169.254.169.254',
    '[::ffff:169.254.169.254]',
    '2852039166',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '100.100.100.200',
    '168.63.129.16',
    '[::ffff:168.63.129.16]',
    '[64:ff9b::a9fe:a9fe]',
  ])('refuses the link-local or metadata address %s also where internal targets are allowed', async (host) => {
    const resolve: HttpSenderOptions['resolve'] = (_name, callback) =>
      callback(null, [{ address: '169.254.169.254', family: 4 }])
    const sender = senderWith({ resolve })
    expect(await sender.send(post(`http://${host}/latest`))).toEqual(refused)
    expect(await sender.send(post('http://metadata.example/latest'))).toEqual(refused)
  })

  it('refuses https as http', async () => {
    const sender = senderWith()
    for (const host of ['127.0.0.1', 'localhost', 'alice.localhost', '[::1]'])
      expect(await sender.send(post(`https://${host}/`, { internalTargets: false }))).toEqual(refused)
  })

  it.each([
    '10.0.0.1',
    '172.16.3.4',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '198.18.0.1',
    '192.0.2.1',
    '224.0.0.1',
    '255.255.255.255',
    '[::]',
    '[::127.0.0.1]',
    '[::ffff:10.0.0.1]',
    '[fe80::1]',
    '[fc00::1]',
    '[fd12:3456::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b:1::1]',
    '[2002:7f00:1::]',
    '[2001:db8::1]',
  ])('refuses %s', async (host) => {
    expect(await senderWith().send(post(`http://${host}/`, { internalTargets: false }))).toEqual(refused)
  })

  it('refuses a name that resolves to internal addresses, with each connection anew', async () => {
    const { port, seen } = await receiver(ok)
    const names: string[] = []
    const sender = senderWith({
      resolve: (name, callback) => {
        names.push(name)
        callback(null, [
          { address: '127.0.0.1', family: 4 },
          { address: '::1', family: 6 },
          { address: '::ffff:10.1.2.3', family: 6 },
        ])
      },
    })
    const request = post(`http://rebound.example:${port}/`, { internalTargets: false })
    expect(await sender.send(request)).toEqual(refused)
    expect(await sender.send(request)).toEqual(refused)
    expect(seen).toEqual([])
    expect(names).toEqual(['rebound.example', 'rebound.example'])
  })

  it('connects to exactly the addresses that were looked up, once', async () => {
    const { port, seen } = await receiver(ok)
    let asked = 0
    const sender = senderWith({
      allowedHosts: ['127.0.0.1'],
      // The second answer would lead astray.
      resolve: (_name, callback) =>
        callback(null, [{ address: asked++ === 0 ? '127.0.0.1' : '127.0.0.99', family: 4 }]),
    })
    const request = post(`http://moving.example:${port}/`, { internalTargets: false })
    expect(await sender.send(request)).toEqual({ status: 200 })
    expect(asked).toBe(1)
    expect(seen[0]?.headers.host).toBe(`moving.example:${port}`)
  })

  it('looks names up in the same way where internal targets are allowed', async () => {
    const { port, seen } = await receiver(ok)
    const sender = senderWith({
      resolve: (name, callback) =>
        callback(null, name === 'inside.example' ? [{ address: '127.0.0.1', family: 4 }] : []),
    })
    expect(await sender.send(post(`http://inside.example:${port}/`))).toEqual({ status: 200 })
    expect(seen).toHaveLength(1)
    expect(await sender.send(post(`http://nowhere.example:${port}/`))).toEqual({
      error: 'The name of the receiver is not known.',
      refused: false,
    })
  })

  it('leaves out internal addresses of a name that has allowed ones', async () => {
    const { port, seen } = await receiver(ok)
    const sender = senderWith({
      allowedHosts: ['127.0.0.1'],
      resolve: (_name, callback) =>
        callback(null, [
          { address: '127.0.0.2', family: 4 },
          { address: '127.0.0.1', family: 4 },
        ]),
    })
    expect(await sender.send(post(`http://both.example:${port}/`, { internalTargets: false }))).toEqual({ status: 200 })
    expect(seen).toHaveLength(1)
  })

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.0/8', '127.0.0.1'],
    ['127.0.0.0/8', 'localhost'],
    ['localhost', 'localhost'],
    ['LocalHost.', 'localhost'],
  ])('lets pass what the operator allows: %s, for %s', async (entry, host) => {
    const { port } = await receiver(ok)
    const sender = senderWith({ allowedHosts: [entry] })
    expect(await sender.send(post(`http://${host}:${port}/`, { internalTargets: false }))).toEqual({ status: 200 })
    expect(await sender.send(post('http://10.0.0.1/', { internalTargets: false }))).toEqual(refused)
  })
})
