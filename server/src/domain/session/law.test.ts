// The law of statuses (B) over our states: one test for each rule, then each of its timelines.
import { describe, expect, test } from 'vitest'
import { hourMs, minuteMs } from '../vocabulary/instant.ts'
import { begin, calling, given, inbound, row, second, stubborn } from './given.ts'

const closed = { openings: [begin + 11 * hourMs, begin + 35 * hourMs] }
const outOfHours = { balance: 'enough', closed } as const

describe('the law of statuses', () => {
  test('B2 queued, dialing, ringing, live, wrapping, ended: a call that is answered', () => {
    const call = given().offer().placed().at(2).ringing().at(5).talking().at(46).ended({ verdict: 'hangup' }).at(54)
    call.settled()
    expect(call.way).toEqual(['queued', 'dialing', 'ringing', 'live', 'wrapping', 'ended'])
    expect(call.state).toMatchObject({
      outcome: 'completed',
      end: { cause: 'user_hangup', by: 'user', at: begin + 46 * second },
      sequence: 6,
      attempt: { callId: 'CA1', dialedAt: begin, ringingAt: begin + 2 * second, answeredAt: begin + 5 * second },
    })
  })

  test('B3 a phone that rings for its ring time is not answered, whatever the carrier says', () => {
    const call = given().offer().at(2).ringing().at(63)
    expect(call.way).toEqual(['queued', 'dialing', 'ringing', 'ended'])
    expect(call.state).toMatchObject({ outcome: 'no_answer', end: { cause: 'ring_timeout', at: begin + 62 * second } })
    expect(call.kinds()).toContain('telephony.hang_up')
  })

  test('B4, B5 busy has rung, also where the carrier skipped that', () => {
    const call = given().offer().at(4).ended({ verdict: 'busy' })
    expect(call.way).toEqual(['queued', 'dialing', 'ringing', 'ended'])
    expect(call.state).toMatchObject({ outcome: 'busy', attempt: { ringingAt: begin + 4 * second } })
    expect(call.state.attempt.answeredAt).toBeUndefined()
  })

  test('B5 live only from ringing: an answer without ringing writes both at once', () => {
    const call = given().offer().at(3).answered()
    expect(call.way).toEqual(['queued', 'dialing', 'ringing', 'live'])
    expect(call.state.attempt).toMatchObject({ ringingAt: begin + 3 * second, answeredAt: begin + 3 * second })
  })

  test('B6 ended is final', () => {
    const call = given().offer().ringing().ended({ verdict: 'rejected' })
    const had = call.state
    call.report({ is: 'answered' })
    expect(call.state).toEqual(had)
    expect(call.refusal({ type: 'hang_up' }).code).toBe('closed')
    expect(call.events.at(-1)).toMatchObject({ type: 'report.refused', what: 'answered' })
  })

  test('B9 out of hours: queued and at once deferred, without a slot; dialled at the opening', () => {
    const call = calling({ keepsHours: true })
    expect(call.kinds()).toEqual(['hours.look'])
    call.look(outOfHours)
    expect(call.way).toEqual(['queued', 'deferred'])
    expect(call.asked('slot.want')).toEqual([])
    call.jump(begin + 11 * hourMs)
    expect(call.state).toMatchObject({ state: 'deferred', wantsSlot: true })
    expect(call.asked('slot.want')).toEqual([{ attempt: 1, route: 'simulator' }])
    call.offer()
    expect(call.way).toEqual(['queued', 'deferred', 'dialing'])
  })

  test('B9 inside the hours it asks for a slot as soon as they were looked at', () => {
    const call = calling({ keepsHours: true }).look()
    expect(call.kinds()).toEqual(['hours.look', 'slot.want'])
    expect(call.look().kinds()).toHaveLength(2)
  })

  test('B15 too low a balance: told at the gate, never retried', () => {
    const call = calling({ retry: stubborn }).offer({ balance: 'low' })
    expect(call.way).toEqual(['queued', 'ended'])
    expect(call.state).toMatchObject({ outcome: 'balance_low', attempt: { number: 0 } })
    expect(call.asked('slot.release')).toEqual([{ attempt: 1, route: 'simulator' }])
  })

  test('B16 stopped: no carrier response within the setup time; the leg that comes alive later is hung up', () => {
    const call = given().offer().at(60)
    expect(call.way).toEqual(['queued', 'dialing', 'ended'])
    expect(call.state).toMatchObject({ outcome: 'stopped', end: { cause: 'no_response' } })
    const asked = call.asked('telephony.hang_up').length
    call.placed().report({ is: 'answered' }, { attempt: 1 })
    expect(call.state.outcome).toBe('stopped')
    expect(call.asked('telephony.hang_up')).toHaveLength(asked + 2)
  })

  test('B16 the answer to the dial alone is no report; one that was heard fails instead, and may be retried', () => {
    expect(given().offer().placed().at(61).state.end?.cause).toBe('no_response')
    const call = calling({ retry: stubborn }).offer().report({ is: 'progress' }).at(61)
    expect([call.way.at(-1), call.outcomes]).toEqual(['scheduled', ['failed']])
    expect(call.state.past).toMatchObject([{ cause: 'setup_timeout' }])
  })

  test('B16 error: the call cannot be placed', () => {
    for (const unusable of ['agent_unusable', 'number_unusable', 'credentials_refused'] as const) {
      const { state } = given().offer({ balance: 'enough', unusable })
      expect(state).toMatchObject({ state: 'ended', outcome: 'error', end: { cause: unusable } })
    }
    expect(given().offer({ balance: 'enough', unusable: 'agent_deleted' }).state.outcome).toBe('stopped')
  })

  test('B16 canceled: before the answer, by request', () => {
    for (const call of [given().offer(), given().offer().ringing(), given(inbound)]) {
      call.do({ type: 'hang_up' })
      expect(call.state).toMatchObject({ state: 'ended', outcome: 'canceled', end: { by: 'request' } })
      expect(call.kinds()).toContain('telephony.hang_up')
    }
  })
})

