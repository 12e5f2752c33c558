import { describe, expect, it } from 'vitest'
import { browser, given, second } from './given.ts'
import { session as noun } from './session.ts'

describe('a browser session', () => {
  it('asks its room to talk, and no line', () => {
    const session = given(browser).report({ is: 'answered', lease: 'here' })
    expect(session.asked('room.begin')).toEqual([{ attempt: 1, lease: 'here', resumed: false }])
    session.do({ type: 'take_lease', lease: 'there' })
    expect(session.asked('room.begin').at(-1)).toEqual({ attempt: 1, lease: 'there', resumed: true })
    expect(session.kinds().filter((kind) => kind.startsWith('agent.') || kind.startsWith('telephony.'))).toEqual([])
  })

  it('asks its room whether its user is there, and for last words', () => {
    const policy = { askOnlineMs: 10 * second, silenceMs: 20 * second, saysLastWords: true }
    const session = given({ ...browser, policy })
      .report({ is: 'answered', lease: 'here' })
      .at(10)
    expect(session.kinds()).toEqual(['room.begin', 'room.ask_online'])
    session.at(30)
    expect(session.asked('room.say_last')).toEqual([{ attempt: 1 }])
    expect(session.at(40).state).toMatchObject({ state: 'wrapping', end: { cause: 'silence' } })
  })

  it('X12: its agent is advised as long as it is live, in so many characters, and nothing else changes', () => {
    const session = given(browser)
    expect(session.refusal({ type: 'advise', text: 'Be kind.' }).code).toBe('wrong_state')
    session.report({ is: 'answered', lease: 'here' })
    const before = session.state
    session.do({ type: 'advise', text: '😀'.repeat(4_000) })
    const advised = session.events.at(-1)
    expect([advised?.type, advised && noun.part(advised)]).toEqual(['agent.advised', { creates: 'advice' }])
    expect(session.state).toEqual(before)
    for (const text of [' ', 'x'.repeat(4_001)]) expect(session.refusal({ type: 'advise', text }).code).toBe('invalid')
    session.do({ type: 'hang_up' })
    expect(session.refusal({ type: 'advise', text: 'Too late.' }).code).toBe('closed')
  })

  it('rule 9: is handed over at once, as what is written', () => {
    const session = given(browser).report({ is: 'answered', lease: 'here' })
    session.do({ type: 'agent_ends', cause: 'handed_over' })
    expect(session.state).toMatchObject({ outcome: 'transferred', end: { cause: 'handed_over' } })
  })
})
