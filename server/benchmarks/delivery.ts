import { createHmac, createSecretKey } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
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
import { openReceiver } from './receiver.ts'

const deliveriesMeasured = 100_000
const warmUp = 10_000
const lanes = 5_000
const said = 'Where is my parcel? I have been waiting since Tuesday. '.repeat(10)
const silentLog: Logger = { info: () => {}, warn: () => {}, error: () => {} }

/** Signed webhooks to a receiver in another process, all they take: body, signature, HTTP, order, and a row for each. */
export async function webhooks(): Promise<readonly Figure[]> {
  const receiver = await openReceiver()
  const folder = mkdtempSync(join(tmpdir(), 'colloquy-bench-'))
  try {
    const memory = await measured(openMemory(), receiver.url)
    const durable = await measured(await openSqlite({ folder }), receiver.url)
    const hung = await besideHung(receiver.url)
    return [
      { what: 'signed webhooks, rows on disk', value: perSecond(deliveriesMeasured, durable), aim: '20 k/s' },
      { what: '… rows in memory', value: perSecond(deliveriesMeasured, memory), aim: '' },
      { what: '… while half of all go to a hung receiver', value: perSecond(deliveriesMeasured / 2, hung), aim: '' },
    ]
  } finally {
    await receiver.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measured(storage: Storage, url: string): Promise<number> {
  return run(storage, () => url, warmUp, deliveriesMeasured)
}

async function besideHung(url: string): Promise<number> {
  const hung = createServer((socket) => void socket.on('error', () => {}))
  hung.listen(0, '127.0.0.1')
  await once(hung, 'listening')
  const urls = [url, `http://127.0.0.1:${(hung.address() as AddressInfo).port}/`] as const
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
