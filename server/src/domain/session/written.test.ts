import { describe, expect, test } from 'vitest'
import { dayMs, minuteMs } from '../vocabulary/instant.ts'
import { begin, given, idOf, mail, text, type Case } from './given.ts'
import { limits } from './limits.ts'
import { session as noun } from './session.ts'

const [first, next] = [idOf(21), idOf(22)]
const call = { id: 't1', name: 'look', arguments: { q: 'hours' }, output: 'nine', isError: false, latencyMs: 12 }

function chat(): Case {
  return given({ ...text, user: 'alice', own: 'agent_1' })
}

/** What the last command asks of others in the same transaction. */
function reactions(session: Case) {
  const last = session.events.at(-1)
  return last ? noun.reactions(last, session.state) : []
}

const place = (conversationId: string) => ({ type: 'place_words', conversationId, after: 0 }) as const
const to = (id: string, type: string) => ({ noun: 'conversation', id, command: { type, sessionId: idOf(1) } })

describe('sessions that are written', () => {
  test('a text session asks for its greeting once, and for nobody to talk', () => {
    const session = chat()
    expect(session.kinds()).toEqual(['agent.greet'])
    expect(session.asked('agent.greet')).toEqual([{ attempt: 1 }])
    session.do({ type: 'take_lease', lease: 'there' })
    expect(session.kinds()).toEqual(['agent.greet'])
  })

  test('an e-mail session that goes live asks for nobody to talk', () => {
    const session = given(mail)
    session.report({ is: 'answered' })
    expect(session.state.state).toBe('live')
    expect(session.kinds()).not.toContain('agent.begin')
  })

  test('nobody has to take it up after a restart', () => {
    expect(noun.facets(chat().state)).toMatchObject({ inFlight: undefined, state: 'live' })
  })

  test('section 4: its conversation knows of it while it is live', () => {
    const session = chat().do(place(first))
    expect(reactions(session)).toEqual([to(first, 'attach_session')])
    session.do({ type: 'turn', who: 'user', quietFrom: begin })
    expect(reactions(session)).toEqual([])
    session.do({ type: 'hang_up' })
    expect(reactions(session)).toEqual([to(first, 'detach_session')])
    session.settled()
    expect(reactions(session)).toEqual([])
  })

  test('section 4: it goes on in another conversation, and the one before lets go of it', () => {
    const session = chat().do(place(first)).do(place(next))
    expect(reactions(session)).toEqual([to(first, 'detach_session'), to(next, 'attach_session')])
    session.do({ type: 'agent_ends', cause: 'handed_over' })
    expect(session.state).toMatchObject({ outcome: 'transferred', end: { cause: 'handed_over' } })
    expect(reactions(session)).toEqual([to(next, 'detach_session')])
  })

  test('section 4: closed with its conversation it is completed, and leaves it', () => {
    const session = chat().do(place(first)).do({ type: 'lose', attempt: 1, cause: 'conversation_closed' })
    expect(session.state).toMatchObject({
      state: 'wrapping',
      outcome: 'completed',
      end: { cause: 'conversation_closed' },
    })
    expect(reactions(session)).toMatchObject([{ noun: 'conversation', command: { type: 'detach_session' } }])
  })

  test('section 4: an e-mail session goes on when its conversation is closed', () => {
    const session = given(mail).report({ is: 'answered' }).do(place(first))
    expect(session.run({ type: 'lose', attempt: 1, cause: 'conversation_closed' })).toEqual([])
  })

  test('idle time counts from the last word of either', () => {
    const session = given({ ...text, policy: { idleMs: 10 * minuteMs } })
    session.at(300).says('user').at(420).says('agent', 30)
    expect(session.at(420 + 599).state.state).toBe('live')
    expect(session.at(420 + 600).state).toMatchObject({ outcome: 'completed', end: { cause: 'idle', by: 'deadline' } })
    const patient = chat()
    expect(patient.jump(begin + 1_000 * dayMs).state.state).toBe('live')
    expect(patient.jump(begin + 1_100 * dayMs).state.state).not.toBe('live')
  })

  test('a turn that failed and a tool that was used are kept, and change nothing', () => {
    const session = chat().do(place(first))
    const before = session.state
    session.do({ type: 'fail_turn', because: 'b'.repeat(300) }).do({ type: 'note_tool', after: null, call })
    expect(session.state).toEqual(before)
    const [failed, used] = session.events.slice(-2)
    expect(failed).toMatchObject({ type: 'turn.failed', because: 'b'.repeat(limits.note) })
    expect(failed && noun.part(failed)).toEqual({ creates: 'timeline' })
    expect(used && noun.part(used)).toEqual({ creates: 'tool_call' })
    session.do({ type: 'hang_up' })
    expect(session.refusal({ type: 'fail_turn', because: 'late' }).code).toBe('closed')
  })

  test('rule 2: a tool that came back after the end is kept, and changes nothing', () => {
    const session = chat().do({ type: 'hang_up' })
    for (const state of ['wrapping', 'ended']) {
      expect(session.state.state).toBe(state)
      const before = session.state
      session.do({ type: 'note_tool', after: null, call })
      expect([session.state, session.events.at(-1)]).toMatchObject([before, { type: 'tool.called', call }])
      session.settled()
    }
    expect(given().refusal({ type: 'note_tool', after: null, call }).code).toBe('wrong_state')
  })

  test('what its model took is kept with the attempt, also after the end, and changes nothing', () => {
    const usage = { attempt: 1, model: 'm'.repeat(300), promptTokens: 900, completionTokens: 0 }
    const session = chat().do({ type: 'hang_up' })
    const before = session.state
    session.do({ type: 'note_usage', ...usage })
    const used = session.events.at(-1)
    expect(used).toMatchObject({ type: 'model.used', ...usage, model: 'm'.repeat(limits.note) })
    expect(used && noun.part(used)).toEqual({ creates: 'usage' })
    expect(session.state).toEqual(before)
    expect(given().refusal({ type: 'note_usage', ...usage }).code).toBe('wrong_state')
    for (const attempt of [0, 2]) expect(session.refusal({ type: 'note_usage', ...usage, attempt }).code).toBe('closed')
    for (const wrong of [{ promptTokens: -1 }, { completionTokens: 0.5 }, { promptTokens: NaN }])
      expect(session.refusal({ type: 'note_usage', ...usage, ...wrong }).code).toBe('invalid')
  })

  test('an agent that had no first words is not asked for them again; one that had is not marked', () => {
    expect(chat().do({ type: 'fail_turn', because: 'it broke' }).state.greetingTried).toBe(true)
    expect(chat().says('agent').state.greetingTried).toBe(true)
    expect(chat().do(place(first)).says('agent').state.greetingTried).toBeUndefined()
    expect(chat().do(place(first)).says('user').state.greetingTried).toBeUndefined()
  })
})
