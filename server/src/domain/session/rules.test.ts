// The rules of the lifecycle, section 2, one by one.
import { describe, expect, test } from 'vitest'
import { dayMs, hourMs, minuteMs, yearsAfter } from '../vocabulary/instant.ts'
import { terminalBound } from './bound.ts'
import { begin, browser, calling, given, idOf, inbound, mail, row, second, stubborn, text, type Case } from './given.ts'
import { limits, policyOf } from './limits.ts'
import { session as noun } from './session.ts'

/** What is due next: when, in seconds after the start, and by which name. */
function due(one: Case): readonly [number, unknown] | undefined {
  const next = noun.deadline(one.state)
  return next && [(next.at - begin) / second, next.command.type === 'lapse' ? next.command.what : next.command]
}

describe('rule 1: every state has its deadline', () => {
  test('prepared waits for its batch', () => {
    expect(due(given(row))).toEqual([(61 * dayMs) / second, 'batch_expired'])
    expect(given(row).jump(begin + 61 * dayMs).state).toMatchObject({ outcome: 'stopped', end: { by: 'deadline' } })
    expect(given({ ...row, dueAt: begin + hourMs }).jump(begin + hourMs).state.state).toBe('queued')
  })

  test('scheduled waits for its time, or for its program', () => {
    const call = given({ to: 'scheduled', dueAt: begin + hourMs })
    expect(due(call)).toEqual([3600, 'start'])
    expect(call.jump(begin + hourMs).state).toMatchObject({ state: 'queued', dueAt: begin + hourMs })
    const settings = { declinesPending: false, modeAfterConnect: 'barge', openedByProgram: true } as const
    const opened = given({ to: 'scheduled', settings })
    expect(due(opened)).toEqual([60, 'stopped_by_request'])
    expect(opened.at(60).state.end).toMatchObject({ by: 'deadline', note: 'its program did not connect in time' })
  })

  test('queued gives up after a day, a row of a batch after 30, and is not tried again', () => {
    expect(due(given())).toEqual([86_400, 'queue_timeout'])
    expect(due(given(row).do({ type: 'queue', because: 'start' }))).toEqual([30 * 86_400, 'queue_timeout'])
    expect(calling({ retry: stubborn }).at(86_400).state).toMatchObject({
      state: 'ended',
      outcome: 'error',
      retries: 0,
    })
  })

  test('a row whose batch calls at any hour asks for its slot at once, and its hours are never looked at again', () => {
    const keeping = { ...row, policy: { keepsHours: true } }
    const kept = given(keeping).do({ type: 'queue', because: 'start' })
    expect(kept.effects.map(({ kind }) => kind)).toEqual(['hours.look'])
    const any = given(keeping).do({ type: 'queue', because: 'start', ignoresHours: true })
    expect(any.effects.map(({ kind }) => kind)).toEqual(['slot.want'])
    expect(policyOf(any.state).keepsHours).toBe(false)
  })

  test('deferred asks at each opening and gives up after its queue time and the closed time', () => {
    const openings = [begin + hourMs, begin + 25 * hourMs, begin + 49 * hourMs]
    const call = calling({ keepsHours: true }).look({ balance: 'enough', closed: { openings } })
    expect(call.state.giveUpAt).toBe(begin + 25 * hourMs)
    expect(due(call)).toEqual([3600, 'opening'])
    call.at(3600)
    expect(call.state.openings).toEqual(openings.slice(1))
    expect(due(call)).toEqual([25 * 3600, 'no_calling_window'])
    expect(call.at(25 * 3600).state).toMatchObject({ outcome: 'error', end: { cause: 'no_calling_window' } })
  })

  test('deferred never waits over 30 days, and without any opening not at all', () => {
    const closed = { openings: [begin + 10 * dayMs] }
    const call = calling({ keepsHours: true, queueMs: 30 * dayMs }).look({ balance: 'enough', closed })
    expect(call.state.giveUpAt).toBe(begin + 30 * dayMs)
    const never = calling({ keepsHours: true }).look({ balance: 'enough', closed: { openings: [] } })
    expect(never.state).toMatchObject({ state: 'ended', outcome: 'error', end: { cause: 'no_calling_window' } })
  })

  test('joining, dialing and ringing', () => {
    expect(due(given(browser))).toEqual([900, 'token_expired'])
    expect(given(browser).at(900).state.outcome).toBe('canceled')
    expect(due(given().offer())).toEqual([60, 'no_response'])
    expect(due(given().offer().report({ is: 'progress' }))).toEqual([60, 'setup_timeout'])
    expect(due(given(mail))).toEqual([4 * 3600, 'mail_not_sent'])
    expect(due(given().offer().at(2).ringing())).toEqual([62, 'ring_timeout'])
    expect(due(given(inbound))).toEqual([60, 'ring_timeout'])
  })

  test('to be told again that it rings does not let it ring longer', () => {
    expect(due(given().offer().at(2).ringing().at(30).ringing())).toEqual([62, 'ring_timeout'])
  })

  test('live: its own longest duration, or the cap', () => {
    expect(due(calling({ maxMs: 90 * second }).talking())).toEqual([90, 'max_duration'])
    expect(due(calling({ capMs: 30 * second }).talking())).toEqual([30, 'max_duration'])
    const call = calling({ maxMs: 90 * second })
      .talking()
      .at(90)
    expect(call.state).toMatchObject({ state: 'wrapping', outcome: 'completed', end: { by: 'deadline' } })
  })

  test('live, written: the idle end of the agent, else three years; mail a week', () => {
    expect(due(given(text))).toEqual([(yearsAfter(begin, 3) - begin) / second, 'idle'])
    const chat = given({ ...text, policy: { idleMs: hourMs } })
      .at(100)
      .says('user', 500)
    expect(due(chat)).toEqual([3700, 'idle'])
    expect(chat.at(3700).state).toMatchObject({ state: 'wrapping', outcome: 'completed', end: { cause: 'idle' } })
    expect(due(given(mail).answered())).toEqual([7 * 86_400, 'idle'])
  })

  test('wrapping: what is open then has failed', () => {
    const call = calling({ makes: ['recording', 'summary'] })
      .talking()
      .at(9)
      .ended()
    expect(due(call)).toEqual([189, 'wrapped'])
    call.settle('recording').at(189)
    expect(call.state.state).toBe('ended')
    expect(call.state.artefacts).toMatchObject({ recording: 'done', summary: 'failed', cost: 'failed' })
  })

  test('ended: none', () => expect(due(calling().do({ type: 'stop', cause: 'stopped_by_request' }))).toBeUndefined())

  test('a deadline that is not due, or not the one that is, does nothing', () => {
    expect(given().run({ type: 'lapse', what: 'queue_timeout' })).toEqual([])
    expect(given().run({ type: 'lapse', what: 'wrapped' })).toEqual([])
  })

  test('the published bounds follow from the limits', () => {
    const bound = terminalBound(policyOf(given().state))
    expect(bound).toMatchObject({ queued: dayMs + minuteMs, joining: 15 * minuteMs, wrapping: 4 * minuteMs, ended: 0 })
    expect(bound.live).toBe(43 * minuteMs)
  })
})

