import { afterEach, describe, expect, it } from 'vitest'
import { phones, type CallsHouse } from '#conformance/calls-house.ts'
import { codeOf, entered, must, openedRoom, settled, type Guest, type Opening } from '#conformance/rooms-house.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'
import { stream as streamNoun } from '#domain/stream/stream.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { TurnInput, TurnReply } from '../calls/ports.ts'
import type { WrittenDraft } from '../texts/api.ts'
import type { Seat } from './api.ts'

let house: CallsHouse
afterEach(() => house?.close())

const graceMs = 10_000

const settle = (): Promise<void> => settled(house)
const enter = (seat: Seat): Promise<Guest> => entered(house, seat)

/** Its house is the present one. */
async function opened(opening: Opening = {}) {
  const room = await openedRoom(opening)
  house = room.house
  return room
}

describe('a browser session', () => {
  it('A5: waits for its user, who joins with the token, talks with the agent, and leaves', async () => {
    const { id, view, greeting, repeated, join, seat } = await opened()
    expect(view.session).toMatchObject({ kind: 'browser', direction: 'inbound', state: 'joining', user: 'bob' })
    expect([greeting, repeated, join.room, join.url]).toEqual([null, false, `room_${id}`, 'ws://colloquy.test/rooms'])
    expect(join.expiresAt).toBe(view.session.createdAt + 15 * minuteMs)
    expect(seat).toMatchObject({ role: 'user', identity: 'bob', session: id, account: house.account })

    const bob = await enter(seat)
    expect(bob.view.session.state).toBe('live')
    expect(bob.said()).toEqual(['agent: Hello, this is the shop.'])
    expect(await bob.say('When do you open?')).toBeUndefined()
    await settle()
    expect(bob.said().slice(1)).toEqual(['user: When do you open?', 'agent: We open at nine.'])
    await bob.leave()
    await settle()
    expect(bob.kinds().at(-1)).toBe('over')
    expect(await house.session(id)).toMatchObject({
      state: 'ended',
      outcome: 'completed',
      end: { cause: 'user_hangup', by: 'user' },
      userTurns: 1,
    })
    expect(await house.states(id)).toEqual(['joining', 'live', 'wrapping', 'ended'])
    expect(codeOf(await bob.say('Are you there?'))).toBe('closed')
    expect(codeOf(await house.services.rooms.refusal(seat))).toBe('closed')
    expect(codeOf(await house.services.rooms.enter(seat, () => {}))).toBe('closed')
  })

  it('ends when its agent ends it: everybody hears the goodbye first', async () => {
    const { id, seat } = await opened()
    const bob = await enter(seat)
    await bob.say('Bye')
    await settle()
    expect(bob.said().at(-1)).toBe('agent: Goodbye.')
    expect(bob.kinds().at(-1)).toBe('over')
    expect(await house.session(id)).toMatchObject({ outcome: 'completed', end: { cause: 'agent_hangup' } })
  })

  it('ends when it is hung up by request, live or still waiting for its user (A12)', async () => {
    const { id, seat, agent } = await opened()
    const bob = await enter(seat)
    await house.services.sessions.hangUp(house.ask, id)
    await settle()
    expect(bob.kinds().at(-1)).toBe('over')
    expect(await house.session(id)).toMatchObject({ state: 'ended', end: { cause: 'request_hangup' } })

    const other = must(await house.services.rooms.open(house.ask, { agent: { id: agent }, user: 'carol', data: null }))
    await house.services.sessions.hangUp(house.ask, other.view.session.id)
    expect(await house.session(other.view.session.id)).toMatchObject({
      state: 'ended',
      outcome: 'canceled',
      end: { cause: 'canceled_by_request' },
    })
    const late = must(house.services.rooms.read(other.join.token))
    expect(codeOf(await house.services.rooms.enter(late, () => {}))).toBe('closed')
  })

  it('ends by silence and by its longest duration, as calls do', async () => {
    const { id, seat, agent } = await opened({
      agent: { limits: { silenceMs: 20_000, lastWords: 'Still there? Bye.' } },
    })
    const bob = await enter(seat)
    await house.pass(minuteMs)
    await settle()
    expect(bob.said().at(-1)).toBe('agent: Still there? Bye.')
    expect(await house.session(id)).toMatchObject({ outcome: 'completed', end: { cause: 'silence' } })
    expect(bob.kinds().at(-1)).toBe('over')

    const draft = { agent: { id: agent }, user: 'carol', data: null, policy: { maxMs: 60_000, silenceMs: null } }
    const other = must(await house.services.rooms.open(house.ask, draft))
    await enter(must(house.services.rooms.read(other.join.token)))
    await house.pass(minuteMs)
    expect(await house.session(other.view.session.id)).toMatchObject({ end: { cause: 'max_duration' } })
  })

  it('asks a user who says nothing whether they are there', async () => {
    const { seat } = await opened({ agent: { limits: { askOnlineMs: 10_000 } } })
    const bob = await enter(seat)
    await house.pass(11_000)
    await settle()
    expect(bob.said().at(-1)).toBe('agent: Are you still there?')
  })

  it('fails when its agent fails, and what the user said is kept', async () => {
    const turn = async ({ on }: TurnInput): Promise<TurnReply> => {
      if (on === 'start') return { say: 'Hello' }
      throw new TypeError('secret')
    }
    const { id, seat } = await opened({ runtime: { turn } })
    const bob = await enter(seat)
    await bob.say('Hello?')
    await settle()
    const ended = await house.session(id)
    expect(ended).toMatchObject({ outcome: 'failed', end: { cause: 'agent_error' } })
    expect(await house.services.sessions.transcript(ended)).toEqual([
      { who: 'agent', text: 'Hello' },
      { who: 'user', text: 'Hello?' },
    ])
  })

  it('cannot be put through to somebody: its agent is told so and goes on', async () => {
    const asked: TurnInput[] = []
    const replies: readonly TurnReply[] = [{}, { transfer: { to: phones.ordinary } }, { say: 'I cannot.' }]
    const turn = async (input: TurnInput): Promise<TurnReply> => {
      asked.push(input)
      return replies[asked.length - 1] ?? { say: 'Still not.' }
    }
    const { id, seat } = await opened({ runtime: { turn } })
    const bob = await enter(seat)
    await bob.say('A person, please.')
    await settle()
    expect(asked.at(-1)).toMatchObject({ on: 'transfer_failed', news: { reason: 'not_allowed' } })
    expect(bob.said().at(-1)).toBe('agent: I cannot.')
    await bob.say('Really?')
    await settle()
    expect(bob.said().at(-1)).toBe('agent: Still not.')
    expect(await house.session(id)).toMatchObject({ state: 'live' })
  })

  it('A13: is handed over, for the agent leaves its user to somebody else', async () => {
    const replies: readonly TurnReply[] = [{}, { say: 'Bob takes over.', handOver: { note: 'too hard' } }]
    let asked = 0
    const turn = async (): Promise<TurnReply> => replies[asked++] ?? {}
    const { id, seat } = await opened({ runtime: { turn } })
    const bob = await enter(seat)
    await bob.say('A person, please.')
    await settle()
    expect(bob.said().at(-1)).toBe('agent: Bob takes over.')
    expect(await house.session(id)).toMatchObject({
      outcome: 'transferred',
      end: { cause: 'handed_over', by: 'agent', note: 'too hard' },
    })
  })

  it('is VOICE of a conversation, in a stream of call type CLIENT, with what its turns took and its tools', async () => {
    const call = { id: 'c1', name: 'look_up', arguments: {}, output: 'nine', isError: false, latencyMs: 3 }
    const widgets = [{ type: 'info', data: { hours: 'nine' } }]
    const turn = async ({ on }: TurnInput): Promise<TurnReply> =>
      on === 'start' ? { say: 'Hello' } : { say: 'At nine.', toolCalls: [call], widgets, took: { firstWordMs: 2 } }
    const { id, seat } = await opened({ runtime: { turn } })
    const bob = await enter(seat)
    await bob.say('When do you open?')
    await settle()
    const [conversation, ...more] = await house.conversations()
    expect(more).toEqual([])
    expect(conversation).toMatchObject({
      status: 'active',
      participants: [
        { type: 'customer', addresses: [{ channel: 'VOICE', address: 'bob' }] },
        { type: 'agent', addresses: [{ channel: 'VOICE' }] },
      ],
      voice: { open: [{ callSid: id, spoken: true }] },
    })
    const stream = await house.engine.execute({ account: house.account, by: 'test' }, (unit) =>
      unit.state(streamNoun, must(unit.holders({ kind: 'call', key: id })[0])),
    )
    expect(stream.value).toMatchObject({ callType: 'CLIENT', direction: 'inbound', from: 'bob' })
    const events = await house.events(id)
    const userWords = events.flatMap((event) =>
      event.type === 'turn.taken' && event.who === 'user' ? [event.words] : [],
    )
    expect(events.find(({ type }) => type === 'tool.called')).toMatchObject({ call, after: userWords[0] })
    expect(events.findLast(({ type }) => type === 'turn.taken')).toMatchObject({
      who: 'agent',
      words: expect.any(String),
      took: { totalMs: expect.any(Number), firstWordMs: 2 },
      widgets,
    })
    await bob.leave()
    expect((await house.conversations())[0]).toMatchObject({ status: 'closed' })
  })
})

