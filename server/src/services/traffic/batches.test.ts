import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { alice, bob, ended, idOf, openHouse, received, sent, started, uttered, type House } from '#conformance/house.ts'
import { configuration } from '#domain/configuration/configuration.ts'
import type { Ask, Engine } from '#engine/api.ts'
import type { TrafficEvent, TrafficResult } from '../api.ts'
import { Roster } from '../roster.ts'
import { createTraffic } from './traffic.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(() => house.close())

async function texts(id: string): Promise<readonly string[]> {
  const page = await house.services.conversations.communications(house.account, id, { after: 0, limit: 1_000 })
  return (page?.items ?? []).map(({ communication }) => communication.content.text)
}
const once = (key: string): Ask<readonly TrafficResult[]> => ({
  ...house.ask,
  once: { scope: 'native|traffic', key, fingerprint: 'same', render: () => ({ status: 200, headers: {}, body: '' }) },
})

describe('many events at once', () => {
  it('keep their order within a conversation, and their place in the answer', async () => {
    await house.configure()
    const customers = Array.from({ length: 20 }, (_, i) => `+1415555${String(1000 + i)}`)
    const events = Array.from({ length: 1_000 }, (_, i) => {
      const customer = customers[i % 20]!
      return i % 3 === 0 ? sent({ to: customer, text: `${i}` }) : received({ from: customer, text: `${i}` })
    })
    const results = await house.send(...events)
    expect(results).toHaveLength(1_000)
    const conversations = await house.conversations()
    expect(conversations).toHaveLength(20)
    for (const { id } of conversations) {
      const places = results.flatMap((result, i) =>
        'conversationId' in result && result.conversationId === id ? [`${i}`] : [],
      )
      expect(places).toHaveLength(50)
      expect(await texts(id)).toEqual(places)
    }
  })

  it('keep their order across a call and its words, whoever else talks in between', async () => {
    await house.configure()
    const calls = Array.from({ length: 12 }, (_, i) => `CA${i}`)
    const events: TrafficEvent[] = [
      ...calls.map((call, i) => started(call, { from: `+1415555${2000 + i}` })),
      ...calls.flatMap((call) => [uttered(call, 'one'), uttered(call, 'two')]),
      ...calls.map((call) => ended(call)),
    ]
    const results = await house.send(...events)
    expect(results.map(({ status }) => status)).toEqual([
      ...calls.map(() => 'noted'),
      ...calls.flatMap(() => ['recorded', 'recorded']),
      ...calls.map(() => 'ended'),
    ])
    for (const { id, status } of await house.conversations()) {
      expect(status).toBe('closed')
      expect(await texts(id)).toEqual(['one', 'two'])
    }
  })

  it('of one customer on many calls stay within what a unit may set off', async () => {
    await house.configure()
    const calls = Array.from({ length: 30 }, (_, i) => `CA${i}`)
    await house.send(...calls.map((call) => started(call)), ...calls.map((call) => uttered(call)))
    const [conversation] = await house.conversations()
    await house.services.conversations.change(house.ask, conversation!.id, { status: 'closed' })
    const words = await house.send(...calls.map((call) => uttered(call, 'on')))
    const ends = await house.send(...calls.map((call) => ended(call)))
    expect(new Set([...words, ...ends].map(({ status }) => status))).toEqual(new Set(['recorded', 'ended']))
    expect((await house.conversations()).map(({ status }) => status)).toEqual(['closed', 'closed'])
  })

  it('of a call that is started and ended over and over are all taken', async () => {
    await house.configure()
    await house.send(received())
    const restarts = Array.from({ length: 20 }, () => [started('CA1'), ended('CA1')]).flat()
    const results = await house.send(received({ from: bob }), ...restarts)
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['recorded', 'attached', 'ended']))
    expect(await house.conversations()).toHaveLength(2)
  })

  it('of a call that is sent to and fro between two conversations are all taken', async () => {
    const configurationId = await house.configure()
    const ids: string[] = []
    for (let i = 0; i < 2; i++) {
      const { value } = await house.services.conversations.create(house.ask, { configurationId, participants: [] })
      if (value && 'created' in value) ids.push(value.created.conversation.id)
    }
    const moves = Array.from({ length: 20 }, (_, i) => started('CA1', { conversationId: ids[i % 2]! }))
    expect((await house.send(...moves)).map(idOf)).toEqual(moves.map((_, i) => ids[i % 2]))
  })

  it('are answered one by one when the house breaks on some of them', async () => {
    await house.configure()
    const logged: object[] = []
    const log = (facts: object): void => void logged.push(facts)
    const engine: Pick<Engine, 'execute'> = {
      execute: (ask, program) => {
        const breaking: typeof program = (unit) => {
          const value = program(unit)
          if (JSON.stringify(value).includes('"ended"')) throw new TypeError('secret words')
          return value
        }
        return house.engine.execute(ask, breaking)
      },
    }
    const live = new Roster(house.engine, configuration, 'all', ({ status }) => status === 'live')
    const traffic = createTraffic({ engine, live, log: { info: log, warn: log, error: log } })
    const events = [started('CA1'), received({ from: bob }), ended('CA1')]
    for (const ask of [house.ask, once('k')]) {
      const outcome = await traffic.ingest(ask, events)
      expect(outcome.value?.[1]).toMatchObject({ status: 'recorded' })
      expect(outcome.value?.[2]).toMatchObject({ status: 'refused', refusal: { code: 'unavailable' } })
    }
    expect(logged).toHaveLength(2)
    expect(logged[0]).toMatchObject({ account: house.account, error: 'TypeError' })
    expect(JSON.stringify(logged)).not.toContain('secret')
  })

  it('do not suffer from a bad one', async () => {
    await house.configure()
    const results = await house.send(
      received({ text: 'one' }),
      received({ from: '' }),
      uttered('CA9'),
      received({ text: 'two' }),
    )
    expect(results.map(({ status }) => status)).toEqual(['recorded', 'refused', 'refused', 'recorded'])
    const [conversation] = await house.conversations()
    expect(await texts(conversation!.id)).toEqual(['one', 'two'])
  })

  it("are answered with the house's refusal when it can take none of them", async () => {
    await house.configure()
    await house.send(received())
    await house.storage.close()
    const outcome = await house.services.traffic.ingest(house.ask, [received(), received({ from: bob })])
    expect(outcome.refusal?.code).toBe('unavailable')
  })

  it('come in through requests side by side without making two conversations of one', async () => {
    await house.configure()
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => house.send(i % 2 ? received() : sent(), received({ from: bob }))),
    )
    expect(await house.conversations()).toHaveLength(2)
  })
})