describe('rule 2: what comes late, twice or out of order changes nothing', () => {
  test.each([
    ['twice', 3],
    ['after a later one', 2],
  ])('%s', (_name, sequence) => {
    const call = given().offer().report({ is: 'ringing' }, { sequence: 3 })
    const had = call.state
    call.report({ is: 'progress' }, { sequence })
    expect(call.state).toEqual(had)
    expect(call.events.at(-1)).toMatchObject({ type: 'report.refused', sequence })
  })

  test('rule 5: an answer and an end that other reports overtook are taken', () => {
    const call = given().offer().report({ is: 'ringing' }, { sequence: 1 })
    call.report({ is: 'media', receivedPackets: 50, sentPackets: 50 }, { sequence: 4 })
    call.report({ is: 'dtmf', digits: '1' }, { sequence: 3 }).report({ is: 'answered' }, { sequence: 2 })
    expect(call.state).toMatchObject({ state: 'live', attempt: { dtmf: '1', reports: 3 } })
    call.report({ is: 'dtmf', digits: '2' }, { sequence: 6 }).report({ is: 'ended', by: 'user' }, { sequence: 5 })
    expect(call.state).toMatchObject({ state: 'wrapping', end: { cause: 'user_hangup' } })
    expect(call.events.filter(({ type }) => type === 'report.refused')).toEqual([])
  })

  test('totals of sound never fall, and digits are kept up to their limit', () => {
    const call = given().talking()
    call.report({ is: 'media', receivedPackets: 90, sentPackets: 90 })
    call.report({ is: 'media', receivedPackets: 60, sentPackets: 95 })
    expect(call.state.attempt.media).toMatchObject({ receivedPackets: 90, sentPackets: 95 })
    call.report({ is: 'dtmf', digits: '7'.repeat(5_000) })
    expect(call.events.at(-1)).toMatchObject({ type: 'leg.reported', digits: '7'.repeat(limits.dtmf) })
  })

  test('an answer told again does not hang up the call', () => {
    const call = given().talking()
    call.report({ is: 'answered' }).report({ is: 'ringing' })
    expect(call.state.state).toBe('live')
    expect(call.kinds()).not.toContain('telephony.hang_up')
  })

  test('a report of an earlier attempt that comes alive is hung up by its own name', () => {
    const call = calling({ retry: stubborn }).offer().ringing().ended({ verdict: 'busy' })
    call
      .jump(begin + 30 * minuteMs)
      .offer()
      .ringing()
    call.report({ is: 'answered' }, { attempt: 1 })
    expect(call.state).toMatchObject({ state: 'ringing', attempt: { number: 2 } })
    // The carrier ended the first attempt itself: there was nothing to hang up until now.
    expect(call.asked('telephony.hang_up')).toMatchObject([{ attempt: 1, reference: `${call.state.id}.1` }])
  })

  test('a cost that comes after the end is shown', () => {
    const call = calling().talking().ended().at(400)
    expect(call.state).toMatchObject({ state: 'ended', cost: 0, artefacts: { cost: 'failed' } })
    call.settle('cost', { cost: 12 })
    expect(call.state).toMatchObject({ state: 'ended', cost: 12, artefacts: { cost: 'done' } })
  })

  test('an artefact after the end is stored, and one of an earlier attempt refused', () => {
    const call = calling({ makes: ['summary'] })
      .talking()
      .ended()
      .settle('cost', { cost: 12 })
      .at(400)
    const had = call.state
    expect(had).toMatchObject({ state: 'ended', cost: 12, artefacts: { summary: 'failed' } })
    call.settle('summary', { value: 'it was short', cost: 5 })
    expect(call.state).toEqual({ ...had, artefacts: { ...had.artefacts, summary: 'done' } })
    expect(call.events.at(-1)).toMatchObject({ type: 'artefact.settled', late: true })
    expect(call.run({ type: 'settle', artefact: 'summary', attempt: 1, state: 'done' })).toEqual([])
    call.settle('cost', { attempt: 0 })
    expect(call.events.at(-1)).toMatchObject({ type: 'report.refused', what: 'cost' })
  })
})