describe('what its agent used', () => {
  const call = { id: 'c1', name: 'refund', arguments: {}, output: 'done', isError: false, latencyMs: 3 }

  it('is kept though the turn comes to nothing, and shortened where it is too long', async () => {
    const turn = async ({ on, onTool }: TurnInput): Promise<TurnReply> => {
      if (on === 'start') return { say: 'Hello', toolCalls: [{ ...call, name: 'look', output: 'o'.repeat(70_000) }] }
      onTool?.(call)
      throw new Error('no')
    }
    const { id, seat } = await opened({ runtime: { turn } })
    const bob = await enter(seat)
    await bob.say('refund me')
    await settle()
    expect(await house.session(id)).toMatchObject({ end: { cause: 'agent_error' } })
    const view = await house.services.sessions.get(house.account, id)
    const items = await house.services.texts.items(view!)
    expect(
      items.map((item) => (item.is === 'turn' ? item.text : `${item.call.name} ${String(item.call.output)}`)),
    ).toEqual(['look left out: too long', 'Hello', 'refund me', 'refund done'])
  })
})

describe('who said what', () => {
  it.each(['tel:+14155551234', 'Bob@EXAMPLE.com', '+1 (415) 555-1234'])(
    'is what the turns say, however the user is called: %s',
    async (user) => {
      const { id, seat } = await opened({ draft: { user } })
      const bob = await enter(seat)
      await bob.say('When do you open?')
      await settle()
      const said = await house.services.sessions.transcript(await house.session(id))
      expect(said.map(({ who }) => who)).toEqual(['agent', 'user', 'agent'])
    },
  )
})

