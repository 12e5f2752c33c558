import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCallsHouse, shop, type CallsHouse } from '#conformance/calls-house.ts'
import { HandCarrier } from '#conformance/hand-carrier.ts'
import { hourMs, minuteMs } from '#domain/vocabulary/instant.ts'

const alice = '+14155550133'
const carol = '+14155550155'

let house: CallsHouse
let carrier: HandCarrier
const logged: unknown[] = []
const log = {
  info: () => {},
  warn: (...line: unknown[]) => void logged.push(line),
  error: (...line: unknown[]) => void logged.push(line),
}
beforeEach(async () => {
  carrier = new HandCarrier()
  logged.length = 0
  house = await openCallsHouse({ telephony: carrier, log })
})
afterEach(() => house.close())

/** The state of the call after everything due now has rested. */
async function state(id: string): Promise<string> {
  await house.pass(0)
  return (await house.session(id)).state
}

async function dialled(): Promise<string> {
  const { session } = await house.call({ agentId: await house.agent(), to: alice })
  await house.pass(0)
  return session.id
}

async function live(): Promise<string> {
  const id = await dialled()
  await carrier.happens(house.account, `${id}.1`, 'ringing')
  await carrier.happens(house.account, `${id}.1`, 'answered')
  expect(await state(id)).toBe('live')
  return id
}

describe('the line', () => {
  it('dials with the ends, the route and the guards of the session', async () => {
    const id = await dialled()
    expect(carrier.placed).toEqual([
      {
        account: house.account,
        reference: `${id}.1`,
        from: shop,
        to: alice,
        route: 'default',
        ringMs: 90_000,
        limitMs: 40 * minuteMs + 30_000,
      },
    ])
    expect(await house.session(id)).toMatchObject({ state: 'dialing', attempt: { callId: `c ${id}.1` } })
  })

  it('ends a call that the carrier refuses', async () => {
    carrier.onPlace = async () => ({ is: 'refused', cause: 'credentials_refused', protocol: { sip: 403 } })
    const id = await dialled()
    expect(await house.session(id)).toMatchObject({
      state: 'ended',
      outcome: 'error',
      end: { cause: 'credentials_refused', protocol: { sip: 403 } },
    })
  })

  it('where placing it broke nobody knows what happened: it is not dialled again, and time decides', async () => {
    carrier.onPlace = () => Promise.reject(new Error('the connection was lost'))
    const id = await dialled()
    expect(await state(id)).toBe('dialing')
    await house.pass(2 * minuteMs)
    expect(await house.session(id)).toMatchObject({ state: 'ended', outcome: 'stopped', end: { cause: 'no_response' } })
    expect(carrier.placed).toHaveLength(1)
    expect(carrier.hungUp).toEqual([`${id}.1`])
  })

  it('drops what is reported of legs nobody knows, and says so by their names only', async () => {
    await carrier.happens(house.account, 'somebody-elses', 'ringing')
    await carrier.happens(house.account, '01ka7n36096q14dr9gpqy77zxy.1', 'answered')
    await carrier.says(house.account, '01ka7n36096q14dr9gpqy77zxy.1', 'a secret')
    expect(logged).toHaveLength(2)
    expect(JSON.stringify(logged)).not.toContain('secret')
  })

  it('hears the answer with its own name as the lease, and starts the stream in the same transaction', async () => {
    const id = await live()
    const { attempt } = await house.session(id)
    expect(attempt.lease).toMatch(/^[0-9a-f]{24}$/)
    const events = await house.events(id)
    const answered = events.findIndex((event) => event.type === 'session.moved' && event.to === 'live')
    expect(events[answered + 1]).toMatchObject({ type: 'words.placed' })
  })
})

describe('handing a call to a person', () => {
  it('dials a second leg, joins the two at its answer, and the agent says nothing more', async () => {
    const id = await live()
    await house.services.sessions.transfer(house.ask, id, carol)
    await house.pass(0)
    const second = carrier.placed[1]!
    expect(second).toMatchObject({ to: carol, from: shop })
    await carrier.happens(house.account, second.reference, 'ringing')
    await carrier.happens(house.account, second.reference, 'answered')
    await house.pass(0)
    expect(carrier.bridged).toEqual([[`${id}.1`, second.reference]])
    const spoken = carrier.spoken.length
    await carrier.says(house.account, `${id}.1`, 'Hello Carol')
    await house.pass(minuteMs)
    expect(carrier.spoken).toHaveLength(spoken)
    await carrier.happens(house.account, `${id}.1`, { is: 'ended', verdict: 'hangup', by: 'user' })
    await house.pass(minuteMs)
    expect(await house.session(id)).toMatchObject({ state: 'ended', outcome: 'transferred' })
    expect(carrier.hungUp).toContain(second.reference)
  })

  it('goes on with the agent where the person does not answer', async () => {
    const id = await live()
    await house.services.sessions.transfer(house.ask, id, carol)
    await house.pass(0)
    await carrier.happens(house.account, carrier.placed[1]!.reference, { is: 'ended', verdict: 'busy' })
    await carrier.says(house.account, `${id}.1`, 'And now?')
    await house.pass(5_000)
    expect(carrier.spoken.at(-1)).toBe('We open at nine.')
    expect(await state(id)).toBe('live')
  })
})

