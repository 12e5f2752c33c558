import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAnyreach, type AnyreachHouse, type Organization } from '#conformance/anyreach-client.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'
import type { Scope } from './credentials/scopes.ts'
import { activeStatuses, statuses, type Status } from './vocabulary.ts'

/** The law (2.1), rule by rule, over HTTP; the document's own part is in openapi.test.ts. */

let house: AnyreachHouse
let shop: Organization
let agent: string
beforeAll(async () => {
  house = await openAnyreach()
})
afterAll(() => house.stop())
beforeEach(async () => {
  shop = await house.organization()
  agent = await shop.agent({ welcome: 'Hello!' })
})

const path = '/core/conversations'
const end = (id: string) => shop.ask('POST', `${path}/${id}/end`)
const say = (id: string, text = 'Hi') => shop.ask('POST', `${path}/${id}/messages`, { text })
const statusOf = async (id: string): Promise<Status> => (await shop.read(id)).status

/** A call to the simulator's phone with these last two digits. */
async function call(digits: string, by: string = agent): Promise<string> {
  const body = { channel: 'telephone', user_id: `+120255501${digits}`, agent_id: by }
  return (await shop.create(body)).conversation.id
}

async function web(): Promise<string> {
  return (await shop.create({ channel: 'webrtc', user_id: 'guest_1', agent_id: agent })).conversation.id
}

async function mail(): Promise<string> {
  const by = await shop.agent({ mail: { address: 'help@shop.example', subject: 'Hello' }, welcome: 'Hello!' })
  const body = { channel: 'email', user_id: 'u', agent_id: by, to_address: 'bob@example.com' }
  return (await shop.create(body)).conversation.id
}

/** Rings, and nobody decides anything. */
const ringing = '14'
const busy = '02'
const talks = '01'
const unknown = '05'

/** Ways to each terminal status, by what really happens. */
const ways: Readonly<Record<string, () => Promise<string>>> = {
  'completed by its end': async () => {
    const id = await shop.text(agent)
    await end(id)
    return id
  },
  'completed by a hang-up': async () => {
    const id = await call(talks)
    await shop.pass(2 * minuteMs)
    return id
  },
  'failed, as the number does not exist': async () => {
    const id = await call(unknown)
    await shop.pass(minuteMs)
    return id
  },
  'failed, as the agent failed': async () => {
    const id = await shop.text(agent)
    await shop.happen(id, { type: 'agent_ends', cause: 'agent_error' })
    return id
  },
  'cancelled while it rang': async () => {
    const id = await call(ringing)
    await shop.pass(10_000)
    await shop.ask('POST', `${path}/${id}/hangup`)
    return id
  },
  'cancelled, as nobody joined': async () => {
    const id = await web()
    await shop.pass(16 * minuteMs)
    return id
  },
  'transferred to somebody else': async () => {
    const speech = { by: 'script', lines: [{ say: 'A colleague goes on.', handOver: true }] }
    const id = await shop.text(await shop.agent({ speech }))
    await say(id)
    return id
  },
  'unanswered, as it was busy': async () => {
    const id = await call(busy)
    await shop.pass(minuteMs)
    return id
  },
  'unanswered, as nobody answered': async () => {
    const id = await call('03')
    await shop.pass(minuteMs)
    return id
  },
}
const terminal = Object.keys(ways)
const statusIn = (way: string): string => way.split(/[ ,]/, 1)[0] ?? ''