describe('a session of the same reference', () => {
  it('is the one that is there, with a token anew; of another user it is refused', async () => {
    const { id, agent, join } = await opened({ draft: { reference: { key: 'order 1' } } })
    const draft = { agent: { id: agent }, user: 'bob', data: null, reference: { key: 'order 1' } }
    const again = must(await house.services.rooms.open(house.ask, draft))
    expect([again.repeated, again.view.session.id]).toEqual([true, id])
    expect(again.join.token).not.toBe(join.token)
    expect(again.join.expiresAt).toBe(join.expiresAt)
    const [one, other] = await Promise.all([
      house.services.rooms.open(house.ask, { ...draft, reference: { key: 'order 2' } }),
      house.services.rooms.open(house.ask, { ...draft, reference: { key: 'order 2' } }),
    ])
    expect(must(one).view.session.id).toBe(must(other).view.session.id)
    expect(must(one).repeated).not.toBe(must(other).repeated)
    const taken = await house.services.rooms.open(house.ask, { ...draft, user: 'carol' })
    expect(taken).toMatchObject({ refusal: { code: 'in_use', conflicting: { noun: 'session', id } } })
  })

  it('is not made of an agent with itself', async () => {
    const { agent } = await opened()
    const draft = { agent: { id: agent }, user: `agent_${agent}`, data: null }
    expect(await house.services.rooms.open(house.ask, draft)).toMatchObject({
      refusal: { code: 'invalid', field: 'user' },
    })
  })

  it.each([
    ['an agent that is none', { agent: { id: '01ka7n36096q14dr9gpqy77zxy' } }, 'not_found', 'agentId'],
    ['a version that is none', { version: 9 }, 'not_found', 'version'],
    ['nobody', { user: ' ' }, 'invalid', 'user'],
    ['too long a name', { user: 'x'.repeat(255) }, 'invalid', 'user'],
    ['too much context', { context: 'x'.repeat(64 * 1024 + 1) }, 'invalid', 'order.context'],
    ['too much data', { data: { text: 'x'.repeat(26_000) } }, 'invalid', 'data'],
    ['too short a life', { policy: { tokenMs: 29_999 } }, 'invalid', 'policy.tokenMs'],
    ['too long a life', { policy: { tokenMs: 86_400_001 } }, 'invalid', 'policy.tokenMs'],
  ])('is not made of %s', async (_name, wrong: Partial<WrittenDraft> & { version?: number }, code, field) => {
    const { version, ...more } = wrong
    const { agent: id } = await opened()
    const agent = { id, ...(version !== undefined && { version }) }
    const refused = await house.services.rooms.open(house.ask, { agent, user: 'bob', data: null, ...more })
    expect(refused).toMatchObject({ refusal: { code, field } })
  })
})