describe('an incoming call', () => {
  async function arrives(): Promise<string> {
    const agentId = await house.agent()
    const number = await house.services.numbers.find(house.account, shop)
    await house.services.numbers.attach(house.ask, number!.id, agentId)
    const reference = await carrier.arrives(house.account, alice, shop)
    return reference!.slice(0, 26)
  }

  it('is answered at once, and is canceled by a caller who gives up before', async () => {
    const id = await arrives()
    expect(carrier.answered).toEqual([`${id}.1`])
    expect(await state(id)).toBe('ringing')
    await carrier.happens(house.account, `${id}.1`, { is: 'ended', by: 'user' })
    expect(await house.session(id)).toMatchObject({ state: 'ended', outcome: 'canceled' })
  })

  it('is answered after a restart where that had not come through', async () => {
    const id = await arrives()
    await carrier.happens(house.account, `${id}.1`, 'progress', { unheard: true })
    house = await house.crash()
    expect(carrier.answered).toEqual([`${id}.1`, `${id}.1`])
  })
})

describe('the calls a caller may make', () => {
  it('are counted where they are taken: of two that come at once, one is over the limit', async () => {
    const agentId = await house.agent({ inbound: { callsPerCaller: 2, exempt: [], rejectUnknown: false } })
    const number = await house.services.numbers.find(house.account, shop)
    await house.services.numbers.attach(house.ask, number!.id, agentId)
    const arrive = (from: string) => carrier.arrives(house.account, from, shop)
    await arrive(alice)
    const both = await Promise.all([arrive(alice), arrive(alice), arrive(carol)])
    expect(both.filter((reference) => reference === undefined)).toHaveLength(1)
    expect(both[2]).toBeDefined()
    expect(await arrive(alice)).toBeUndefined()
    const { items } = await house.services.sessions.list(house.account, { limit: 10 })
    const ends = items.map(({ session }) => session.end?.cause).filter((cause) => cause !== undefined)
    expect(ends).toEqual(['inbound_rejected', 'inbound_rejected'])
    house = await house.restart()
    expect(await arrive(alice)).toBeUndefined()
    expect(await arrive('+14155550177')).toBeDefined()
  })
})