describe('statuses', () => {
  it('A1, A3: every conversation has one of nine statuses', async () => {
    const made = [await shop.text(agent), await call(talks), await web(), await mail()]
    for (const id of made) expect(statuses).toContain(await statusOf(id))
    const listed = (await shop.ask('GET', path)).body.map(({ status }: { status: string }) => status)
    for (const status of listed) expect(statuses).toContain(status)
  })

  it('A2: it starts in a pending or active state and ends in a terminal one', async () => {
    const made = [await shop.text(agent), await call(talks), await call(busy), await web(), await mail()]
    for (const id of made) expect(activeStatuses).toContain(await statusOf(id))
    await end(made[0] ?? '')
    await shop.pass(16 * minuteMs)
    await shop.pass(8 * 24 * 60 * minuteMs)
    for (const id of made) expect(activeStatuses).not.toContain(await statusOf(id))
  })

  it('A4: a message can be sent in an active state, and in no other', async () => {
    const id = await shop.text(agent)
    expect((await say(id)).status).toBe(200)
    for (const way of ['completed by its end', 'failed, as the agent failed', 'transferred to somebody else']) {
      const over = await (ways[way] ?? (() => shop.text(agent)))()
      const answer = await say(over)
      expect([way, answer.status, answer.body]).toEqual([way, 409, { detail: 'Conversation is not active' }])
    }
  })

  it('A4: messages are for text conversations', async () => {
    for (const id of [await call(talks), await web(), await mail()]) {
      const answer = await say(id)
      expect([answer.status, answer.body]).toEqual([409, { detail: 'Messages can only be sent to text conversations' }])
    }
  })

  it('A5: token_created: a WebRTC session waits for its user', async () => {
    expect(await statusOf(await web())).toBe('token_created')
  })

  it('A6: triggered: an outbound call was queued', async () => {
    expect(await statusOf(await call(talks))).toBe('triggered')
  })

  it('A7: ringing: the call is ringing', async () => {
    const id = await call(ringing)
    await shop.pass(10_000)
    expect(await statusOf(id)).toBe('ringing')
  })

  it('A8: in_progress: it is under way, on each channel', async () => {
    const phoned = await call(talks)
    const mailed = await mail()
    await shop.pass(8_000)
    expect(await statusOf(phoned)).toBe('in_progress')
    expect(await statusOf(mailed)).toBe('in_progress')
    expect(await statusOf(await shop.text(agent))).toBe('in_progress')
    const joined = await web()
    await shop.happen(joined, { type: 'report', attempt: 1, sequence: 1, what: { is: 'answered' } })
    expect(await statusOf(joined)).toBe('in_progress')
  })

  it.each(terminal)('A9: %s, and it does not change again', async (way) => {
    const id = await (ways[way] ?? (() => shop.text(agent)))()
    const { status, duration } = await shop.read(id)
    expect(status).toBe(statusIn(way))
    await say(id)
    await end(id)
    await shop.ask('POST', `${path}/${id}/hangup`)
    await shop.pass(30 * 24 * 60 * minuteMs)
    expect(await shop.read(id)).toMatchObject({ status, duration })
  })

  it('A10: completed: a text conversation gets there when it is ended', async () => {
    const id = await shop.text(agent)
    expect([await statusOf(id), (await end(id)).body.status, await statusOf(id)]).toEqual([
      'in_progress',
      'completed',
      'completed',
    ])
  })

  it('A11 to A14: failed, cancelled, transferred, unanswered are reached by what really happens', async () => {
    const reached = new Set<string>()
    for (const way of terminal) reached.add(await statusOf(await (ways[way] ?? (() => shop.text(agent)))()))
    expect([...reached].toSorted()).toEqual(statuses.filter((one) => !activeStatuses.has(one)).toSorted())
  })

  it('A13: a call is transferred once the agent has left it', async () => {
    const id = await call(talks)
    await shop.pass(8_000)
    const native = id.replace('conv_', 'session_')
    const handed = await shop.native.post(`/sessions/${native}/transfer`, { to: '+12025550107' })
    expect(handed.status).toBeLessThan(300)
    await shop.pass(8_000)
    const left = await shop.read(id)
    expect(left.status).toBe('transferred')
    await shop.pass(2 * minuteMs)
    expect(await shop.read(id)).toMatchObject({ status: 'transferred', duration: left.duration })
  })
})

