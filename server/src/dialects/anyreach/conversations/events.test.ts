import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openAnyreach, type AnyreachHouse, type Organization } from '#conformance/anyreach-client.ts'
import { ask } from '#conformance/anyreach-asking.ts'
import { realSystem } from '#adapters/system/real/real-system.ts'
import { startTrial } from '#app/trial.ts'
import type { System } from '#engine/ports.ts'
import { showAgentId } from '../agents/agent-ids.ts'
import { organizationId } from '../credentials/keys.ts'

let house: AnyreachHouse
let shop: Organization
let id: string
let url: string
beforeAll(async () => {
  house = await openAnyreach()
  url = await house.trial.app.listen()
})
afterAll(() => house.stop())
beforeEach(async () => {
  shop = await house.organization()
  id = await shop.text(await shop.agent({ welcome: 'Hello!' }))
})

const path = () => `/core/conversations/${id}/events`
const say = (text: string) => shop.ask('POST', `/core/conversations/${id}/messages`, { text })
const end = () => shop.ask('POST', `/core/conversations/${id}/end`)

interface Told {
  readonly id: number
  readonly event: string
  // oxlint-disable-next-line typescript/no-explicit-any -- tests say themselves what they expect in it
  readonly data: any
}

function framesOf(text: string): readonly Told[] {
  return [...text.matchAll(/^id: (\d+)\nevent: (\S+)\ndata: (.*)$/gm)].map(([, n, event = '', data = '']) => {
    return { id: Number(n), event, data: JSON.parse(data) }
  })
}

const wordsOf = (frames: readonly Told[]) =>
  frames.map(({ event, data }) => data.status ?? data.message?.text ?? data.summary ?? event)

/** Everything a stream says until it ends by itself. */
async function whole(token = shop.token, headers = {}): Promise<readonly Told[]> {
  return framesOf((await shop.as(token)('GET', path(), undefined, headers)).text)
}

describe('the live events of a conversation', () => {
  it('X9: begin with the status as it is, and end after the last one with what was said between', async () => {
    await say('before')
    const response = await fetch(`${url}${path()}`, { headers: { authorization: `Bearer ${shop.token}` } })
    let text = ''
    const told = (async () => {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) text += chunk
    })()
    await vi.waitFor(() => expect(framesOf(text)).toHaveLength(1))
    await say('Is it blue?')
    await end()
    await told
    const frames = framesOf(text)
    expect(frames[0]).toMatchObject({
      event: 'conversation.status',
      data: { status: 'in_progress', conversation_id: id },
    })
    const words = wordsOf(frames)
    expect(words.slice(1, 2)).toEqual(['Is it blue?'])
    expect(words).toContain('completed')
    expect(words).not.toContain('before')
    const numbers = frames.map((frame) => frame.id)
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
  })

  it('X9: go on behind Last-Event-ID, without a gap and without saying anything twice', async () => {
    await say('one')
    await say('two')
    await end()
    const all = await whole(shop.token, { 'last-event-id': '0' })
    expect(wordsOf(all).slice(0, 3)).toEqual(['in_progress', 'Hello!', 'one'])
    expect(wordsOf(all).filter((word) => word === 'completed')).toHaveLength(1)
    for (const [i, { id: seen }] of all.entries())
      expect(await whole(shop.token, { 'last-event-id': String(seen) })).toEqual(all.slice(i + 1))
  })

  it('X9: of what is over say so and end', async () => {
    await end()
    expect(wordsOf(await whole())).toEqual(['completed'])
  })

  it('D5: say no words to a token that may not see them', async () => {
    await say('My secret is blue.')
    await end()
    const frames = await whole(await shop.limited('conversations:read'), { 'last-event-id': '0' })
    expect(frames.map(({ event }) => event)).toContain('message')
    expect(JSON.stringify(frames)).not.toMatch(/blue|Hello/)
  })

  it('A22: are not there for another organization, and not for tokens that may not read', async () => {
    const other = await house.organization()
    expect((await other.ask('GET', path())).status).toBe(404)
    expect((await shop.as(await shop.limited('agents:read'))('GET', path())).status).toBe(403)
    expect((await shop.ask('GET', path(), undefined, { 'last-event-id': 'x' })).status).toBe(422)
  })
})

describe('a stream', () => {
  it('X9: of a token that was revoked, or of somebody who is a member no more, ends with the next heartbeat', async () => {
    const beats: (() => void)[] = []
    const real = realSystem()
    const after: System['after'] = (ms, callback) => {
      if (callback.name !== 'beat') return real.after(ms, callback)
      beats.push(callback)
      return () => {}
    }
    const trial = await startTrial({ port: 0 }, { system: { ...real, after } })
    const { accounts, people } = trial.app.services
    const account = trial.dev.made?.account.id ?? ''
    const { body: agent } = await trial.dev.post('/agents', { name: 'Help' })
    const { body: key } = await trial.dev.post('/account/keys', {})
    const token = `ak_${key.key.sid.slice(2)}.${key.secret}`
    const made = await ask(trial, token, {
      method: 'POST',
      url: '/core/conversations',
      payload: { channel: 'text', user_id: 'user_42', agent_id: showAgentId(agent.id.slice('agent_'.length)) },
    })
    const url = `/core/conversations/${made.body.conversation.id}/events`
    const { body: person } = await trial.admin.post('/people', { name: 'bob' })
    const bob = person.id.slice('person_'.length)
    await people.join(bob, 'test', account, 'viewer')
    const { body: pat } = await trial.admin.post(`/people/${person.id}/tokens`, {})
    const headers = { 'x-anyreach-org': organizationId(account) }
    const streams = [ask(trial, token, { method: 'GET', url }), ask(trial, pat.bearer, { method: 'GET', url, headers })]
    await vi.waitFor(() => expect(beats).toHaveLength(2))
    for (const beat of beats.splice(0)) beat()
    await accounts.revokeKey(account, 'test', key.key.sid)
    await people.leave(bob, 'test', account)
    for (const beat of beats.splice(0)) beat()
    for (const { text } of await Promise.all(streams)) {
      expect(text).toContain(': still here')
      expect(text).toContain('no longer valid')
    }
    await trial.stop()
  })

  it('X9: ends with a word when the server stops, and there are at most a hundred', async () => {
    const own = await openAnyreach()
    const bank = await own.organization()
    const conversation = await bank.text(await bank.agent())
    const url = `/core/conversations/${conversation}/events`
    const open = Array.from({ length: 100 }, () => bank.ask('GET', url))
    await vi.waitFor(async () =>
      expect((await bank.ask('GET', url, undefined, { 'last-event-id': '' })).status).toBe(429),
    )
    const [texts] = await Promise.all([Promise.all(open), own.stop()])
    for (const { text } of texts) expect(text).toContain('the server is stopping; connect again with Last-Event-ID')
  })
})