describe('rules 3 and 4: outcome and end', () => {
  test.each(['agent_error', 'agent_hangup'] as const)('%s', (cause) => {
    const { state } = given().talking().do({ type: 'agent_ends', cause, note: 'engine gone' })
    expect(state).toMatchObject({
      state: 'wrapping',
      outcome: cause === 'agent_error' ? 'failed' : 'completed',
      end: { cause, by: 'agent', note: 'engine gone' },
    })
  })

  test('lost after a restart: what was live has failed, what rang may be tried again, what was dialled its deadline ends', () => {
    const lose = { type: 'lose', attempt: 1, cause: 'lost_lease' } as const
    expect(given().talking().do(lose).state).toMatchObject({
      state: 'wrapping',
      outcome: 'failed',
      end: { by: 'server' },
    })
    expect(calling({ retry: stubborn }).offer().ringing().do(lose).way.at(-1)).toBe('scheduled')
    expect(given().talking().ended().run(lose)).toEqual([])
    expect(
      given()
        .talking()
        .run({ ...lose, attempt: 0 }),
    ).toEqual([])
  })

  test('the end keeps what the protocols said, within bounds', () => {
    const protocol = { sip: 486, q850: 17, code: 3010, scheme: 'plivo', text: 'x'.repeat(300) }
    const { state } = given().offer().ended({ protocol })
    expect(state.end).toMatchObject({ cause: 'busy', protocol: { ...protocol, text: 'x'.repeat(100) } })
  })
})

