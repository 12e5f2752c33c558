import { describe, expect, it } from 'vitest'
import { begin, browser, given, inbound, mail, row, stubborn, text, type Case } from '#domain/session/given.ts'
import { moves } from '#domain/session/moves.ts'
import type { SessionOutcome, SessionState } from '#domain/session/state.ts'
import { channelOf, channels, kindOf, statusOf, type Status } from './vocabulary.ts'

const policy = { retry: { ...stubborn, max: 1 }, voicemailMs: 30_000 }

/** An attempt that a voicemail answered, and that is to be tried again. */
function afterVoicemail(): Case {
  const call = given({ policy }).talking()
  return call.do({ type: 'agent_ends', cause: 'voicemail' })
}

/** Ready for its second attempt. */
function secondTime(): Case {
  const call = afterVoicemail().settled()
  call.fireNext()
  return call
}

/** An exchange of mail whose first one has gone. */
function sent(): Case {
  return given(mail).answered()
}

function of(call: Case): Status {
  return statusOf(call.state)
}

describe('statuses (lifecycle section 3)', () => {
  it.each<[string, () => Case, Status]>([
    ['a row of a batch', () => given(row), 'triggered'],
    ['ordered for later', () => given({ to: 'scheduled', dueAt: begin + 60_000 }), 'triggered'],
    ['A6: waits for a slot', () => given(), 'triggered'],
    [
      'outside its hours',
      () =>
        given({ policy: { keepsHours: true } }).look({ balance: 'enough', closed: { openings: [begin + 3_600_000] } }),
      'triggered',
    ],
    ['dialling', () => given().offer(), 'triggered'],
    ['A7: rings', () => given().offer().ringing(), 'ringing'],
    ['A7: rings here', () => given(inbound), 'ringing'],
    ['A8: talks', () => given().talking(), 'in_progress'],
    ['A10: over, still being settled', () => given().talking().ended({ by: 'user' }), 'completed'],
    ['A10: over', () => given().talking().ended({ by: 'user' }).settled(), 'completed'],
    ['A11: failed while it talked', () => given().talking().ended({ verdict: 'dropped' }).settled(), 'failed'],
    ['A11: the number does not exist', () => given().offer().ended({ verdict: 'invalid_number' }), 'failed'],
    ['A12: stopped while it waited', () => given().do({ type: 'stop', cause: 'stopped_by_request' }), 'cancelled'],
    ['A12: hung up while it rang', () => given().offer().ringing().do({ type: 'hang_up' }), 'cancelled'],
    ['A14: busy', () => given().offer().ended({ verdict: 'busy' }), 'unanswered'],
    ['A14: not answered', () => given().offer().ringing().ended({ verdict: 'no_answer' }), 'unanswered'],
    ['the carrier never reported anything', () => given().offer().at(120), 'failed'],
    ['A5: waits for its user', () => given(browser), 'token_created'],
    ['A12: its user never came (D16)', () => given(browser).at(20 * 60), 'cancelled'],
    ['A13: a chat handed over', () => given(text).do({ type: 'agent_ends', cause: 'handed_over' }), 'transferred'],
    ['A8: a chat', () => given(text), 'in_progress'],
    [
      'A13: an exchange of mail handed over',
      () => sent().do({ type: 'agent_ends', cause: 'handed_over' }),
      'transferred',
    ],
    ['A8: an exchange of mail', sent, 'in_progress'],
    ['a mail on its way', () => given(mail), 'triggered'],
    ['a mail that was never sent', () => given(mail).at(5 * 3_600), 'failed'],
    ['a voicemail answered, a retry is due', afterVoicemail, 'in_progress'],
    ['a voicemail answered, it waits for the retry', () => afterVoicemail().settled(), 'in_progress'],
    ['the second time, in line', secondTime, 'in_progress'],
    ['the second time, dialling', () => secondTime().offer(), 'in_progress'],
    ['the second time, ringing', () => secondTime().offer().ringing(), 'in_progress'],
    ['the second time, busy', () => secondTime().offer().ended({ verdict: 'busy' }), 'completed'],
    ['the second time, stopped', () => secondTime().do({ type: 'stop', cause: 'stopped_by_request' }), 'completed'],
    [
      'the second time, failed to connect',
      () => secondTime().offer().ended({ verdict: 'invalid_number' }),
      'completed',
    ],
    [
      'the second time, nothing heard',
      () =>
        secondTime()
          .offer()
          .jump(begin + 86_400_000),
      'completed',
    ],
    ['a retry that is due, dropped', () => afterVoicemail().do({ type: 'hang_up' }), 'completed'],
  ])('%s', (_what, make, status) => {
    expect(of(make())).toBe(status)
  })

  it('A13: once the agent left, it stays transferred whatever becomes of the line', () => {
    const call = given().talking()
    call.do({ type: 'transfer', id: 'one', to: '+14155550199', from: '+18005550111', ringMs: 60_000 })
    expect(of(call)).toBe('in_progress')
    const leg = call.state.control?.second?.leg ?? ''
    call.report({ is: 'answered' }, { leg, sequence: 1 })
    expect([call.state.state, of(call)]).toEqual(['live', 'transferred'])
    call.ended({ verdict: 'dropped' })
    expect(of(call)).toBe('transferred')
    call.settled()
    expect([call.state.state, of(call)]).toEqual(['ended', 'transferred'])
  })

  it('every ending of the table of moves has a word, and no other word than a terminal one', () => {
    const seen = new Set<string>()
    const froms = Object.entries(moves) as [
      SessionState | 'new',
      Record<string, { outcomes?: readonly SessionOutcome[] }>,
    ][]
    for (const [from, targets] of froms)
      for (const outcome of (from !== 'new' && targets['ended']?.outcomes) || []) {
        const { state: session } = from === 'wrapping' ? given().talking() : given()
        const attempt = from === 'wrapping' ? session.attempt : { number: 1 }
        seen.add(`${from} ${outcome} ${statusOf({ ...session, state: 'ended', outcome, attempt })}`)
      }
    expect([...seen].toSorted()).toEqual([
      'deferred balance_low failed',
      'deferred error failed',
      'deferred stopped cancelled',
      'dialing canceled cancelled',
      'dialing error failed',
      'dialing failed failed',
      'dialing stopped cancelled',
      'joining canceled cancelled',
      'joining failed failed',
      'prepared stopped cancelled',
      'queued balance_low failed',
      'queued error failed',
      'queued stopped cancelled',
      'ringing busy unanswered',
      'ringing canceled cancelled',
      'ringing failed failed',
      'ringing no_answer unanswered',
      'scheduled stopped cancelled',
      'wrapping completed completed',
      'wrapping failed failed',
      'wrapping transferred transferred',
    ])
  })
})

it('channels and kinds are each other', () => {
  for (const channel of channels) expect(channelOf({ kind: kindOf[channel] })).toBe(channel)
})