describe('A12: a token that is not used', () => {
  it('ends the session as canceled when it expires', async () => {
    const { id, seat, join } = await opened({ draft: { policy: { tokenMs: 60_000 } } })
    await house.pass(minuteMs)
    const ended = await house.session(id)
    expect(ended).toMatchObject({
      state: 'ended',
      outcome: 'canceled',
      end: { cause: 'token_expired', by: 'deadline' },
    })
    expect(ended.end?.at).toBe(join.expiresAt)
    expect(house.services.rooms.read(join.token)).toBeUndefined()
    expect(codeOf(await house.services.rooms.enter(seat, () => {}))).toBe('closed')
    expect(await house.conversations()).toEqual([])
  })

  it('does so at its instant though the user comes at the same one', async () => {
    const { id, seat } = await opened()
    const [, entered] = await Promise.all([house.pass(15 * minuteMs), arriving(15 * minuteMs, seat)])
    expect(codeOf(await entered)).toBe('closed')
    expect(await house.states(id)).toEqual(['joining', 'ended'])
  })

  it('is of no consequence for a user who came a millisecond before', async () => {
    const { id, seat } = await opened()
    const [, entered] = await Promise.all([house.pass(15 * minuteMs), arriving(15 * minuteMs - 1, seat)])
    expect(codeOf(await entered)).toBe('none')
    expect(await house.states(id)).toEqual(['joining', 'live'])
  })
})

/** The user comes when the account's clock has come this far. */
function arriving(afterMs: number, seat: Seat): Promise<unknown> {
  const at = house.engine.clocks.now(house.account) + afterMs
  return new Promise((resolve) => {
    house.engine.clocks.at(house.account, at, () => {
      const entered = house.services.rooms.enter(seat, () => {})
      resolve(entered)
      return entered.then(() => {})
    })
  })
}

