import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openAnyreach, type AnyreachHouse, type Organization } from '#conformance/anyreach-client.ts'

let house: AnyreachHouse
let shop: Organization
const ids: string[] = []
beforeAll(async () => {
  house = await openAnyreach()
  shop = await house.organization()
  const agent = await shop.agent({ welcome: 'Hello!' })
  for (let i = 0; i < 130; i++)
    ids.unshift(await shop.text(agent, { user_id: `user_${i % 2}`, custom_metadata: { i } }))
})
afterAll(() => house.stop())

const path = '/core/conversations/export'
// oxlint-disable-next-line typescript/no-explicit-any -- tests say themselves what they expect in it
const linesOf = (text: string): any[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))

describe('an export', () => {
  it('X14: has every conversation once, newest first, as the list shows it', async () => {
    const answer = await shop.ask('GET', path)
    expect(answer.headers['content-type']).toBe('application/x-ndjson; charset=utf-8')
    const lines = linesOf(answer.text)
    expect(lines.map(({ id }) => id)).toEqual(ids)
    expect(lines.slice(0, 20)).toEqual((await shop.ask('GET', '/core/conversations?limit=20')).body)
  })

  it('X14: takes the filters of the list', async () => {
    const some = linesOf((await shop.ask('GET', `${path}?user_id_exact=user_1`)).text)
    expect(some).toHaveLength(65)
    const one = linesOf((await shop.ask('GET', `${path}?custom_metadata=${encodeURIComponent('{"i":7}')}`)).text)
    expect(one.map(({ custom_metadata }) => custom_metadata)).toEqual([{ i: 7 }])
    expect((await shop.ask('GET', `${path}?agent_id=nobody`)).text).toBe('')
    expect((await shop.ask('GET', `${path}?custom_metadata=[]`)).status).toBe(422)
    expect((await shop.ask('GET', `${path}?status=over`)).status).toBe(422)
  })

  it('D5: leaves sensitive columns out for tokens that may not see them', async () => {
    const reading = await shop.limited('conversations:read')
    const [line] = linesOf((await shop.as(reading)('GET', path)).text)
    expect(line.id).toBe(ids[0])
    expect(Object.keys(line)).not.toContain('conversation')
    expect((await shop.as(await shop.limited('agents:read'))('GET', path)).status).toBe(403)
  })

  it('D10: has nothing of another organization', async () => {
    expect((await (await house.organization()).ask('GET', path)).text).toBe('')
  })

  it('waits for its reader, and at most four run at once', async () => {
    const url = await house.trial.app.listen()
    const headers = { authorization: `Bearer ${shop.token}` }
    const slow = await shop.agent()
    const text = 'x'.repeat(60_000)
    for (let i = 0; i < 150; i++) await shop.text(slow, { initial_context: text })
    const { list } = house.trial.app.services.sessions
    let read = 0
    vi.spyOn(house.trial.app.services.sessions, 'list').mockImplementation((...asked) => {
      read++
      return list(...asked)
    })
    const stopped = new AbortController()
    const opened = await Promise.all(
      Array.from({ length: 4 }, () => fetch(`${url}${path}`, { headers, signal: stopped.signal })),
    )
    expect(opened.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    await vi.waitFor(async () => expect((await fetch(`${url}${path}`, { headers })).status).toBe(429))
    // Nobody reads on: much less than all is fetched from the store.
    expect(read).toBeLessThan(4 * 6)
    stopped.abort()
    await vi.waitFor(async () => expect((await shop.ask('GET', `${path}?user_id_exact=nobody`)).status).toBe(200))
    vi.restoreAllMocks()
  })
})
