import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCallsHouse, phones, shop, talker, type CallsHouse } from '#conformance/calls-house.ts'
import { hourMs, minuteMs } from '#domain/vocabulary/instant.ts'

let house: CallsHouse
beforeEach(async () => {
  house = await openCallsHouse()
})
afterEach(() => house.close())

const quietly = { ...talker, welcome: 'Hello.' }

describe('an outbound call', () => {
  it('B2 goes from the queue to its end, and what was said is in a conversation', async () => {
    const agentId = await house.agent()
    const { session } = await house.call({ agentId, to: phones.ordinary })
    expect(session).toMatchObject({ state: 'queued', user: phones.ordinary, own: shop })
    await house.pass(5 * minuteMs)

    expect(await house.states(session.id)).toEqual(['queued', 'dialing', 'ringing', 'live', 'wrapping', 'ended'])
    const ended = await house.session(session.id)
    expect(ended).toMatchObject({ outcome: 'completed', end: { cause: 'agent_hangup', by: 'agent' } })
    expect(house.journal).toEqual([{ account: house.account, reference: `${session.id}.1`, to: phones.ordinary }])
    const said = await house.services.sessions.transcript(ended)
    expect(said.map(({ who, text }) => `${who}: ${text}`)).toEqual([
      'agent: Hello, this is the shop.',
      'user: Hello, yes, this is me.',
      'agent: We open at nine.',
      'user: That sounds good, please tell me more.',
      'agent: Goodbye.',
    ])

    const [conversation] = await house.conversations()
    expect(conversation).toMatchObject({ status: 'closed', voice: { open: [] } }) // VOICE null: closes with its stream
    const page = await house.services.conversations.communications(house.account, conversation!.id, {
      channelId: session.id,
      after: 0,
      limit: 10,
    })
    expect(page?.items.map(({ communication }) => communication.content.text)).toEqual(said.map(({ text }) => text))
  })

  it('gives its slot back, and knows how many are held meanwhile', async () => {
    const agentId = await house.agent()
    await house.call({ agentId, to: phones.ordinary })
    await house.pass(6_000)
    expect(await house.services.sessions.slots(house.account)).toMatchObject({ limit: 10, held: [{ slot: 1 }] })
    await house.pass(5 * minuteMs)
    expect(await house.services.sessions.slots(house.account)).toMatchObject({ held: [], waiting: 0 })
  })

  it.each([
    ['B4 busy', phones.busy, 'busy', 'busy'],
    ['B3 not answered', phones.noAnswer, 'no_answer', 'no_answer'],
    ['R4 declined on the handset', phones.declines, 'no_answer', 'rejected'],
    ['an invalid number', phones.invalid, 'failed', 'invalid_number'],
    ['a congested network', phones.congested, 'failed', 'congestion'],
    ['B16 a carrier that reports nothing', phones.lostCarrier, 'stopped', 'no_response'],
  ])('%s', async (_name, to, outcome, cause) => {
    const { session } = await house.call({ agentId: await house.agent(), to })
    await house.pass(5 * minuteMs)
    const ended = await house.session(session.id)
    expect(ended).toMatchObject({ state: 'ended', outcome, end: { cause } })
    expect(await house.conversations()).toEqual([]) // a call that never connected has none
    expect(await house.services.sessions.slots(house.account)).toMatchObject({ held: [] })
  })

  it('a carrier that drops the line leaves what was said until then', async () => {
    const { session } = await house.call({ agentId: await house.agent(), to: phones.drops })
    await house.pass(5 * minuteMs)
    const ended = await house.session(session.id)
    expect(ended).toMatchObject({ state: 'ended', outcome: 'failed', end: { cause: 'carrier_drop', by: 'carrier' } })
    expect((await house.services.sessions.transcript(ended)).length).toBeGreaterThan(1)
  })

  it('without any sound it is flagged, repaired once, and hung up', async () => {
    const { session } = await house.call({ agentId: await house.agent(), to: phones.noSound })
    await house.pass(5 * minuteMs)
    const ended = await house.session(session.id)
    expect(ended).toMatchObject({ outcome: 'failed', end: { cause: 'media_lost' } })
    const events = await house.events(session.id)
    expect(events.filter(({ type }) => type === 'media.no_audio')).toHaveLength(1)
  })

  it('a voicemail is found by its beep, and hung up on', async () => {
    const agentId = await house.agent({ limits: { voicemailMs: 30_000 } })
    const { session } = await house.call({ agentId, to: phones.voicemail })
    await house.pass(5 * minuteMs)
    const ended = await house.session(session.id)
    expect(ended).toMatchObject({ outcome: 'completed', end: { cause: 'voicemail' }, attempt: { voicemail: 'found' } })
  })

  it('a voicemail is found when a second look agrees, and tried again where that is wanted', async () => {
    const greeting = 'Hi, this is Alice. I am not available, please leave a message after the tone.'
    house.simulator.phones(house.account).set(phones.own, [
      { after: 1_000, do: 'ring' },
      { after: 1_000, do: 'answer' },
      { after: 500, do: 'say', text: greeting },
      { after: 60_000, do: 'hang-up' },
    ])
    const agentId = await house.agent({ limits: { voicemailMs: 30_000 } })
    const retry = { max: 1, on: [], onVoicemail: true, afterMs: [hourMs] }
    const { session } = await house.call({ agentId, to: phones.own, retry })
    await house.pass(5 * minuteMs)
    expect(await house.session(session.id)).toMatchObject({ state: 'scheduled', past: [{ wasLive: true }], retries: 1 })
    await house.pass(2 * hourMs)
    const ended = await house.session(session.id)
    expect(ended).toMatchObject({ state: 'ended', end: { cause: 'voicemail' }, attempt: { number: 2 } })
    // Only what was said in the last attempt; each has a conversation of its own, since VOICE closes with its stream.
    expect((await house.services.sessions.transcript(ended)).filter(({ who }) => who === 'user')).toHaveLength(1)
    expect(await house.conversations()).toHaveLength(2)
  })

  it('a voicemail is a user like any other where nobody looks for it', async () => {
    const { session } = await house.call({ agentId: await house.agent(), to: phones.voicemail })
    await house.pass(5 * minuteMs)
    expect(await house.session(session.id)).not.toMatchObject({ end: { cause: 'voicemail' } })
  })

  it('is hung up by request while it is live', async () => {
    const { session } = await house.call({ agentId: await house.agent(), to: phones.mute })
    await house.pass(20_000)
    const outcome = await house.services.sessions.hangUp(house.ask, session.id, 'no longer needed')
    expect(outcome.value?.session).toMatchObject({ state: 'wrapping', end: { cause: 'request_hangup', by: 'request' } })
    await house.pass(minuteMs)
    expect(await house.session(session.id)).toMatchObject({ state: 'ended', outcome: 'completed' })
    expect(await house.simulator.query(house.account, `${session.id}.1`)).toMatchObject({
      reports: expect.arrayContaining([expect.objectContaining({ what: expect.objectContaining({ is: 'ended' }) })]),
    })
  })

  it('is canceled by a stop before the answer, and an answer that comes all the same is hung up', async () => {
    const { session } = await house.call({ agentId: await house.agent(), to: phones.lateAnswer })
    await house.pass(5_000)
    const outcome = await house.services.sessions.stop(house.ask, session.id)
    expect(outcome.value?.session).toMatchObject({ state: 'ended', outcome: 'canceled' })
    await house.pass(minuteMs)
    const standing = await house.simulator.query(house.account, `${session.id}.1`)
    if (standing === 'unknown') throw new Error('The carrier forgot the call.')
    expect(standing.reports.map(({ what }) => what.is)).toContain('answered')
    expect(standing.reports.at(-1)?.what.is).toBe('ended')
    expect(await house.states(session.id)).not.toContain('live')
  })

  it('is tried again after a time when it was busy (R5)', async () => {
    const retry = { max: 2, on: ['busy' as const], onVoicemail: false, afterMs: [30 * minuteMs] }
    const { session } = await house.call({ agentId: await house.agent(), to: phones.busyThenAnswers, retry })
    await house.pass(minuteMs)
    expect(await house.session(session.id)).toMatchObject({ state: 'scheduled', retries: 1 })
    await house.pass(hourMs)
    expect(await house.session(session.id)).toMatchObject({
      state: 'ended',
      outcome: 'completed',
      attempt: { number: 2 },
      past: [{ number: 1, outcome: 'busy' }],
    })
    expect(house.journal.map(({ reference }) => reference)).toEqual([`${session.id}.1`, `${session.id}.2`])
  })

  it('of an agent that is removed while it rings ends as it does, and is not tried again', async () => {
    const agentId = await house.agent()
    const other = await house.agent()
    const retry = { max: 1, on: ['busy' as const], onVoicemail: false, afterMs: [hourMs] }
    const { session } = await house.call({ agentId, to: phones.busy, retry })
    const { session: kept } = await house.call({ agentId: other, to: phones.busy, retry })
    await house.pass(3_000)
    expect((await house.session(session.id)).state).toBe('ringing')
    await house.services.agents.remove(house.ask, agentId, { purge: false })
    expect((await house.session(session.id)).state).toBe('ringing')
    await house.pass(minuteMs)
    expect(await house.session(session.id)).toMatchObject({ state: 'ended', outcome: 'busy', end: { cause: 'busy' } })
    expect(await house.session(kept.id)).toMatchObject({ state: 'scheduled', retries: 1 })
  })

  it('waits for its time', async () => {
    const dueAt = house.engine.clocks.now(house.account) + hourMs
    const { session } = await house.call({ agentId: await house.agent(), to: phones.busy, dueAt })
    expect(session.state).toBe('scheduled')
    expect(house.services.sessions.nextTransition(session)).toMatchObject({ to: 'queued', at: dueAt })
    await house.pass(hourMs - 1)
    expect(house.journal).toEqual([])
    await house.pass(minuteMs)
    expect(house.journal).toHaveLength(1)
  })

  it('B9 waits for the calling hours of the called party, and is told so at once', async () => {
    await house.close()
    house = await openCallsHouse({ zones: { of: () => ['America/New_York'] } })
    // 09:00 UTC is 04:00 in New York: the window opens five hours later.
    const agentId = await house.agent({ hours: { startHour: 9, endHour: 21 } })
    const { session } = await house.call({ agentId, to: phones.ordinary })
    await house.pass(1_000)
    expect(await house.states(session.id)).toEqual(['queued', 'deferred'])
    expect(house.services.sessions.nextTransition(await house.session(session.id))).toBeDefined()
    await house.pass(5 * hourMs - 2_000)
    expect(house.journal).toEqual([])
    await house.pass(5 * minuteMs)
    expect(await house.states(session.id)).toEqual([
      'queued',
      'deferred',
      'dialing',
      'ringing',
      'live',
      'wrapping',
      'ended',
    ])
  })

  it('waits in the line while all slots are held', async () => {
    await house.close()
    house = await openCallsHouse({ slots: 1 })
    const agentId = await house.agent()
    const first = await house.call({ agentId, to: phones.mute })
    await house.pass(1_000)
    const second = await house.call({ agentId, to: phones.busy })
    await house.pass(10_000)
    expect(await house.session(second.session.id)).toMatchObject({ state: 'queued' })
    expect(await house.services.sessions.queuePosition(await house.session(second.session.id))).toBe(1)
    await house.services.sessions.hangUp(house.ask, first.session.id)
    await house.pass(minuteMs)
    expect(await house.session(second.session.id)).toMatchObject({ state: 'ended', outcome: 'busy' })
  })

  it('goes on when the limit of its account is raised', async () => {
    const agentId = await house.agent()
    await house.services.accounts.change(house.account, 'test', { limits: { slots: 0 } })
    const { session } = await house.call({ agentId, to: phones.busy })
    await house.pass(minuteMs)
    expect(await house.session(session.id)).toMatchObject({ state: 'queued' })
    await house.services.accounts.change(house.account, 'test', { limits: { slots: 1 } })
    await house.calls.wake(house.account)
    await house.pass(minuteMs)
    expect(await house.session(session.id)).toMatchObject({ outcome: 'busy' })
  })

  it('is refused for an agent or a number that is not there, and for what nobody can call', async () => {
    const agentId = await house.agent()
    const { place } = house.services.sessions
    const draft = { agentId, to: phones.ordinary, data: null, keepsHours: true }
    const field = async (more: object): Promise<unknown> => (await place(house.ask, { ...draft, ...more })).refusal
    expect(await field({ agentId: '01ka7n36096q14dr9gpqy77zxy' })).toMatchObject({
      code: 'not_found',
      field: 'agentId',
    })
    expect(await field({ from: '+18005550199' })).toMatchObject({ code: 'not_found', field: 'from' })
    expect(await field({ to: 'alice' })).toMatchObject({ code: 'invalid', field: 'to' })
    expect(await field({ data: { text: 'x'.repeat(25 * 1024) } })).toMatchObject({ code: 'invalid', field: 'data' })
    await house.services.agents.remove(house.ask, agentId, { purge: false })
    expect(await field({})).toMatchObject({ code: 'not_found', field: 'agentId' })
  })

  it('ends with an honest note when its agent fails', async () => {
    await house.close()
    house = await openCallsHouse({
      runtime: {
        turn: () => {
          const trouble = new Error('what alice said')
          trouble.name = 'its program answered with status 500'
          return Promise.reject(trouble)
        },
      },
    })
    const { session } = await house.call({ agentId: await house.agent(), to: phones.ordinary })
    await house.pass(minuteMs)
    const ended = await house.session(session.id)
    expect(ended).toMatchObject({
      outcome: 'failed',
      end: { cause: 'agent_error', note: 'The agent could not answer (its program answered with status 500).' },
    })
    expect(JSON.stringify(await house.events(session.id))).not.toContain('what alice said')
  })

  it('asks whether somebody is there, and ends by silence where the agent says so', async () => {
    const limits = { silenceMs: 20_000, askOnlineMs: 8_000, onlineQuestion: 'Hello?' }
    const { session } = await house.call({ agentId: await house.agent({ ...quietly, limits }), to: phones.mute })
    await house.pass(3 * minuteMs)
    const ended = await house.session(session.id)
    expect(ended).toMatchObject({ outcome: 'completed', end: { cause: 'silence' } })
    const said = await house.services.sessions.transcript(ended)
    expect(said.map(({ text }) => text)).toEqual(['Hello.', 'Hello?'])
  })
})