describe('the seat of the user', () => {
  it('is taken by a second connection, and the first one is told', async () => {
    const { id, seat } = await opened()
    const first = await enter(seat)
    const second = await enter(seat)
    expect(first.kinds().at(-1)).toBe('replaced')
    expect(codeOf(await first.say('Still here?'))).toBe('closed')
    first.lost()
    await first.leave()
    await house.system.advance(graceMs)
    expect(await second.say('Hello')).toBeUndefined()
    await settle()
    expect(second.said()).toEqual(['user: Hello', 'agent: We open at nine.'])
    expect(await house.session(id)).toMatchObject({ state: 'live' })
  })

  it('is had by one of two that come at once, and the session goes live once', async () => {
    const { id, seat } = await opened()
    const heard: string[][] = [[], []]
    const [one, two] = await Promise.all(
      heard.map(async (own) => must(await house.services.rooms.enter(seat, ({ is }) => own.push(is)))),
    )
    await settle()
    expect(heard.filter((own) => own.includes('replaced'))).toHaveLength(1)
    expect(heard.filter((own) => own.includes('said'))).toHaveLength(1)
    const refused = await Promise.all([one, two].map(async (presence) => codeOf(await presence?.say('Hello'))))
    expect(refused.toSorted((a, b) => a.localeCompare(b))).toEqual(['closed', 'none'])
    expect(await house.states(id)).toEqual(['joining', 'live'])
  })

  it('is nobody’s when a session is hung up while its user comes', async () => {
    const { id, seat } = await opened()
    const [entered] = await Promise.all([
      house.services.rooms.enter(seat, () => {}),
      house.services.sessions.hangUp(house.ask, id),
    ])
    await settle()
    const { state, outcome } = await house.session(id)
    expect(state).toBe('ended')
    const refused = isRefused(entered) ? entered : await entered.say('Hello')
    expect(codeOf(refused)).toBe('closed')
    expect(outcome).toBe((await house.states(id)).includes('live') ? 'completed' : 'canceled')
  })

  it('is kept for 10 s, and what was said meanwhile is told', async () => {
    const answer = Promise.withResolvers<TurnReply>()
    const turn = async ({ on }: TurnInput): Promise<TurnReply> => (on === 'start' ? { say: 'Hello' } : answer.promise)
    const { id, seat } = await opened({ runtime: { turn } })
    const first = await enter(seat)
    await first.say('When do you open?')
    first.lost()
    await house.system.advance(graceMs - 1)
    answer.resolve({ say: 'At nine.' })
    await settle()
    expect(first.said()).not.toContain('agent: At nine.')
    const second = await enter(seat)
    expect(second.said()).toEqual(['agent: At nine.'])
    await house.system.advance(graceMs * 2)
    expect(await house.session(id)).toMatchObject({ state: 'live' })
  })

  it('is given up after that: the user has left', async () => {
    const { id, seat } = await opened()
    const bob = await enter(seat)
    bob.lost()
    await house.system.advance(graceMs)
    await settle()
    expect(await house.session(id)).toMatchObject({
      state: 'ended',
      outcome: 'completed',
      end: { cause: 'user_hangup' },
    })
  })

  it('can be come back to when the join token is long gone, with the one given at the join', async () => {
    const { seat, join } = await opened()
    const bob = await enter(seat)
    await house.pass(16 * minuteMs)
    expect(house.services.rooms.read(join.token)).toBeUndefined()
    const again = must(house.services.rooms.read(bob.again.token))
    expect(again).toMatchObject({ role: 'user', identity: 'bob' })
    bob.lost()
    const back = await enter(again)
    expect(back.view.session.state).toBe('live')
    await house.pass(24 * minuteMs)
    expect(house.services.rooms.read(bob.again.token)).toBeUndefined()
  })

  it('is not for who says nothing, too much or half a character', async () => {
    const { seat } = await opened()
    const bob = await enter(seat)
    expect(codeOf(await bob.say(' \n'))).toBe('invalid')
    expect(codeOf(await bob.say('x'.repeat(16_001)))).toBe('invalid')
    expect(await bob.say('x'.repeat(16_000))).toBeUndefined()
    expect(await bob.say('😀'.repeat(16_000))).toBeUndefined()
    expect(codeOf(await bob.say('😀'.repeat(16_001)))).toBe('invalid')
    expect(codeOf(await bob.say('a\ud800b'))).toBe('invalid')
    expect(await bob.say('a😀b')).toBeUndefined()
  })

  it('takes one turn at a time: what is said while the agent thinks is answered together', async () => {
    const thinking = Promise.withResolvers<TurnReply>()
    const asked: TurnInput[] = []
    const turn = async (input: TurnInput): Promise<TurnReply> => {
      asked.push(input)
      return asked.length === 1 ? thinking.promise : { say: 'Both.' }
    }
    const { seat } = await opened({ runtime: { turn } })
    const bob = await enter(seat)
    await bob.say('One')
    await bob.say('Two')
    thinking.resolve({ say: 'Welcome' })
    await settle()
    expect(asked.map(({ on }) => on)).toEqual(['start', 'user'])
    expect(bob.said()).toEqual(['user: One', 'user: Two', 'agent: Welcome', 'agent: Both.'])
  })

  it('left while the agent thinks: its answer is discarded', async () => {
    const thinking = Promise.withResolvers<TurnReply>()
    const turn = ({ on }: TurnInput): Promise<TurnReply> => (on === 'start' ? Promise.resolve({}) : thinking.promise)
    const { id, seat } = await opened({ runtime: { turn } })
    const bob = await enter(seat)
    await bob.say('Hello?')
    await settle()
    await bob.leave()
    thinking.resolve({ say: 'Too late.' })
    await settle()
    const { length } = await house.services.sessions.transcript(await house.session(id))
    expect(length).toBe(1)
    expect(await house.session(id)).toMatchObject({ state: 'ended', outcome: 'completed' })
  })
})