describe('rule 6: retries', () => {
  test('as often as was said; the last wait repeats; then the ending stays', () => {
    const call = calling({ retry: { ...stubborn, max: 2, afterMs: [minuteMs] } })
    for (let i = 0; i < 3; i++)
      call
        .offer()
        .ringing()
        .ended({ verdict: 'busy' })
        .at((i + 1) * 60)
    expect(call.outcomes).toEqual(['busy', 'busy', 'busy'])
    expect(call.state).toMatchObject({ state: 'ended', retries: 2, outcome: 'busy', attempt: { number: 3 } })
  })

  test('after what was said only, and never an inbound call', () => {
    const retry = { ...stubborn, on: ['busy'] } as const
    expect(calling({ retry }).offer().ringing().at(60).state.state).toBe('ended')
    expect(calling({ retry: stubborn }, inbound).at(60).state.state).toBe('ended')
  })

  test('an error at the gate is an attempt of its own', () => {
    const call = calling({ retry: stubborn }).offer({ balance: 'enough', unusable: 'number_unusable' })
    expect(call.state).toMatchObject({
      state: 'scheduled',
      attempt: { number: 1 },
      past: [{ number: 1, outcome: 'error' }],
    })
    expect(call.asked('slot.release')).toHaveLength(1)
    call.jump(begin + 30 * minuteMs).offer()
    expect(call.state).toMatchObject({ state: 'dialing', attempt: { number: 2 } })
  })

  test('a refused dial with wrong credentials is an error, another refusal a failure', () => {
    const refuse = (cause: 'credentials_refused' | 'congestion') =>
      given()
        .offer()
        .do({ type: 'dial_answered', attempt: 1, answer: { is: 'refused', cause } }).state
    expect([refuse('credentials_refused').outcome, refuse('congestion').outcome]).toEqual(['error', 'failed'])
  })

  test('after a voicemail: settled first, then scheduled; a hang-up drops it', () => {
    const found = (): Case =>
      calling({ retry: stubborn, voicemailMs: 30 * second })
        .talking()
        .do({ type: 'voicemail_sign', sign: 'beep' })
    const call = found().settle('cost', { cost: 3 })
    expect(call.state).toMatchObject({ state: 'scheduled', outcome: null, cost: 3, retries: 1 })
    expect(call.state.past).toMatchObject([{ wasLive: true, outcome: 'completed', cost: 3 }])
    // Its ending was told as wrapping already: sequence rises by the move alone.
    expect(call.state.sequence).toBe(6)
    call.do({ type: 'stop', cause: 'stopped_by_request' })
    expect(call.state).toMatchObject({ state: 'ended', outcome: 'stopped', attempt: { number: 1 } })
    expect(noun.facets(call.state)).toMatchObject({ wasLive: false })
    const dropped = found().do({ type: 'hang_up' }).settled()
    expect(dropped.state).toMatchObject({ state: 'ended', outcome: 'completed', retries: 0 })
  })

  test('a scheduled call that was missed by over an hour is not dialled; a retry is, however late', () => {
    const call = given({ to: 'scheduled', dueAt: begin + minuteMs })
    expect(call.at(60).kinds()).toEqual(['hours.look'])
    expect(call.at(60 + 3601).look().state).toMatchObject({ outcome: 'error', end: { cause: 'time_missed' } })
    const seen = given({ to: 'scheduled', dueAt: begin + minuteMs })
      .at(60)
      .look()
      .at(9000)
      .offer()
    expect(seen.state.state).toBe('dialing')
    const late = calling({ retry: stubborn }).offer().ringing().at(60).at(40_000).offer()
    expect(late.state).toMatchObject({ state: 'dialing', attempt: { number: 2 } })
  })
})

describe('rule 7: slots', () => {
  test('are given back with the move; a late one too, and never one that is in use', () => {
    const call = given().offer()
    call.offer(undefined, { attempt: 1 })
    expect(call.asked('slot.release')).toEqual([])
    call.ringing().ended({ verdict: 'busy' })
    expect(call.asked('slot.release')).toEqual([{ attempt: 1, route: 'simulator' }])
    call.offer(undefined, { attempt: 1 })
    expect(call.asked('slot.release')).toHaveLength(2)
  })

  test('are given back outside the hours; it then waits for its next opening', () => {
    const closed = { openings: [begin + hourMs, begin + 20 * hourMs] }
    const call = calling({ keepsHours: true }).look({ balance: 'enough', closed }).at(3600)
    expect(noun.facets(call.state)).toMatchObject({ waiting: 'simulator', queuedAt: begin })
    call.at(7200).offer({ balance: 'enough', closed: { openings: [begin + 21 * hourMs] } })
    expect(call.state).toMatchObject({ state: 'deferred', openings: [begin + 21 * hourMs] })
    expect(call.state.wantsSlot).toBeUndefined()
    expect(call.events.at(-1)).toMatchObject({ type: 'slot.returned', because: 'outside the calling hours' })
  })
})