describe('ending', () => {
  it('A15: ends a text conversation and marks it completed', async () => {
    const id = await shop.text(agent)
    const answer = await end(id)
    expect([answer.status, answer.body]).toEqual([
      200,
      { conversation_id: id, status: 'completed', duration: 0, summary: null },
    ])
    expect(await statusOf(id)).toBe('completed')
  })

  it('A16: ended again, the record is the same, to the letter', async () => {
    const id = await shop.text(await shop.agent({ makes: { summary: true } }))
    await say(id, 'Where is my order?')
    await shop.pass(312_400)
    const first = await end(id)
    const record = await shop.read(id)
    await shop.pass(60 * minuteMs)
    const again = await end(id)
    expect([again.status, again.text]).toEqual([200, first.text])
    expect(await shop.read(id)).toEqual(record)
    expect(first.body).toMatchObject({ duration: 312, summary: expect.any(String) })
    expect(record).toMatchObject({ duration: 312, summary: first.body.summary })
  })

  it('A16: many ends at once are one', async () => {
    const id = await shop.text(agent)
    const answers = await Promise.all(Array.from({ length: 8 }, () => end(id)))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
  })

  it('A17: any other channel answers 409, also where it is completed already', async () => {
    const talked = await call(talks)
    await shop.pass(2 * minuteMs)
    expect(await statusOf(talked)).toBe('completed')
    for (const id of [talked, await call(ringing), await web(), await mail()]) {
      const answer = await end(id)
      expect([answer.status, answer.body]).toEqual([409, { detail: 'Only text conversations can be ended' }])
    }
  })

  it('A18, A21: it needs write access: 403 for who may only read', async () => {
    const id = await shop.text(agent)
    for (const scope of ['conversations:read', 'conversations:read_sensitive', 'agents:manage'] as const) {
      const answer = await shop.as(await shop.limited(scope))('POST', `${path}/${id}/end`)
      expect([scope, answer.status, answer.body]).toEqual([scope, 403, { detail: expect.any(String) }])
    }
    expect(await statusOf(id)).toBe('in_progress')
    const writer = shop.as(await shop.limited('conversations:manage'))
    expect((await writer('POST', `${path}/${id}/end`)).status).toBe(200)
  })

  it.each<[string, string | undefined, Readonly<Record<string, string>>]>([
    ['nothing', undefined, {}],
    ['nothing, and its type', undefined, { 'content-type': 'application/json' }],
    ['an empty text', '', { 'content-type': 'application/json' }],
    ['an empty object', '{}', { 'content-type': 'application/json' }],
    ['an empty object without a type', '{}', {}],
    ['more than is asked for', '{"reason":"done"}', { 'content-type': 'application/json; charset=utf-8' }],
  ])('A19: no body is asked for: %s', async (_what, body, headers) => {
    const id = await shop.text(agent)
    expect((await shop.ask('POST', `${path}/${id}/end`, body, headers)).status).toBe(200)
  })

  it('A20: duration is whole seconds from the beginning; summary is null where none is made', async () => {
    const id = await shop.text(agent)
    await shop.pass(59_999)
    expect((await end(id)).body).toEqual({ conversation_id: id, status: 'completed', duration: 59, summary: null })
  })

  it('A22: 404 for what is not there, and for another organization’s (D10)', async () => {
    const other = await house.organization()
    const theirs = await other.text(await other.agent())
    for (const id of ['nope', 'conv_01m7ze0ga3e00802skfx0np58c', theirs]) {
      const answer = await end(id)
      expect([answer.status, answer.body]).toEqual([404, { detail: 'Conversation not found' }])
    }
    expect((await other.read(theirs)).status).toBe('in_progress')
  })

  it.each(['failed, as the agent failed', 'transferred to somebody else'])(
    'A23: a text conversation that is over otherwise answers 409: %s',
    async (way) => {
      const answer = await end(await (ways[way] ?? web)())
      expect([answer.status, answer.body]).toEqual([409, { detail: 'Conversation is not active' }])
    },
  )

  it('A23: cancelled and unanswered are of other channels, and answer 409 as well', async () => {
    for (const way of ['cancelled while it rang', 'cancelled, as nobody joined', 'unanswered, as it was busy']) {
      const id = await (ways[way] ?? (() => shop.text(agent)))()
      expect([way, (await end(id)).status]).toEqual([way, 409])
    }
  })

  it('A15 to A23: the order of checks is 401, 403, 404, channel, state', async () => {
    const reader = await shop.limited('conversations:read')
    const phoned = await call(unknown)
    await shop.pass(minuteMs)
    const failedText = await (ways['failed, as the agent failed'] ?? web)()
    const ask = (token: string | undefined, id: string) => shop.as(token)('POST', `${path}/${id}/end`)
    expect((await ask(undefined, 'nope')).status).toBe(401)
    expect((await ask('ak_wrong', failedText)).status).toBe(401)
    expect((await ask(reader, 'nope')).status).toBe(403)
    expect((await ask(shop.token, 'nope')).status).toBe(404)
    expect((await ask(shop.token, phoned)).body.detail).toBe('Only text conversations can be ended')
    expect((await ask(shop.token, failedText)).body.detail).toBe('Conversation is not active')
  })

  it('A24: every refusal is an object with detail, a text', async () => {
    const id = await (ways['completed by its end'] ?? web)()
    const refusals = [
      await shop.as(undefined)('GET', path),
      await shop.as(await shop.limited('agents:read'))('GET', path),
      await shop.ask('GET', `${path}/nope`),
      await shop.ask('PATCH', `${path}/${id}`, {}),
      await say(id),
      await shop.ask('POST', `${path}/${id}/messages`, {}),
      await shop.ask('POST', path, '{', { 'content-type': 'application/json' }),
      await shop.ask('POST', path, 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }),
      await shop.ask('GET', '/core/nothing'),
    ]
    expect(refusals.map(({ status }) => status)).toEqual([401, 403, 404, 405, 409, 422, 400, 415, 404])
    for (const { status, body } of refusals) {
      expect([status, Object.keys(body)]).toEqual([status, status === 422 ? ['detail', 'errors'] : ['detail']])
      expect(typeof body.detail).toBe('string')
    }
    expect(refusals[3]?.headers['allow']).toContain('GET')
  })

  it('A25: a bearer token applies to every call', async () => {
    for (const [verb, url] of [
      ['POST', path],
      ['GET', path],
      ['GET', `${path}/x`],
      ['POST', `${path}/x/messages`],
      ['POST', `${path}/x/end`],
      ['POST', `${path}/x/hangup`],
      ['POST', `${path}/x/listener-token`],
      ['POST', `${path}/dial`],
    ] as const) {
      const answer = await shop.as(undefined)(verb, url)
      expect([url, answer.status, answer.headers['www-authenticate']]).toEqual([url, 401, 'Bearer'])
      expect(answer.body).toEqual({ detail: 'Not authenticated' })
    }
  })
})