describe('who listens', () => {
  it('hears everything, is not heard, and goes without a word', async () => {
    const { id, seat } = await opened()
    const { rooms } = house.services
    expect(codeOf(await rooms.listen(house.ask, id))).toBe('wrong_state')
    const bob = await enter(seat)
    const admission = must(await rooms.listen(house.ask, id))
    const listenerSeat = must(rooms.read(admission.token))
    expect(listenerSeat).toMatchObject({ role: 'listener', session: id })
    expect(listenerSeat.identity).not.toBe('bob')
    const listener = await enter(listenerSeat)
    await bob.say('Hello')
    await settle()
    expect(listener.said()).toEqual(['user: Hello', 'agent: We open at nine.'])
    expect(codeOf(await listener.say('Boo'))).toBe('forbidden')
    await listener.leave()
    const other = await enter(listenerSeat)
    other.lost()
    const last = await enter(listenerSeat)
    await house.system.advance(graceMs * 2)
    expect(await house.session(id)).toMatchObject({ state: 'live' })
    await bob.leave()
    await settle()
    expect(last.kinds().at(-1)).toBe('over')
    expect(codeOf(await rooms.listen(house.ask, id))).toBe('wrong_state')
  })

  it('are at most 20', async () => {
    const { id, seat } = await opened()
    const { rooms } = house.services
    await enter(seat)
    const listener = must(rooms.read(must(await rooms.listen(house.ask, id)).token))
    const all = await Promise.all(Array.from({ length: 21 }, () => rooms.enter(listener, () => {})))
    expect(all.map(codeOf).toSorted().slice(0, 2)).toEqual(['limit_reached', 'none'])
    expect(codeOf(await rooms.refusal(listener))).toBe('limit_reached')
  })

  it('find no room in a telephone call: 404 while it is active, 409 when it is over', async () => {
    const { agent } = await opened()
    const { rooms } = house.services
    const { session } = await house.call({ agentId: agent, to: phones.ordinary })
    expect(codeOf(await rooms.listen(house.ask, session.id))).toBe('not_found')
    await house.pass(5 * minuteMs)
    expect(codeOf(await rooms.listen(house.ask, session.id))).toBe('wrong_state')
    expect(codeOf(await rooms.listen({ ...house.ask, account: '01ka7n36096q14dr9gpqy77zxy' }, session.id))).toBe(
      'not_found',
    )
  })
})
