import { describe, expect, it } from 'vitest'
import { recordedSender } from '#adapters/delivery/recorded/recorded-sender.ts'
import { openMemory } from '#adapters/storage/memory/open.ts'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { writtenFeed } from '#conformance/delivery/given.ts'
import type { Announcer, Verdict } from '../ports.ts'
import { createDelivery } from './delivery.ts'
import { tokenOf } from './identity.ts'

/** An announcer that judges answers itself: 410 never, 5xx again, any other failure aside; tries after 10 s and 2 min, then no more. */
function judging(): Announcer {
  return {
    name: 'strict',
    announcements: ({ recorded }) => [
      {
        target: 'alice',
        eventType: recorded.event.type,
        frozen: {
          announcer: 'strict',
          account: recorded.account,
          url: 'https://hooks.example/alice',
          method: 'POST',
          body: recorded.id,
          token: tokenOf(recorded.id, 'alice'),
          request: null,
        },
      },
    ],
    request: ({ url, method, body }) => ({
      url,
      method,
      body,
      headers: {},
      internalTargets: false,
      connectTimeoutMs: 5_000,
      totalTimeoutMs: 10_000,
    }),
    retryAfter: (tries) => [10_000, 120_000][tries - 1],
    judge: (status): Verdict =>
      status === 200 ? 'delivered' : status === 410 ? 'never' : status >= 500 ? 'again' : 'aside',
  }
}

/** Sends events `a.1`, `a.2`, …; `a.1` is answered with `status`, as often as it is asked. */
async function play(status: number, count = 3) {
  const system = simulatedSystem(1)
  const feed = writtenFeed()
  const store = openMemory().deliveries
  const startedAt = system.now()
  const told: { readonly event: string; readonly at: number }[] = []
  const sender = recordedSender(({ body }) => {
    told.push({ event: body ?? '', at: (system.now() - startedAt) / 1000 })
    return { status: body === 'a.1' ? status : 200 }
  })
  const log = { info() {}, warn() {}, error() {} }
  const delivery = createDelivery({ feed, store, announcers: [judging()], sender, system, log })
  await delivery.start()
  for (let i = 0; i < count; i++) feed.append('a')
  return { system, told, store, delivery }
}

const eventsBefore = (told: readonly { readonly event: string; readonly at: number }[], seconds: number): string[] =>
  told.filter(({ at }) => at < seconds).map(({ event }) => event)

describe('an announcer that judges answers itself', () => {
  it('aside: what fails holds nothing back, and is tried again on schedule', async () => {
    const { system, told, store } = await play(404)
    await system.advance(1_000)
    expect(eventsBefore(told, 1)).toEqual(['a.1', 'a.2', 'a.3'])
    expect(await store.list({ account: 'acme', state: 'parked', limit: 10 })).toMatchObject([
      { event: 'a.1', tries: 1, lastStatus: 404 },
    ])
    await system.advance(300_000)
    expect(told.filter(({ event }) => event === 'a.1').map(({ at }) => Math.round(at))).toEqual([0, 10, 130])
    expect(await store.list({ account: 'acme', state: 'dead', limit: 10 })).toMatchObject([{ event: 'a.1', tries: 3 }])
  })

  it('again: what fails holds the later ones back for a while', async () => {
    const { system, told } = await play(503)
    await system.advance(9_000)
    expect(eventsBefore(told, 9)).toEqual(['a.1'])
    await system.advance(60_000)
    expect(eventsBefore(told, 61)).toContain('a.3')
  })

  it('never: what is refused so is not tried again', async () => {
    const { system, told, store } = await play(410)
    await system.advance(300_000)
    expect(told.map(({ event }) => event)).toEqual(['a.1', 'a.2', 'a.3'])
    expect(await store.list({ account: 'acme', state: 'dead', limit: 10 })).toMatchObject([{ event: 'a.1', tries: 1 }])
  })
})
