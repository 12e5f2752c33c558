import { fork, type ChildProcess } from 'node:child_process'
import { createHmac, createSecretKey } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { httpSender } from '#adapters/delivery/http/http-sender.ts'
import { openMemory } from '#adapters/storage/memory/open.ts'
import { openSqlite } from '#adapters/storage/sqlite/open.ts'
import { realSystem } from '#adapters/system/real/real-system.ts'
import { writtenFeed } from '#conformance/delivery/given.ts'
import type { Storage } from '#engine/ports.ts'
import { mintId, type Id } from '#domain/vocabulary/id.ts'
import { createDelivery } from '#services/delivery/delivery.ts'
import { tokenOf } from '#services/delivery/identity.ts'
import { hourlyForADay } from '#services/delivery/schedule.ts'
import type { Announcer, Logger } from '#services/ports.ts'
import { perSecond, type Figure } from './figures.ts'

const deliveriesMeasured = 100_000
const warmUp = 10_000
const lanes = 5_000
const said = 'Where is my parcel? I have been waiting since Tuesday. '.repeat(10)
const silentLog: Logger = { info: () => {}, warn: () => {}, error: () => {} }

/** Signed webhooks to a receiver in another process, all they take: body, signature, HTTP, order, and a row for each. */
export async function webhooks(): Promise<readonly Figure[]> {
  const receiver = fork(import.meta.filename, ['receiver'])
  const [port] = (await once(receiver, 'message')) as [number]
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-bench-'))
  try {
    const memory = await measured(openMemory(), port)
    const durable = await measured(await openSqlite({ folder }), port)
    const hung = await besideHung(port)
    return [
      { what: 'signed webhooks, rows on disk', value: perSecond(deliveriesMeasured, durable), aim: '20 k/s' },
      { what: '… rows in memory', value: perSecond(deliveriesMeasured, memory), aim: '' },
      { what: '… while half of all go to a hung receiver', value: perSecond(deliveriesMeasured / 2, hung), aim: '' },
    ]
  } finally {
    await ended(receiver)
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measured(storage: Storage, port: number): Promise<number> {
  const url = `http://127.0.0.1:${port}/hooks`
  return run(storage, () => url, warmUp, deliveriesMeasured)
}

async function besideHung(port: number): Promise<number> {
  const hung = createServer((socket) => void socket.on('error', () => {}))
  hung.listen(0, '127.0.0.1')
  await once(hung, 'listening')
  const urls = [`http://127.0.0.1:${port}/hooks`, `http://127.0.0.1:${(hung.address() as AddressInfo).port}/`] as const
  try {
    return await run(openMemory(), (n) => urls[n % 2 === 0 ? 0 : 1], 0, deliveriesMeasured)
  } finally {
    hung.close()
  }
}

/** Milliseconds until all that can be delivered is. */
async function run(storage: Storage, urlOf: (n: number) => string, before: number, count: number): Promise<number> {
  const system = realSystem()
  const feed = writtenFeed()
  const mint = (): Id => mintId(system.now(), 0, system.random(new Uint8Array(10)))
  const account = mint()
  const aggregates = Array.from({ length: lanes }, mint)
  const sender = httpSender({ system, allowedHosts: ['127.0.0.1'] })
  const announcers = [signing(urlOf)]
  const delivery = createDelivery({ feed, store: storage.deliveries, announcers, sender, system, log: silentLog })
  await delivery.start()
  const go = async (events: number): Promise<number> => {
    const started = performance.now()
    for (let i = 0; i < events; i++) feed.append(aggregates[i % lanes] ?? '', { account })
    await delivery.settled()
    return performance.now() - started
  }
  await go(before)
  const ms = await go(count)
  await delivery.stop()
  await sender.close()
  await storage.close()
  return ms
}

/** Speaks Standard Webhooks, and nothing else. */
function signing(urlOf: (n: number) => string): Announcer {
  const key = createSecretKey(Buffer.alloc(32, 7))
  return {
    name: 'bench',
    announcements: ({ recorded: { id, seq, account, event } }) => [
      {
        target: urlOf(seq),
        eventType: event.type,
        frozen: {
          announcer: 'bench',
          account,
          url: urlOf(seq),
          method: 'POST',
          body: JSON.stringify({ type: event.type, id, seq, data: { text: said } }),
          token: tokenOf(id, 'bench'),
          request: null,
        },
      },
    ],
    request({ url, method, body, token }, { at }) {
      const timestamp = String(Math.floor(at / 1000))
      const signature = createHmac('sha256', key).update(`${token}.${timestamp}.${body}`).digest('base64')
      return {
        url,
        method,
        body,
        internalTargets: false,
        connectTimeoutMs: 5_000,
        totalTimeoutMs: 15_000,
        headers: {
          'content-type': 'application/json',
          'webhook-id': token,
          'webhook-timestamp': timestamp,
          'webhook-signature': `v1,${signature}`,
        },
      }
    },
    retryAfter: hourlyForADay,
  }
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill()
  await once(child, 'exit')
}

/** A receiver that costs next to nothing: reads requests by their length and says 200. */
function receive(): void {
  const server = createServer({ noDelay: true }, answerAll)
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
}

function answerAll(socket: Socket): void {
  let unread = ''
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    unread += chunk.toString('latin1')
    for (let end = unread.indexOf('\r\n\r\n'); end >= 0; end = unread.indexOf('\r\n\r\n')) {
      const length = Number(/content-length: (\d+)/i.exec(unread.slice(0, end))?.[1] ?? 0)
      if (unread.length < end + 4 + length) return
      unread = unread.slice(end + 4 + length)
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
    }
  })
}

if (process.argv[2] === 'receiver') receive()