describe('rules 8 and 9', () => {
  test('wrapping makes what was asked for, and the cost; the transcript is there at once', () => {
    const call = calling({ makes: ['recording', 'extraction'] }).talking()
    call.do({ type: 'place_words', conversationId: idOf(9), after: 4, streamId: idOf(8) }).ended()
    expect(call.state.artefacts).toEqual({
      recording: 'pending',
      transcript: 'done',
      summary: 'skipped',
      extraction: 'pending',
      cost: 'pending',
    })
    expect(call.asked('artefact.make')).toHaveLength(3)
    expect(call.settled().state.state).toBe('ended')
    expect(given().talking().refusal({ type: 'settle', artefact: 'cost', attempt: 1, state: 'done' }).code).toBe(
      'wrong_state',
    )
  })

  test('a text is handed over at once, a call never', () => {
    const chat = given(text).do({ type: 'agent_ends', cause: 'handed_over' })
    expect(chat.state).toMatchObject({
      state: 'wrapping',
      outcome: 'transferred',
      artefacts: { transcript: 'skipped' },
    })
    expect(given().talking().refusal({ type: 'agent_ends', cause: 'handed_over' }).message).toContain('Transfer a call')
  })

  test('a text session ends with its conversation, a call goes on in another', () => {
    const lose = { type: 'lose', attempt: 1, cause: 'conversation_closed' } as const
    expect(given(text).do(lose).state).toMatchObject({ state: 'wrapping', outcome: 'completed' })
    expect(given().talking().run(lose)).toEqual([])
  })
})

describe('what the carrier counted last', () => {
  const media = { is: 'media', receivedPackets: 900, sentPackets: 880 } as const

  test('counts while the call is wrapped up, though we had hung up already', () => {
    const call = given().talking().at(18).do({ type: 'hang_up' })
    expect(call.state.state).toBe('wrapping')
    const before = { ...call.state }
    call.at(19).report(media)
    const { attempt } = call.state
    expect(attempt.media).toMatchObject({ receivedPackets: 900, sentPackets: 880 })
    // Nothing else is said by it.
    expect(call.state).toEqual({ ...before, attempt: { ...before.attempt, ...attempt } })
    expect(attempt).toMatchObject({ endedAt: before.attempt.endedAt, media: { firstReceivedAt: begin } })
  })

  test('does not say when sound first came, where that was not known while it went on', () => {
    const call = given().offer().ringing().answered().do({ type: 'hang_up' }).report(media)
    expect(call.state.attempt.media).toEqual({ receivedPackets: 900, sentPackets: 880 })
  })

  test('is refused of what has ended, and of another attempt', () => {
    const call = given().talking().at(18).do({ type: 'hang_up' })
    call.report(media, { attempt: 2 })
    expect(call.events.at(-1)).toMatchObject({ type: 'report.refused', because: 'it is about another attempt' })
    call.settled().report(media)
    expect(call.events.at(-1)).toMatchObject({ type: 'report.refused', because: 'it came when the session was ended' })
    expect(call.state.attempt.media).toMatchObject({ receivedPackets: 50 })
  })
})

