import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAnyreach, type AnyreachHouse, type Organization } from '#conformance/anyreach-client.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'

let house: AnyreachHouse
let shop: Organization
let agent: string
beforeAll(async () => {
  house = await openAnyreach()
})
afterAll(() => house.stop())
beforeEach(async () => {
  shop = await house.organization()
  agent = await shop.agent()
})

const path = '/core/conversations'
type Item = { id: string; created_at: string }

async function list(query: Readonly<Record<string, string | readonly string[]>> = {}) {
  const asked = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) asked.append(name, one)
  return shop.ask('GET', `${path}?${asked.toString()}`)
}

async function ids(query: Readonly<Record<string, string | readonly string[]>> = {}): Promise<readonly string[]> {
  const { status, body, text } = await list(query)
  if (status !== 200) throw new Error(text)
  return (body as Item[]).map(({ id }) => id)
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** All pages, as the vendor's clients read them: on from the moment of the last one, until a page is short. */
async function pagesBy(cursorOf: (last: Item) => string, limit: number): Promise<readonly Item[]> {
  const all: Item[] = []
  for (let cursor: string | undefined; ;) {
    const { body } = await list({ limit: String(limit), ...(cursor !== undefined && { cursor }) })
    all.push(...body)
    const last = all.at(-1)
    if (body.length < limit || !last) return all
    cursor = cursorOf(last)
  }
}

describe('pages (4.2, X2)', () => {
  async function several(count: number): Promise<readonly string[]> {
    const made: string[] = []
    for (let i = 0; i < count; i++) made.unshift(await shop.text(agent, { user_id: `user_${i}` }))
    return made
  }

  it.each<[string, (last: Item) => string]>([
    ['standard Base64', ({ created_at }) => base64(created_at)],
    ['without padding', ({ created_at }) => base64(created_at).replace(/=+$/, '')],
    ['URL-safe', ({ created_at }) => Buffer.from(created_at).toString('base64url')],
    ['without an offset', ({ created_at }) => base64(created_at.replace('Z', ''))],
    ['with an offset', ({ created_at }) => base64(created_at.replace('Z', '+00:00'))],
    [
      'of another offset',
      ({ created_at }) =>
        base64(Temporal.Instant.from(created_at).toString({ timeZone: '+02:00', fractionalSecondDigits: 6 })),
    ],
  ])('nothing is left out or told twice on a clock that stands still: %s', async (_what, cursorOf) => {
    const made = await several(7)
    expect((await pagesBy(cursorOf, 2)).map(({ id }) => id)).toEqual(made)
  })

  it('nor on one that runs, and the moments differ and fall', async () => {
    const running = await house.organization('wall')
    const own = await running.agent()
    const made = await Promise.all(Array.from({ length: 23 }, () => running.text(own)))
    shop = running
    const all = await pagesBy(({ created_at }) => base64(created_at), 5)
    const times = all.map(({ created_at }) => created_at)
    expect(all.map(({ id }) => id).toSorted()).toEqual(made.toSorted())
    expect(new Set(times).size).toBe(times.length)
  })

  it('X-Next-Cursor and Link lead through them, with the filters', async () => {
    const made = await several(5)
    const seen: string[] = []
    let next: string | undefined = `${path}?limit=2&channel=text`
    while (next !== undefined) {
      const answer: Awaited<ReturnType<typeof shop.ask>> = await shop.ask('GET', next)
      seen.push(...answer.body.map(({ id }: Item) => id))
      const link = /^<(.*)>; rel="next"$/.exec(answer.headers['link'] as string)?.[1]
      const cursor = answer.headers['x-next-cursor']
      expect(link && new URL(link).searchParams.get('cursor')).toBe(cursor)
      next = link && `${new URL(link).pathname}${new URL(link).search}`
      expect(next ?? 'channel=text').toContain('channel=text')
    }
    expect(seen).toEqual(made)
  })

  it('D7: 50 are usual, 200 the most; X-Total-Count says how many there are', async () => {
    await several(3)
    expect(await ids({ limit: '100000000' })).toHaveLength(3)
    expect((await list({ count: 'true', limit: '1' })).headers['x-total-count']).toBe('3')
    expect((await list({ count: 'true', user_id: 'user_1' })).headers['x-total-count']).toBe('1')
    expect((await list({ count: 'true', agent_id: 'agent_none' })).headers['x-total-count']).toBe('0')
    expect((await list()).headers['x-total-count']).toBeUndefined()
  })

  it('a cursor of a moment when nothing was made goes on from there', async () => {
    const [newest, middle, oldest] = await (async () => {
      const made: string[] = []
      for (let i = 0; i < 3; i++, await shop.pass(minuteMs)) made.unshift(await shop.text(agent))
      return made
    })()
    const at = Temporal.Instant.fromEpochMilliseconds(shop.now())
    const before = (minutes: number): string => base64(at.subtract({ minutes, seconds: 30 }).toString())
    expect(await ids({ cursor: before(0) })).toEqual([newest, middle, oldest])
    expect(await ids({ cursor: before(1) })).toEqual([middle, oldest])
    expect(await ids({ cursor: before(5) })).toEqual([])
  })

  it.each([
    ['limit', '0'],
    ['limit', '-1'],
    ['limit', 'many'],
    ['limit', '2.5'],
    ['cursor', 'yesterday'],
    ['cursor', base64('yesterday')],
    ['cursor', base64('2026-11')],
    ['cursor', ''],
    ['status', 'busy'],
    ['channel', 'fax'],
    ['direction', 'sideways'],
    ['duration_above', 'long'],
    ['user_turn_count_below', ''],
    ['custom_metadata', '[1]'],
    ['custom_metadata', '{'],
    ['created_after', 'yesterday'],
    ['updated_before', '2026-11-20T09:00:00[Europe/Paris]'],
    ['created_before', '2026-02-30'],
    ['count', 'yes'],
  ])('422 for %s=%s', async (name, value) => {
    const answer = await list({ [name]: value })
    expect([answer.status, answer.body.errors[0].loc[0], answer.body.errors[0].loc[1]]).toEqual([422, 'query', name])
  })

  it('D8: names it does not know are ignored', async () => {
    const [only] = await several(1)
    expect(await ids({ shoe_size: '9' })).toEqual([only])
  })
})

describe('filters (4.2, X11)', () => {
  it('direction, channel, status and agent, several at once', async () => {
    const other = await shop.agent({ name: 'Other' })
    const text = await shop.text(agent)
    const ended = await shop.text(other)
    await shop.ask('POST', `${path}/${ended}/end`)
    const { conversation: web } = await shop.create({ channel: 'webrtc', user_id: 'guest_1', agent_id: agent })
    const { conversation: call } = await shop.create({ channel: 'telephone', user_id: '+12025550102', agent_id: other })
    await shop.pass(minuteMs)
    expect(await ids({ direction: 'outbound' })).toEqual([call.id])
    expect(await ids({ channel: 'text' })).toEqual([ended, text])
    expect(await ids({ channel: ['telephone', 'webrtc'] })).toEqual([call.id, web.id])
    expect(await ids({ status: 'in_progress' })).toEqual([text])
    expect(await ids({ status: ['completed', 'unanswered', 'token_created'] })).toEqual([call.id, web.id, ended])
    expect(await ids({ agent_id: other })).toEqual([call.id, ended])
    expect(await ids({ agent_id: other, status: 'completed', channel: 'text' })).toEqual([ended])
    expect(await ids({ agent_version_id: (await shop.read(text)).agent_version_id })).toEqual([web.id, text])
    expect(await ids({ agent_version_id: 'agv_none' })).toEqual([])
    expect(await ids({ web_widget_id: 'widget_none' })).toEqual([])
  })

  it('user_id is a part in any case, user_id_exact the whole', async () => {
    const anna = await shop.text(agent, { user_id: 'Anna_1' })
    const annabel = await shop.text(agent, { user_id: 'anna_10' })
    const { conversation: mail } = await shop.create({
      channel: 'email',
      user_id: 'ANNA_1',
      agent_id: await shop.agent({ mail: { address: 'a@shop.example', subject: 'x' } }),
      to_address: 'bob@example.com',
    })
    expect(await ids({ user_id: 'anna_1' })).toEqual([mail.id, annabel, anna])
    expect(await ids({ user_id_exact: 'Anna_1' })).toEqual([anna])
    expect(await ids({ user_id_exact: 'ANNA_1' })).toEqual([mail.id])
    expect(await ids({ user_id: 'bob@' })).toEqual([])
    expect(await ids({ agent_number: '@shop' })).toEqual([mail.id])
    expect(await ids({ agent_number: 'agent' })).toEqual([])
  })

  it('duration and turns are inclusive; what has none fits neither', async () => {
    const quick = await shop.text(agent)
    const long = await shop.text(agent)
    await shop.ask('POST', `${path}/${quick}/end`)
    await shop.ask('POST', `${path}/${long}/messages`, { text: 'Hi' })
    await shop.pass(90_000)
    await shop.ask('POST', `${path}/${long}/messages`, { text: 'Hi again' })
    await shop.ask('POST', `${path}/${long}/end`)
    const open = await shop.text(agent)
    expect(await ids({ duration_above: '90' })).toEqual([long])
    expect(await ids({ duration_above: '0', duration_below: '89.5' })).toEqual([quick])
    expect(await ids({ duration_above: '-1' })).toEqual([long, quick])
    expect(await ids({ user_turn_count_above: '2' })).toEqual([long])
    expect(await ids({ user_turn_count_below: '1' })).toEqual([open, quick])
  })

  it('of telephone calls the turns are counted as well', async () => {
    const { conversation } = await shop.create({ channel: 'telephone', user_id: '+12025550101', agent_id: agent })
    await shop.pass(2 * minuteMs)
    const { user_turn_count: turns } = await shop.read(conversation.id)
    expect(await ids({ user_turn_count_above: String(turns), user_turn_count_below: String(turns) })).toHaveLength(1)
    expect(await ids({ user_turn_count_above: String(turns + 1) })).toEqual([])
  })

  it('custom_metadata is contained: objects by key, lists as sets', async () => {
    const metadata = { order_id: '123', tags: ['a', 'b', 'a'], deep: { x: 1, y: null }, anyreach_campaign: 'Spring' }
    const one = await shop.text(agent, { custom_metadata: metadata })
    const two = await shop.text(agent, { custom_metadata: { order_id: 123 } })
    const all = [two, one]
    const fits: [object, readonly string[]][] = [
      [{}, all],
      [{ order_id: '123' }, [one]],
      [{ order_id: 123 }, [two]],
      [{ tags: ['b', 'a'] }, [one]],
      [{ tags: ['c'] }, []],
      [{ deep: { y: null } }, [one]],
      [{ deep: {} }, [one]],
      [{ deep: { z: 1 } }, []],
      [{ anyreach_campaign: 'Spring', order_id: '123' }, [one]],
    ]
    for (const [part, found] of fits)
      expect([part, await ids({ custom_metadata: JSON.stringify(part) })]).toEqual([part, found])
  })

  it('moments are inclusive to the microsecond', async () => {
    const first = await shop.text(agent)
    await shop.pass(minuteMs)
    const second = await shop.text(agent)
    const { created_at } = await shop.read(second)
    const later = Temporal.Instant.from(created_at).add({ microseconds: 1 }).toString()
    const sooner = Temporal.Instant.from(created_at).subtract({ microseconds: 1 }).toString()
    expect(await ids({ created_after: created_at })).toEqual([second])
    expect(await ids({ created_after: later })).toEqual([])
    expect(await ids({ created_before: created_at })).toEqual([second, first])
    expect(await ids({ created_before: sooner })).toEqual([first])
    expect(await ids({ created_after: created_at, created_before: created_at })).toEqual([second])
  })

  it('a moment without an offset is in UTC, and a date is its midnight', async () => {
    const only = await shop.text(agent)
    const { created_at } = await shop.read(only)
    const exact = created_at.replace('Z', '')
    const [today = ''] = created_at.split('T')
    const tomorrow = Temporal.PlainDate.from(today).add({ days: 1 }).toString()
    for (const field of ['created', 'updated']) {
      expect(await ids({ [`${field}_after`]: exact, [`${field}_before`]: exact })).toEqual([only])
      expect(await ids({ [`${field}_after`]: today, [`${field}_before`]: tomorrow })).toEqual([only])
      expect(await ids({ [`${field}_after`]: tomorrow })).toEqual([])
    }
    const { text } = await shop.ask('GET', `${path}/export?created_after=${exact}&created_before=${tomorrow}`)
    expect(JSON.parse(text).id).toBe(only)
  })

  it('updated_* goes by the last change of any kind (D27)', async () => {
    const first = await shop.text(agent)
    await shop.text(agent)
    await shop.pass(minuteMs)
    await shop.ask('POST', `${path}/${first}/messages`, { text: 'Hi' })
    const { updated_at } = await shop.read(first)
    expect(await ids({ updated_after: updated_at })).toEqual([first])
    await shop.pass(minuteMs)
    await shop.ask('POST', `${path}/${first}/end`)
    expect((await shop.read(first)).updated_at > updated_at).toBe(true)
    expect(await ids({ updated_before: updated_at })).toHaveLength(1)
  })
})

describe('very large conversations', () => {
  const times = { created_at: '2024-01-01T00:00:00Z', ended_at: '2024-01-01T00:05:00Z', status: 'completed' }
  const said = { type: 'turn', role: 'user', text: 'x'.repeat(240 * 1024), created_at: times.created_at }

  it('make a page shorter, which says where the next one begins', async () => {
    const conversations = Array.from({ length: 4 }, () => {
      return { ...times, channel: 'text', user_id: 'u', agent_id: agent, items: [said] }
    })
    for (let i = 0; i < 18; i++) await shop.ask('POST', `${path}/import`, { conversations })
    const first = await list({ limit: '200' })
    expect(first.text.length).toBeLessThanOrEqual(16 * 1024 * 1024)
    expect(first.body.length).toBeGreaterThan(60)
    expect(first.body.length).toBeLessThan(72)
    const rest = await list({ limit: '200', cursor: String(first.headers['x-next-cursor']) })
    expect(rest.headers['x-next-cursor']).toBeUndefined()
    const all = [...first.body, ...rest.body].map(({ id }: Item) => id)
    expect([all.length, new Set(all).size]).toEqual([72, 72])
    // Who may not see what was said is given whole pages.
    const reader = shop.as(await shop.limited('conversations:read'))
    expect((await reader('GET', `${path}?limit=200`)).body).toHaveLength(72)
  })
})