describe('an inbound call', () => {
  async function answering(definition: Parameters<CallsHouse['agent']>[0] = {}): Promise<string> {
    const agentId = await house.agent(definition)
    const number = await house.services.numbers.find(house.account, shop)
    await house.services.numbers.attach(house.ask, number!.id, agentId)
    return agentId
  }
  const dial = async (from: string): Promise<string | undefined> => {
    const dialled = await house.simulator.dial(house.account, { from, to: shop })
    if ('refusal' in dialled) throw new Error(dialled.refusal.message)
    return dialled.reference?.split('.')[0]
  }
  const all = async () => (await house.services.sessions.list(house.account, { limit: 10 })).items

  it('rings, is answered at once by the agent of its number, and talks', async () => {
    const agentId = await answering()
    const id = await dial(phones.ordinary)
    await house.pass(5 * minuteMs)
    const session = await house.session(id!)
    expect(session).toMatchObject({ direction: 'inbound', agent: { id: agentId }, user: phones.ordinary, own: shop })
    expect(await house.states(id!)).toEqual(['ringing', 'live', 'wrapping', 'ended'])
    expect(session.outcome).toBe('completed')
    const said = await house.services.sessions.transcript(session)
    expect(said.slice(0, 2).map(({ who }) => who)).toEqual(['agent', 'user'])
    expect(await house.services.sessions.slots(house.account)).toMatchObject({ held: [] })
  })

  it('to a number that nobody answers is not taken', async () => {
    await house.agent()
    expect(await dial(phones.ordinary)).toBeUndefined()
    expect(await all()).toEqual([])
  })

  it('D48 of a caller beyond its calls is rejected, and leaves a record', async () => {
    await answering({ inbound: { callsPerCaller: 1, exempt: [phones.busy], rejectUnknown: false } })
    expect(await dial(phones.ordinary)).toBeDefined()
    expect(await dial(phones.ordinary)).toBeUndefined()
    const [newest] = await all()
    expect(newest?.session).toMatchObject({
      state: 'ended',
      outcome: 'failed',
      end: { cause: 'inbound_rejected', note: expect.stringContaining('used up') },
    })
    expect(await dial(phones.busy)).toBeDefined()
    expect(await dial(phones.busy)).toBeDefined() // exempt
  })

  it('knows its caller from the source, or goes on without; an unknown one is kept out where that is wanted', async () => {
    await house.close()
    const source = { url: 'https://crm.example.com/callers' }
    house = await openCallsHouse({
      callerData: async (_definition, { caller }) => {
        if (caller === phones.busy) throw new Error('down')
        if (caller === phones.mute) return { much: 'x'.repeat(25 * 1024) }
        return caller === phones.ordinary ? { name: 'Alice' } : 'unknown'
      },
    })
    await answering({ inbound: { callsPerCaller: -1, exempt: [], rejectUnknown: true, source } })
    const known = await dial(phones.ordinary)
    expect(await house.services.sessions.order(house.account, known!)).toEqual({ data: { name: 'Alice' } })
    const unasked = await dial(phones.busy)
    expect(await house.services.sessions.order(house.account, unasked!)).toEqual({ data: null })
    const talkative = await dial(phones.mute)
    expect(await house.services.sessions.order(house.account, talkative!)).toEqual({ data: null })
    expect(await dial(phones.declines)).toBeUndefined()
  })

  it('goes on without data when the source takes too long', async () => {
    await house.close()
    house = await openCallsHouse({ callerData: () => new Promise(() => {}) })
    const source = { url: 'https://crm.example.com/callers' }
    await answering({ inbound: { callsPerCaller: -1, exempt: [], rejectUnknown: true, source } })
    const dialled = dial(phones.ordinary)
    await house.system.advance(3_000)
    expect(await dialled).toBeDefined()
  })
})