describe('hanging up (X5)', () => {
  const hangUp = (id: string) => shop.ask('POST', `${path}/${id}/hangup`)

  it('before the answer it is cancelled, afterwards completed; again the same', async () => {
    const rings = await call(ringing)
    const waits = await web()
    const goes = await call('07')
    await shop.pass(8_000)
    for (const [id, status] of [
      [rings, 'cancelled'],
      [waits, 'cancelled'],
      [goes, 'completed'],
    ] as const) {
      const first = await hangUp(id)
      expect([first.status, first.body]).toMatchObject([200, { conversation_id: id, status }])
      await shop.pass(minuteMs)
      expect((await hangUp(id)).text).toBe(first.text)
      expect(await statusOf(id)).toBe(status)
    }
  })

  it('409 for text and e-mail, and for what ended otherwise; 404 for what is not there', async () => {
    const failed = await call(unknown)
    await shop.pass(minuteMs)
    for (const id of [await shop.text(agent), await mail(), failed]) expect((await hangUp(id)).status).toBe(409)
    expect((await hangUp('nope')).status).toBe(404)
  })
})

describe('listening (4.6)', () => {
  const listen = (id: string) => shop.ask('POST', `${path}/${id}/listener-token`)

  it('404 without a room, 409 where it is not active or its user has not joined (D28)', async () => {
    const rings = await call(ringing)
    await shop.pass(8_000)
    const text = await shop.text(agent)
    expect((await listen('nope')).body).toEqual({ detail: 'Conversation not found' })
    expect([(await listen(rings)).status, (await listen(text)).status]).toEqual([404, 404])
    const waits = await web()
    await end(text)
    expect([(await listen(waits)).status, (await listen(text)).status]).toEqual([409, 409])
  })

  it('X12: whispering and barging in are for who may manage', async () => {
    const id = await web()
    const asked = (body: object, token = shop.token) => shop.as(token)('POST', `${path}/${id}/listener-token`, body)
    for (const mode of ['shout', 7]) {
      const { status, body } = await asked({ mode })
      expect([status, body.errors]).toMatchObject([422, [{ loc: ['body', 'mode'] }]])
    }
    const sees = await shop.limited('conversations:read_sensitive')
    for (const mode of ['whisper', 'barge']) {
      expect((await asked({ mode }, sees)).status).toBe(403)
      expect((await asked({ mode })).status).toBe(409) // nobody has joined
    }
    for (const body of [{}, { mode: 'listen' }, { mode: null }]) expect((await asked(body, sees)).status).toBe(409)
  })

  it('needs read_sensitive or manage', async () => {
    const id = await web()
    const asked = async (scope: Scope) =>
      (await shop.as(await shop.limited(scope))('POST', `${path}/${id}/listener-token`)).status
    expect(await asked('conversations:read')).toBe(403)
    expect(await asked('conversations:read_sensitive')).toBe(409)
    expect(await asked('conversations:manage')).toBe(409)
  })
})