describe('after a crash', () => {
  it('a dial that was begun is asked about: what the carrier knows is taken as it happened, and nothing is dialled twice', async () => {
    carrier.onPlace = () => new Promise(() => {})
    const { session } = await house.call({ agentId: await house.agent(), to: alice })
    await placed(1)
    await carrier.happens(house.account, `${session.id}.1`, 'ringing', { unheard: true })
    house = await house.crash()
    expect(await state(session.id)).toBe('ringing')
    await carrier.happens(house.account, `${session.id}.1`, 'answered')
    expect(await state(session.id)).toBe('live')
    expect(carrier.spoken).toEqual(['Hello, this is the shop.'])
    expect(carrier.placed).toHaveLength(1)
  })

  it('a dial that the carrier knows nothing of is left to its deadline, never dialled again', async () => {
    carrier.onPlace = () => new Promise(() => {})
    const { session } = await house.call({ agentId: await house.agent(), to: alice })
    await placed(1)
    house = await house.crash()
    expect(await state(session.id)).toBe('dialing')
    await house.pass(2 * minuteMs)
    expect(await house.session(session.id)).toMatchObject({ outcome: 'stopped', end: { cause: 'no_response' } })
    expect(carrier.placed).toHaveLength(1)
    expect(await house.services.sessions.slots(house.account)).toMatchObject({ held: [] })
  })

  it('a dial that was never begun is not made when its time is over', async () => {
    const real = house.storage.settleEffects.bind(house.storage)
    const dead: typeof real = () => new Promise(() => {})
    house.storage.settleEffects = (rows) =>
      rows.some(({ kind }) => kind === 'telephony.dial') ? dead(rows) : real(rows)
    const { session } = await house.call({ agentId: await house.agent(), to: alice })
    for (let i = 0; (await house.session(session.id)).state !== 'dialing' && i < 1_000; i++) {
      await new Promise(setImmediate)
    }
    house.storage.settleEffects = real
    await away(5 * hourMs)
    await house.pass(minuteMs)
    expect(await house.session(session.id)).toMatchObject({ state: 'ended', end: { cause: 'no_response' } })
    expect(carrier.placed).toEqual([])
  })

  it('the other party of a call that two talk in is asked about, too', async () => {
    const id = await live()
    await house.services.sessions.transfer(house.ask, id, carol)
    await house.pass(0)
    const { reference } = carrier.placed[1]!
    await carrier.happens(house.account, reference, 'answered')
    await house.pass(0)
    await carrier.happens(house.account, reference, { is: 'ended', verdict: 'hangup' }, { unheard: true })
    house = await house.crash()
    await house.pass(minuteMs)
    expect(await house.session(id)).toMatchObject({ outcome: 'transferred', end: { cause: 'bridge_ended' } })
    expect((await house.events(id)).filter(({ type }) => type.endsWith('refused'))).toEqual([])
  })

  it('another party that the carrier knows nothing of is gone', async () => {
    const id = await live()
    await house.services.sessions.transfer(house.ask, id, carol)
    await house.pass(0)
    const { reference } = carrier.placed[1]!
    await carrier.happens(house.account, reference, 'ringing')
    carrier.forgets(reference)
    house = await house.crash()
    expect(await state(id)).toBe('live')
    expect((await house.session(id)).control?.second).toMatchObject({ state: 'ended' })
  })

  it('a live call goes on where it was, with another process', async () => {
    const id = await live()
    await carrier.says(house.account, `${id}.1`, 'When do you open?')
    await house.pass(5_000)
    expect(carrier.spoken).toEqual(['Hello, this is the shop.', 'We open at nine.'])
    const before = await house.session(id)
    house = await house.crash()
    await house.pass(0)
    const after = await house.session(id)
    expect(after.state).toBe('live')
    expect(after.attempt.lease).not.toBe(before.attempt.lease)
    expect(carrier.spoken).toHaveLength(2) // it welcomes nobody twice
    await carrier.says(house.account, `${id}.1`, 'Thank you')
    await house.pass(minuteMs)
    expect(carrier.spoken.at(-1)).toBe('Goodbye.')
    const ended = await house.session(id)
    expect(ended).toMatchObject({ state: 'ended', end: { cause: 'agent_hangup' } })
    expect(await house.services.sessions.transcript(ended)).toHaveLength(5)
    expect((await house.events(id)).filter(({ type }) => type === 'report.refused')).toEqual([])
  })

  it('what the user said last is answered, though the process that heard it is gone', async () => {
    const id = await live()
    await carrier.says(house.account, `${id}.1`, 'When do you open?')
    house = await house.crash()
    await house.pass(5_000)
    expect(carrier.spoken.at(-1)).toBe('We open at nine.')
  })

  it('a carrier that cannot be asked is asked again', async () => {
    const id = await live()
    carrier.isAway = true
    house = await house.crash()
    expect(await state(id)).toBe('live')
    expect(JSON.stringify(logged)).toContain('could not be asked')
    carrier.isAway = false
    carrier.forgets(`${id}.1`)
    await house.system.advance(10_000)
    for (let i = 0; (await state(id)) === 'live' && i < 1_000; i++) await new Promise(setImmediate)
    await house.pass(minuteMs)
    expect(await house.session(id)).toMatchObject({ end: { cause: 'lost_lease' } })
  })

  it('a live call that the carrier knows nothing of is lost', async () => {
    const id = await live()
    carrier.forgets(`${id}.1`)
    house = await house.crash()
    await house.pass(minuteMs)
    expect(await house.session(id)).toMatchObject({ state: 'ended', outcome: 'failed', end: { cause: 'lost_lease' } })
  })

  it('a call that ended meanwhile ends as it did', async () => {
    const id = await live()
    await carrier.happens(house.account, `${id}.1`, { is: 'ended', verdict: 'hangup', by: 'user' }, { unheard: true })
    house = await house.crash()
    await house.pass(minuteMs)
    expect(await house.session(id)).toMatchObject({ outcome: 'completed', end: { cause: 'user_hangup', by: 'user' } })
  })

  /** The server dies, and is down for a while. */
  async function away(ms: number): Promise<void> {
    const now = house.engine.clocks.now(house.account) + ms
    const clock = { account: house.account, kind: 'test', now } as const
    await house.storage.commit([{ aggregates: [], effects: [], clock }])
    house = await house.crash()
  }

  /** The carrier has been asked, and has not answered. */
  async function placed(count: number): Promise<void> {
    for (let i = 0; carrier.placed.length < count && i < 1_000; i++) await new Promise(setImmediate)
    expect(carrier.placed).toHaveLength(count)
  }
})
