import type { Client, Json } from './client.ts'
import { closedMs, inactiveMs, type Acknowledged } from './load.ts'

/** What was seen of the feed so far, over all rounds. */
export interface Seen {
  after: string
  readonly ids: Set<string>
}

/** Everything that must hold after a crash; answers with what does not. */
export async function verify(client: Client, acknowledged: Acknowledged, seen: Seen): Promise<readonly string[]> {
  return [
    ...(await nothingMissing(client, acknowledged)),
    ...(await answersKept(client, acknowledged)),
    ...(await nothingTwice(client, seen)),
    ...(await lawKept(client, acknowledged)),
  ]
}

async function nothingMissing(client: Client, acknowledged: Acknowledged): Promise<string[]> {
  const wrong: string[] = []
  const clock = await client.call('GET', '/api/v1/clock')
  if (Date.parse(String(clock.body['now'])) < acknowledged.clock) wrong.push('The test clock went back.')
  await eachOf([...acknowledged.communications], async ([resourceId, { path }]) => {
    const { status, body } = await client.call('GET', path)
    if (status !== 200 || body['resourceId'] !== resourceId) wrong.push(`Acknowledged, but ${path} answers ${status}.`)
  })
  return wrong
}

async function answersKept(client: Client, acknowledged: Acknowledged): Promise<string[]> {
  const wrong: string[] = []
  await eachOf([...acknowledged.keyed], async ([key, { path, body, id }]) => {
    const answer = await client.call('POST', path, body, { 'idempotency-key': key })
    if (answer.status !== 201 || answer.body['id'] !== id)
      wrong.push(`Key ${key} was answered ${id}, and now ${answer.status}.`)
  })
  return wrong
}

async function nothingTwice(client: Client, seen: Seen): Promise<string[]> {
  const wrong: string[] = []
  for (;;) {
    const { body } = await client.call('GET', `/api/v1/events?limit=1000${seen.after && `&after=${seen.after}`}`)
    const events = body['events'] as Json[]
    for (const event of events) {
      const id = String(event['id'])
      if (seen.ids.has(id)) wrong.push(`Event ${id} is twice in the feed.`)
      seen.ids.add(id)
    }
    if (typeof body['next'] === 'string') seen.after = body['next']
    if (events.length < 1000) return wrong
  }
}

/** T14, T4: the clocks count from the last communication, and nothing was let into what was due to close. */
async function lawKept(client: Client, acknowledged: Acknowledged): Promise<string[]> {
  const wrong: string[] = []
  const now = Date.parse(String((await client.call('GET', '/api/v1/clock')).body['now']))
  await eachOf([...acknowledged.conversations], async (conversation) => {
    const said = await client.all(`/v2/Conversations/${conversation}/Communications`, 'communications')
    const times = said.map((one) => Date.parse(String(one['createdAt'])))
    for (const [i, at] of times.entries()) {
      if (i > 0 && at - (times[i - 1] ?? at) >= closedMs)
        wrong.push(`${conversation} took a communication after it was due to close.`)
    }
    const idle = now - Math.max(...times)
    const due = idle >= closedMs ? 'CLOSED' : idle >= inactiveMs ? 'INACTIVE' : 'ACTIVE'
    const { body } = await client.call('GET', `/v2/Conversations/${conversation}`)
    if (body['status'] !== due)
      wrong.push(`${conversation} is ${String(body['status'])} ${idle} ms after its last communication, not ${due}.`)
  })
  return wrong
}

async function eachOf<Item>(items: readonly Item[], look: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values()
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const item of rest) await look(item)
    }),
  )
}