describe('rule 10: silence and sound', () => {
  const quiet = { silenceMs: 10 * second, askOnlineMs: 10 * second }

  test('asks first where both are due, and counts anew; a word of the user begins it again (D47)', () => {
    const call = calling(quiet).talking().at(10)
    expect(call.state).toMatchObject({ state: 'live', attempt: { askedOnline: true } })
    expect(call.kinds()).toContain('agent.ask_online')
    call.at(12).says('user', 3)
    expect(due(call)).toEqual([25, 'ask_online'])
    call.at(35)
    expect(call.state).toMatchObject({ state: 'wrapping', outcome: 'completed', end: { cause: 'silence' } })
  })

  test('is not counted while somebody speaks', () => {
    const call = calling({ silenceMs: 10 * second })
      .talking()
      .says('agent', 20)
      .at(5)
      .says('user', 1)
    expect(due(call)).toEqual([30, 'silence'])
  })

  test('nobody is hung up on where silence is not set', () => {
    expect(
      due(
        calling({ askOnlineMs: 10 * second })
          .talking()
          .at(11),
      ),
    ).toEqual([2400, 'max_duration'])
  })

  test('5.7 last words are asked for before the silence ends it, and end it when they are said', () => {
    const call = calling({ silenceMs: 10 * second, saysLastWords: true })
      .talking()
      .at(10)
    expect(call.state).toMatchObject({ state: 'live' })
    expect(call.asked('agent.say_last')).toEqual([{ attempt: 1 }])
    call.says('agent', 3)
    expect(due(call)).toEqual([13, 'silence'])
    expect(call.at(13).state).toMatchObject({ state: 'wrapping', outcome: 'completed', end: { cause: 'silence' } })
    expect(call.asked('agent.say_last')).toHaveLength(1)
  })

  test.each([
    ['that nobody says', 0],
    ['that never end', 300],
  ])('5.7 last words %s are waited for 10 s', (_name, seconds) => {
    const call = calling({ silenceMs: 10 * second, saysLastWords: true })
      .talking()
      .at(10)
    if (seconds > 0) call.says('agent', seconds)
    expect(due(call)).toEqual([20, 'silence'])
  })

  test('5.7 a word of the user during the last words goes on with the call', () => {
    const call = calling({ silenceMs: 10 * second, saysLastWords: true })
      .talking()
      .at(10)
      .says('agent', 3)
    call.at(12).says('user', 1)
    expect(due(call)).toEqual([23, 'last_words'])
    call.at(23)
    expect(call.asked('agent.say_last')).toHaveLength(2)
  })

  test('5.9 a transfer that failed begins the silence anew: the agent has time to say so', () => {
    const call = calling({ silenceMs: 10 * second, saysLastWords: true })
      .talking()
      .at(10)
    call.do({ type: 'transfer', id: 't', to: '+14155550109', from: '+18005550111', ringMs: 30_000 })
    call.at(35).report({ is: 'ended', verdict: 'busy' }, { leg: call.state.control?.second?.leg ?? '', sequence: 1 })
    expect(call.state).toMatchObject({ state: 'live' })
    expect(due(call)).toEqual([45, 'last_words'])
  })

  test('no sound is flagged after 10 s and ends the call after 30', () => {
    const call = given().offer().ringing().answered().at(10)
    expect(call.state.attempt.media).toMatchObject({ noAudio: true })
    expect(call.kinds()).toContain('telephony.reinvite')
    expect(call.at(30).state).toMatchObject({ outcome: 'failed', end: { cause: 'media_lost', by: 'deadline' } })
  })

  test('while nothing was ever received it is not silence: it ends for want of sound, and is told so', () => {
    const call = calling({ ...quiet, saysLastWords: true })
      .offer()
      .ringing()
      .answered()
      .says('agent', 2)
      .at(25)
    expect(call.state).toMatchObject({ state: 'live', attempt: { media: { noAudio: true } } })
    expect(call.kinds()).not.toContain('agent.ask_online')
    expect(due(call)).toEqual([30, 'media_lost'])
  })

  test('sound that comes late begins the silence', () => {
    const call = calling({ silenceMs: 15 * second })
      .offer()
      .ringing()
      .answered()
      .at(25)
    call.report({ is: 'media', receivedPackets: 3, sentPackets: 900 })
    expect(due(call)).toEqual([40, 'silence'])
  })

  test('rule 3: what nobody could hear before a process took the call over is no silence', () => {
    const call = calling({ silenceMs: 20 * second, askOnlineMs: 10 * second })
      .talking()
      .at(15)
    expect(call.asked('agent.ask_online')).toHaveLength(1)
    call.at(25).do({ type: 'take_lease', lease: 'there' })
    expect(call.state.attempt).toMatchObject({ lease: 'there', leasedAt: call.now, quietFrom: call.now })
    call.says('agent').at(34)
    expect(call.asked('agent.ask_online')).toHaveLength(1)
    call.at(35)
    expect(call.asked('agent.ask_online')).toHaveLength(2)
    expect(call.at(54).state.state).toBe('live')
    expect(call.at(55).state).toMatchObject({ end: { cause: 'silence', by: 'deadline' } })
  })

  test('rule 3: a process that takes a call over listens for its sound from then on', () => {
    const call = given().offer().ringing().answered().at(25).do({ type: 'take_lease', lease: 'there' })
    expect(call.at(54).state.state).toBe('live')
    expect(call.at(55).state).toMatchObject({ end: { cause: 'media_lost' } })
  })

  test('a packet, or a word of the user, is sound', () => {
    expect(due(given().offer().ringing().answered().at(3).says('user'))?.[1]).toBe('max_duration')
    expect(
      due(given().offer().ringing().answered().report({ is: 'media', receivedPackets: 0, sentPackets: 9 })),
    ).toEqual([10, 'no_audio'])
  })

  test('the agent’s own limit stops at the bridge, silence too; the cap goes on', () => {
    const call = calling({ maxMs: 60 * second, silenceMs: 20 * second, capMs: 600 * second })
      .talking()
      .at(5)
    call.do({ type: 'transfer', id: 't', to: '+14155550109', from: '+18005550111', ringMs: 30_000 })
    const leg = call.state.control?.second?.leg ?? ''
    call.at(9).report({ is: 'answered' }, { leg, sequence: 1 })
    expect(call.state).toMatchObject({ state: 'live', outcome: 'transferred', control: { agent: 'left' } })
    expect(due(call)).toEqual([600, 'max_duration'])
    call.at(100).ended({ by: 'user' })
    expect(call.state).toMatchObject({ outcome: 'transferred', end: { cause: 'bridge_ended', by: 'user' } })
  })
})