describe('timelines', () => {
  test('voicemail: two checks that agree hang up', () => {
    const call = calling({ voicemailMs: 30 * second }).talking()
    call.at(8).do({ type: 'voicemail_sign', sign: 'check' })
    expect(call.state.state).toBe('live')
    call.at(15).do({ type: 'voicemail_sign', sign: 'check' })
    expect(call.state).toMatchObject({ state: 'wrapping', outcome: 'completed', attempt: { voicemail: 'found' } })
    expect(call.state.end).toMatchObject({ cause: 'voicemail', by: 'agent' })
  })

  test('auto-retry: the ending, then scheduled, in one decision; a walk of its own', () => {
    const call = calling({ retry: stubborn }).offer().at(2).ringing().at(62)
    expect(call.way.slice(-1)).toEqual(['scheduled'])
    expect(call.events.slice(-2)).toMatchObject([
      { type: 'attempt.ended', attempt: 1, outcome: 'no_answer', retryAt: begin + 62 * second + 30 * minuteMs },
      { type: 'session.moved', to: 'scheduled', dueAt: begin + 62 * second + 30 * minuteMs },
    ])
    expect(call.state).toMatchObject({ retries: 1, outcome: null, end: null, sequence: 5 })
    call.jump(begin + 62 * second + 30 * minuteMs)
    expect(call.state).toMatchObject({ state: 'queued', attempt: { number: 1 } })
    call.offer().talking().ended().settled()
    expect(call.state).toMatchObject({ outcome: 'completed', attempt: { number: 2 }, past: [{ number: 1 }] })
  })

  test('stopped while queued: nothing is dialled, and the batch hears of it', () => {
    const call = given(row).do({ type: 'queue', because: 'its batch starts' })
    call.do({ type: 'stop', cause: 'batch_stopped' })
    expect(call.state).toMatchObject({ state: 'ended', outcome: 'stopped', end: { cause: 'batch_stopped' } })
    expect(call.kinds()).toEqual(['slot.want', 'batch.row'])
    expect(call.run({ type: 'stop', cause: 'stopped_by_request' })).toEqual([])
    expect(call.run({ type: 'queue', because: 'told again' })).toEqual([])
  })

  test('live hangup is asked for by name; a stop is not enough (D16)', () => {
    const call = given().talking()
    expect(call.refusal({ type: 'stop', cause: 'stopped_by_request' }).message).toBe('It is live: hang it up instead.')
    call.do({ type: 'hang_up', note: 'n'.repeat(300) })
    expect(call.state.end).toMatchObject({ cause: 'request_hangup', by: 'request', note: 'n'.repeat(200) })
    expect(call.kinds()).toContain('telephony.hang_up')
  })

  test('inbound: ringing, live, wrapping, ended; no slot, no dial, no queue', () => {
    const call = given(inbound).at(1).answered().report({ is: 'media', receivedPackets: 9, sentPackets: 9 })
    call.at(20).ended({ by: 'user' }).settled()
    expect(call.way).toEqual(['ringing', 'live', 'wrapping', 'ended'])
    expect(call.kinds()).toEqual(['agent.begin', 'wallet.charge', 'artefact.make'])
  })

  test('inbound: a caller that gives up, and one that the rules keep out', () => {
    expect(given(inbound).ended({ by: 'user' }).state).toMatchObject({
      outcome: 'canceled',
      end: { cause: 'caller_abandoned' },
    })
    const call = given(inbound).do({ type: 'reject', attempt: 1, note: 'not known' })
    expect(call.state).toMatchObject({ outcome: 'failed', end: { cause: 'inbound_rejected', note: 'not known' } })
    expect(call.asked('telephony.hang_up')).toMatchObject([{ reject: true }])
    expect(call.refusal({ type: 'reject', attempt: 1 }).code).toBe('wrong_state')
  })
})