describe('a batch', () => {
  it('makes a session for each row, and calls them when it starts', async () => {
    const agentId = await house.agent()
    const { batches, sessions } = house.services
    const rows = [
      { row: 1, to: phones.busy, data: { name: 'Alice' } },
      { row: 2, rejected: 'not a number', line: 'x' },
      { row: 3, to: phones.ordinary },
    ]
    const draft = { agentId, fileName: 'people.csv', from: [], retry: null, webhook: null, rows }
    const made = await batches.create(house.ask, draft)
    if (!made.value) throw new Error(made.refusal?.message)
    const { id } = made.value
    await house.pass(1_000)
    const prepared = await sessions.list(house.account, { batch: id, limit: 10 })
    expect(prepared.items.map(({ session: { state, batch }, order }) => [state, batch?.row, order.data])).toEqual([
      ['prepared', 1, { name: 'Alice' }],
      ['prepared', 3, null],
    ])
    expect(await batches.dryRun(house.account, id)).toMatchObject({ dial: 2 })
    const dueAt = house.engine.clocks.now(house.account) + hourMs
    await batches.schedule(house.ask, id, { dueAt, keepsHours: true })
    await house.pass(hourMs + 10 * minuteMs)
    const ended = await sessions.list(house.account, { batch: id, limit: 10 })
    expect(ended.items.map(({ session }) => session.outcome)).toEqual(['busy', 'completed'])
    expect(await batches.get(house.account, id)).toMatchObject({ status: 'completed' })
  })
})