describe('a callback', () => {
  const dayS = 86_400

  test('5.4 is asked for when the line is free again, and nothing else is retried', () => {
    const call = calling({ retry: { max: 3, on: [], onVoicemail: true, afterMs: [hourMs] } }).talking()
    call.do({ type: 'call_back', dueAt: begin + hourMs }).do({ type: 'call_back', dueAt: begin + 2 * hourMs })
    expect(call.state).toMatchObject({ state: 'live', callBackAt: begin + 2 * hourMs })
    expect(call.asked('call.back')).toEqual([])
    call.do({ type: 'agent_ends', cause: 'voicemail' }).settled()
    expect(call.asked('call.back')).toEqual([{ attempt: 1, dueAt: begin + 2 * hourMs }])
    expect(call.state).toMatchObject({ state: 'ended', outcome: 'completed', callBackAt: begin + 2 * hourMs })
  })

  test('5.4 is 2 minutes to 30 days ahead', () => {
    const call = given().talking()
    for (const seconds of [0, 119, 30 * dayS + 1, 120.0005])
      expect(call.refusal({ type: 'call_back', dueAt: begin + seconds * second })).toMatchObject({ field: 'dueAt' })
    for (const seconds of [120, 30 * dayS]) call.do({ type: 'call_back', dueAt: begin + seconds * second })
    expect(call.state.callBackAt).toBe(begin + 30 * dayS * second)
  })

  test('is agreed on the telephone only, while the call is live', () => {
    const dueAt = begin + hourMs
    expect(given(text).refusal({ type: 'call_back', dueAt })).toMatchObject({ field: 'kind' })
    expect(given().refusal({ type: 'call_back', dueAt }).code).toBe('wrong_state')
    expect(given().talking().ended().refusal({ type: 'call_back', dueAt }).code).toBe('closed')
  })
})

describe('voicemail', () => {
  const looking = { voicemailMs: 30 * second }

  test('a reply between two checks clears the first', () => {
    const call = calling(looking).talking().do({ type: 'voicemail_sign', sign: 'check' })
    call.do({ type: 'voicemail_sign', sign: 'live' }).do({ type: 'voicemail_sign', sign: 'check' })
    expect(call.state).toMatchObject({ state: 'live', attempt: { voicemail: 'suspected' } })
    expect(noun.facets(call.state)).toMatchObject({ voicemail: false })
  })

  test('is not looked for when nobody asked, nor after its time', () => {
    expect(given().talking().run({ type: 'voicemail_sign', sign: 'beep' })).toEqual([])
    expect(calling(looking).talking().at(30).run({ type: 'voicemail_sign', sign: 'beep' })).toEqual([])
  })
})