describe('a batch under an idempotency key', () => {
  it('is recorded once, and answered alike each time', async () => {
    await house.configure()
    const events = [received({ text: 'one' }), received({ from: bob }), received({ text: 'two' })]
    const first = await house.services.traffic.ingest(once('k'), events)
    const second = await house.services.traffic.ingest(once('k'), events)
    expect(second).toEqual(first)
    const [conversation] = await house.conversations()
    expect(await texts(conversation!.id)).toEqual(['one', 'two'])
  })

  it('is recorded once when its twins run side by side', async () => {
    await house.configure()
    const events = [received({ text: 'one' }), received({ text: 'two' })]
    await Promise.all([1, 2, 3].map(() => house.services.traffic.ingest(once('k'), events)))
    const [conversation] = await house.conversations()
    expect(await texts(conversation!.id)).toEqual(['one', 'two'])
  })

  it('may be repeated for those items that were refused', async () => {
    await house.configure()
    const events = [received({ text: 'one' }), uttered('CA1', 'two')]
    const first = await house.services.traffic.ingest(once('k'), events)
    expect(first.value?.map(({ status }) => status)).toEqual(['recorded', 'refused'])
    await house.send(started('CA1'))
    const second = await house.services.traffic.ingest(once('k'), events)
    expect(second.value?.map(({ status }) => status)).toEqual(['recorded', 'recorded'])
    const [conversation] = await house.conversations()
    expect(await texts(conversation!.id)).toEqual(['one', 'two'])
  })

  it('keeps the note of words that came late, and answers for them alike', async () => {
    const configurationId = await house.configure()
    const [first] = await house.send(started('CA1', { configurationId }), uttered('CA1'), ended('CA1'))
    for (let i = 0; i < 2; i++) {
      const outcome = await house.services.traffic.ingest(once('k'), [uttered('CA1', 'late')])
      expect(outcome.value).toMatchObject([{ status: 'refused', refusal: { code: 'stream_ended' } }])
    }
    const timeline = await house.services.conversations.timeline(house.account, idOf(first), { after: 0, limit: 100 })
    expect(timeline?.items.filter(({ event }) => event.type === 'late.refused')).toHaveLength(1)
  })

  it('refuses other content under the same key', async () => {
    await house.configure()
    await house.services.traffic.ingest(once('k'), [received()])
    const { once: same, ...rest } = once('k')
    const other = await house.services.traffic.ingest({ ...rest, once: { ...same!, fingerprint: 'other' } }, [
      received({ from: alice, text: 'x' }),
    ])
    expect(other.refusal?.code).toBe('idempotency_reused')
  })
})
