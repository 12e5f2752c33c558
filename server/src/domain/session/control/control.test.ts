import { describe, expect, test } from 'vitest'
import type { SessionEvent } from '../events.ts'
import {
  alice,
  answer,
  answered,
  begin,
  bob,
  type Call,
  connect,
  connected,
  offered,
  opened,
  plain,
  reference,
  transfer,
  us,
} from './given.ts'

const types = (events: readonly SessionEvent[]): readonly string[] =>
  events.map((event) => {
    if (event.type === 'control.changed') return `${event.type} ${Object.keys(event.regions).join(' ')}`
    return event.type === 'session.moved' ? `${event.from} → ${event.to}` : event.type
  })
const kinds = ({ effects }: Call, since = 0): readonly string[] =>
  effects.slice(since).map(({ kind, payload }) => {
    const { reference: leg, references } = payload as { reference?: string; references?: readonly string[] }
    return [kind, leg ?? references?.join(' + ')].join(' ')
  })
const control = ({ session }: Call) => session.control!

describe('answer', () => {
  test('TF10 the carrier picks the caller up, then the session is live', () => {
    const call = offered()
    expect(types(call.ask(answer(call)))).toEqual(['control.changed waiting'])
    expect(call.effects.at(-1)).toEqual({
      kind: 'telephony.answer',
      mode: 'once',
      key: `answer ${reference(call)} answer`,
      payload: { attempt: 1, reference: reference(call), route: 'simulator', command: 'answer' },
    })
    expect(call.session.state).toBe('ringing')
    const events = call.ask({ type: 'answer_done', id: 'answer' })
    expect(types(events)).toEqual(['ringing → live', 'control.changed agent waiting'])
    expect(call.session.attempt.answeredAt).toBe(begin)
    expect(call.ask({ type: 'answer_done', id: 'answer' })).toEqual([])
  })

  test('TF11 it may fail and be tried again', () => {
    const call = offered()
    call.ask(answer(call))
    call.ask({ type: 'answer_done', id: 'answer', failed: 'no line' })
    expect(control(call)).toMatchObject({ agent: 'pending' })
    expect(control(call).waiting).toBeUndefined()
    expect(types(call.ask(answer(call, 'again')))).toEqual(['control.changed waiting'])
  })

  test('the carrier’s own report of the answer does the same, and what comes second is nothing', () => {
    const call = offered()
    call.ask(answer(call))
    expect(types(call.report({ is: 'answered' }))).toEqual(['ringing → live', 'control.changed agent waiting'])
    expect(control(call).agent).toBe('answered')
    expect(call.ask({ type: 'answer_done', id: 'answer' })).toEqual([])
  })

  test('without a result it fails at its deadline; an answer after that is a fact all the same', () => {
    const call = offered()
    call.ask(answer(call))
    expect(call.pass(9_999)).toEqual([])
    expect(call.pass(1)).toMatchObject([{ type: 'control.failed', command: 'answer', because: 'timeout' }])
    expect(call.ask({ type: 'answer_done', id: 'answer', failed: 'too late' })).toEqual([])
    expect(types(call.ask({ type: 'answer_done', id: 'answer' }))).toEqual(['ringing → live', 'control.changed agent'])
  })

  test('D22 not on a session that its program opened', () => {
    const call = opened()
    expect(call.refusal(answer(call)).code).toBe('wrong_state')
  })
})

describe('connect', () => {
  test('TF12, TF23 from pending: the callee rings, then the caller is picked up, then they are connected', () => {
    const call = offered()
    call.ask(connect(call))
    const { leg } = control(call).second!
    expect(control(call).second).toMatchObject({ state: 'dialing', purpose: 'connect', to: us, from: alice })
    expect(call.effects.at(-1)).toEqual({
      kind: 'telephony.dial',
      mode: 'once',
      key: `dial ${reference(call, leg)}`,
      payload: {
        attempt: 1,
        leg,
        reference: reference(call, leg),
        from: alice,
        to: us,
        route: 'simulator',
        ringMs: 60_000,
        limitMs: 2_430_000,
      },
    })
    call.second({ is: 'ringing' })
    const since = call.effects.length
    call.pass(20_000)
    call.second({ is: 'answered' })
    expect(call.session).toMatchObject({
      state: 'ringing',
      control: { agent: 'pending', second: { state: 'answered' } },
    })
    expect(kinds(call, since)).toEqual([`telephony.answer ${reference(call)}`])
    const events = call.ask({ type: 'answer_done', id: 'connect' })
    expect(types(events)).toEqual(['ringing → live', 'control.changed agent mode waiting'])
    expect(control(call)).toMatchObject({ agent: 'connected', mode: 'barge' })
    expect(kinds(call, since).at(-1)).toBe(`telephony.bridge ${reference(call)} + ${reference(call, leg)}`)
  })

  test('the caller cannot be picked up: the connect fails, and the callee is let go', () => {
    const call = offered()
    call.ask(connect(call))
    call.second({ is: 'answered' })
    const since = call.effects.length
    const events = call.ask({ type: 'answer_done', id: 'connect', failed: 'no line' })
    expect(events).toMatchObject([
      { type: 'control.failed', command: 'connect', id: 'connect', because: 'no line' },
      { type: 'control.changed', regions: { second: { state: 'ended' } } },
    ])
    expect(kinds(call, since)).toEqual([`telephony.hang_up ${reference(call, control(call).second!.leg)}`])
    expect(call.session.state).toBe('ringing')
  })

  test('a callee who is there at the last moment leaves time to pick the caller up', () => {
    const call = offered()
    call.ask(connect(call, 20_000))
    call.pass(19_999)
    call.second({ is: 'answered' })
    expect(call.pass(3_999)).toEqual([])
    expect(call.pass(1)[0]).toMatchObject({ type: 'control.failed', command: 'connect', because: 'timeout' })
    expect(control(call)).toMatchObject({ agent: 'pending', second: { state: 'ended' } })
  })

  test('TF14, D4 from answered: connected at once, in the mode its connector wants', () => {
    const call = answered({ modeAfterConnect: 'spy' })
    call.ask(connect(call))
    const since = call.effects.length
    const events = call.second({ is: 'answered' })
    expect(types(events)).toEqual(['control.changed second', 'control.changed second agent mode waiting'])
    expect(control(call)).toMatchObject({ agent: 'connected', mode: 'spy' })
    expect(kinds(call, since)).toHaveLength(1)
  })

  test.each([
    [{ is: 'ended', verdict: 'busy' }, 'busy'],
    [{ is: 'ended', verdict: 'rejected' }, 'rejected'],
    [{ is: 'ended', protocol: { sip: 404 } }, 'invalid_number'],
    [{ is: 'ended', verdict: 'no_answer' }, 'no_answer'],
  ] as const)('TF13, R5, D6 not taken (%o): the agent goes on, told %s', (what, because) => {
    for (const call of [offered(), answered()]) {
      const { agent } = control(call)
      call.ask(connect(call))
      const since = call.effects.length
      expect(call.second(what)[0]).toMatchObject({ type: 'control.failed', command: 'connect', because })
      expect(control(call)).toMatchObject({ agent, second: { state: 'ended', cause: because } })
      expect(control(call).waiting).toBeUndefined()
      expect(kinds(call, since)).toEqual([])
      expect(types(call.ask(connect(call, 30_000, 'again')))).toEqual(['control.changed second waiting'])
    }
  })

  test('a phone that rings too long is hung up', () => {
    const call = answered()
    call.ask(connect(call, 20_000))
    call.second({ is: 'ringing' })
    const since = call.effects.length
    expect(call.pass(20_000)[0]).toMatchObject({ type: 'control.failed', because: 'ring_timeout', at: begin + 20_000 })
    expect(kinds(call, since)).toContain(`telephony.hang_up ${reference(call, control(call).second!.leg)}`)
  })

  test('a command whose own deadline comes first fails by that', () => {
    const call = answered()
    call.ask({ type: 'connect', id: 'connect', to: us, from: alice, ringMs: 60_000, until: begin + 5_000 })
    expect(call.pass(5_000)[0]).toMatchObject({ type: 'control.failed', because: 'timeout', at: begin + 5_000 })
    expect(control(call).second).toMatchObject({ state: 'ended' })
  })

  test('D3 the ring time stands still while it rings, and at least 10 s remain after a failure', () => {
    const patient = offered()
    patient.pass(10_000)
    patient.ask(connect(patient, 40_000))
    patient.pass(40_000)
    expect(patient.session.state).toBe('ringing')
    expect(patient.pass(49_999)).toEqual([])
    expect(types(patient.pass(1))).toContain('ringing → ended')
    const late = offered()
    late.pass(59_000)
    late.ask(connect(late, 5_000))
    late.second({ is: 'ended', verdict: 'busy' })
    expect(late.pass(9_999)).toEqual([])
    expect(types(late.pass(1))).toContain('ringing → ended')
  })

  test('never beyond 5 min from the arrival, whatever is connected or offered', () => {
    const call = offered()
    for (let n = 0; n < 4; n++) {
      call.ask(connect(call, 90_000, `connect ${n}`))
      call.pass(90_000)
    }
    expect(call.session).toMatchObject({ state: 'ended', outcome: 'no_answer', end: { at: begin + 300_000 } })
  })

  test.each([0, 999, 120_001, 1.5, Number.NaN])('a ring time of %d ms is refused', (ringMs) => {
    const call = answered()
    expect(call.refusal({ ...transfer, ringMs } as typeof transfer)).toMatchObject({ code: 'invalid', field: 'ringMs' })
    const command = { type: 'connect', id: 'connect', to: us, from: alice, ringMs, until: begin + 1_000 } as const
    expect(call.refusal(command)).toMatchObject({ code: 'invalid', field: 'ringMs' })
  })

  test('a deadline that has passed and a callee without a name are refused', () => {
    const call = offered()
    expect(call.refusal({ type: 'answer', id: 'a', until: begin })).toMatchObject({ code: 'invalid', field: 'until' })
    const nobody = { type: 'connect', id: 'c', to: '', from: alice, ringMs: 5_000, until: begin + 5_000 } as const
    expect(call.refusal(nobody)).toMatchObject({ code: 'invalid', field: 'to' })
  })

  test('D28, one command waits at a time; the same one again is nothing new', () => {
    const call = answered()
    call.ask(connect(call))
    expect(call.ask(connect(call))).toEqual([])
    expect(call.refusal(connect(call, 30_000, 'other'))).toMatchObject({ code: 'in_use' })
    expect(call.refusal(transfer)).toMatchObject({ code: 'in_use' })
  })

  test('D23 close and disconnect cancel the ringing', () => {
    for (const type of ['close', 'disconnect'] as const) {
      const call = answered()
      call.ask(connect(call))
      const since = call.effects.length
      expect(call.ask({ type })[0]).toMatchObject({ type: 'control.failed', command: 'connect' })
      expect(call.session).toMatchObject({ state: 'wrapping', control: { second: { state: 'ended' } } })
      expect(kinds(call, since)).toContain(`telephony.hang_up ${reference(call, control(call).second!.leg)}`)
    }
  })
})

describe('D22 a call that its program makes', () => {
  test('connect makes it, and the answer connects', () => {
    const call = opened()
    expect(types(call.ask(connect(call)))).toEqual(['control.changed waiting', 'scheduled → queued'])
    call.giveSlot()
    call.report({ is: 'ringing' })
    expect(types(call.report({ is: 'answered' }))).toEqual(['ringing → live', 'control.changed agent mode waiting'])
    expect(control(call)).toMatchObject({ agent: 'connected', mode: 'barge' })
    expect(types(call.ask({ type: 'close' }))).toContain('live → wrapping')
    expect(call.session.outcome).toBe('completed')
  })

  test('a failed connect is a failed attempt, outside the count, and it waits for the next one', () => {
    const call = opened()
    call.ask(connect(call))
    call.giveSlot()
    call.report({ is: 'ringing' })
    call.report({ is: 'ended', verdict: 'busy' })
    expect(call.events.findLast(({ type }) => type === 'control.failed')).toMatchObject({ command: 'connect' })
    expect(call.session).toMatchObject({ state: 'scheduled', retries: 0, control: { agent: 'pending' } })
    expect(call.session.dueAt).toBeUndefined()
    expect(types(call.ask(connect(call, 30_000, 'again')))).toContain('scheduled → queued')
  })

  test.each(['queued', 'dialing', 'ringing'] as const)(
    'the ring time of a connect that is %s ends the attempt',
    (state) => {
      const call = opened()
      call.ask(connect(call, 20_000))
      if (state !== 'queued') call.giveSlot()
      if (state === 'ringing') call.report({ is: 'ringing' })
      expect(call.session.state).toBe(state)
      call.pass(20_000)
      expect(call.events.findLast(({ type }) => type === 'control.failed')).toMatchObject({ at: begin + 20_000 })
      expect(call.session.state).toBe('scheduled')
      expect(control(call).waiting).toBeUndefined()
    },
  )

  test('close ends it in each state', () => {
    for (const steps of [0, 1, 2, 3]) {
      const call = opened()
      if (steps > 0) call.ask(connect(call))
      if (steps > 1) call.giveSlot()
      if (steps > 2) call.report({ is: 'ringing' })
      call.ask({ type: 'close' })
      expect(call.session).toMatchObject({
        state: 'ended',
        outcome: steps > 1 ? 'canceled' : 'stopped',
        end: { by: 'agent' },
        control: { agent: 'disconnected' },
      })
    }
  })
})

describe('who hears the agent', () => {
  test('TF17, TF25 the modes, only while connected', () => {
    const call = connected()
    expect(types(call.ask({ type: 'mode', mode: 'whisper' }))).toEqual(['control.changed mode'])
    expect(call.ask({ type: 'mode', mode: 'whisper' })).toEqual([])
    call.ask({ type: 'close' })
    expect(control(call).mode).toBeNull()
  })
})

describe('the agent leaves', () => {
  test('TF18, TF26 close of a bridged call: outcome fixed, the two talk on', () => {
    const call = connected()
    call.ask({ type: 'attach_media', lease: 'node' })
    expect(types(call.ask({ type: 'close' }))).toEqual([
      'control.changed agent mode',
      'outcome.fixed',
      'control.changed media',
      'control.changed offer',
    ])
    expect(call.session).toMatchObject({ state: 'live', outcome: 'transferred', control: { agent: 'left' } })
    expect(call.refusal({ type: 'disconnect' }).code).toBe('closed')
  })

  test('R4 either of the two hangs up: the other leg is dropped, and the session is transferred', () => {
    const ends = (hangUp: (call: Call) => void) => {
      const call = connected()
      call.ask({ type: 'close' })
      const since = call.effects.length
      call.pass(60_000)
      hangUp(call)
      expect(call.session).toMatchObject({ state: 'wrapping', outcome: 'transferred', end: { cause: 'bridge_ended' } })
      expect(control(call)).toMatchObject({ agent: 'left', second: { state: 'ended' } })
      return { call, hungUp: kinds(call, since).filter((kind) => kind.startsWith('telephony.hang_up')) }
    }
    const second = ends((call) => call.second({ is: 'ended', verdict: 'hangup' }))
    expect(second.hungUp).toEqual([`telephony.hang_up ${reference(second.call)}`])
    const first = ends((call) => call.report({ is: 'ended', verdict: 'hangup', by: 'user' }))
    expect(first.hungUp).toContain(`telephony.hang_up ${reference(first.call, control(first.call).second!.leg)}`)
  })

  test('R4 while the agent is still in, a hang-up is no hand-over', () => {
    const call = connected()
    const since = call.effects.length
    call.second({ is: 'ended', verdict: 'hangup' })
    expect(call.session).toMatchObject({ state: 'wrapping', outcome: 'completed', end: { cause: 'bridge_ended' } })
    expect(control(call).agent).toBe('disconnected')
    expect(kinds(call, since)).toContain(`telephony.hang_up ${reference(call)}`)
  })

  test('rule 10 the agent’s own longest time stops counting at the bridge, the cap goes on', () => {
    const call = connected()
    const { maxMs, capMs } = { maxMs: 60_000, capMs: 600_000 }
    call.session = { ...call.session, policy: { maxMs, capMs } }
    expect(types(call.pass(capMs - 1))).not.toContain('live → wrapping')
    expect(types(call.pass(1))).toContain('live → wrapping')
    expect(call.session).toMatchObject({ end: { cause: 'max_duration', at: begin + capMs } })
  })

  test('D1 while pending it is a decline, where the connector allows it', () => {
    const call = offered({ declinesPending: true })
    call.ask({ type: 'close' })
    expect(call.session).toMatchObject({ state: 'ended', outcome: 'canceled', end: { by: 'agent' } })
    const { payload } = call.effects.findLast(({ kind }) => kind === 'telephony.hang_up')!
    expect(payload).toMatchObject({ reference: reference(call), reject: true })
    expect(offered().refusal({ type: 'close' }).code).toBe('wrong_state')
  })
})

describe('a transfer, after which the agent is gone', () => {
  test('a call without a program gets its regions by its first transfer', () => {
    const call = plain()
    expect(call.session.control).toBeUndefined()
    call.ask(transfer)
    expect(call.events.at(-1)).toMatchObject({
      regions: { agent: 'none', settings: { openedByProgram: false }, second: { to: bob, purpose: 'transfer' } },
    })
    expect(control(call)).toMatchObject({ agent: 'none', media: { state: 'none' }, second: { state: 'dialing' } })
  })

  test.each([
    ['plain', plain],
    ['answered', answered],
  ] as const)('at the answer the agent leaves (%s)', (_name, given) => {
    const call = given()
    call.ask(transfer)
    const since = call.effects.length
    call.second({ is: 'ringing' })
    call.second({ is: 'answered' })
    expect(call.session).toMatchObject({ state: 'live', outcome: 'transferred', control: { agent: 'left' } })
    expect(control(call).waiting).toBeUndefined()
    expect(kinds(call, since)).toEqual([
      `telephony.bridge ${reference(call)} + ${reference(call, control(call).second!.leg)}`,
    ])
  })

  test.each([
    [(call: Call) => call.second({ is: 'ended', verdict: 'busy' }), 'busy'],
    [(call: Call) => call.second({ is: 'ended', verdict: 'no_answer' }), 'no_answer'],
    [(call: Call) => call.second({ is: 'ended', protocol: { sip: 503 } }), 'congestion'],
    [(call: Call) => call.pass(30_000), 'setup_timeout'],
  ] as const)('not answered, busy or failed: the agent takes the caller back and is told why', (fails, because) => {
    const call = plain()
    call.ask(transfer)
    expect(fails(call)[0]).toMatchObject({ type: 'control.failed', command: 'transfer', id: 'transfer', because })
    expect(call.session).toMatchObject({ state: 'live', outcome: null, control: { agent: 'none' } })
    expect(told(call)).toEqual([{ attempt: 1, on: 'transfer_failed', leg: expect.any(String), reason: because }])
    expect(types(call.ask({ ...transfer, id: 'again' } as typeof transfer))).toEqual(['control.changed second waiting'])
  })

  test('a program hears of it as of any command, and of the end of a call nobody is told', () => {
    const steered = answered()
    steered.ask(transfer)
    steered.second({ is: 'ended', verdict: 'busy' })
    expect(told(steered)).toEqual([])
    const ending = plain()
    ending.ask(transfer)
    ending.report({ is: 'ended', by: 'user' })
    expect(ending.session.state).toBe('wrapping')
    expect(told(ending)).toEqual([])
  })

  test('every failure is told, each with the name of its own leg', () => {
    const call = plain()
    for (const id of ['one', 'two']) {
      call.ask({ ...transfer, id } as typeof transfer)
      call.second({ is: 'ended', verdict: 'busy' })
    }
    expect(new Set(told(call).map((payload) => (payload as { leg: string }).leg)).size).toBe(2)
  })

  test('only of a live call', () => {
    expect(offered().refusal(transfer).code).toBe('wrong_state')
    expect(connected().refusal(transfer).code).toBe('wrong_state')
  })
})

describe('reports of the second leg', () => {
  test('twice, out of order, too late: kept, and change nothing', () => {
    const call = answered()
    call.ask(connect(call))
    call.second({ is: 'answered' })
    const { control: before } = call.session
    expect(call.second({ is: 'ringing' })).toMatchObject([{ type: 'report.refused', what: 'ringing' }])
    expect(call.second({ is: 'answered' })).toMatchObject([{ type: 'report.refused', what: 'answered' }])
    expect(call.report({ is: 'answered' }, 's999')).toMatchObject([{ type: 'control.leg_refused', leg: 's999' }])
    expect(call.session.control).toEqual(before)
  })

  test('an answer while we cancel: refused, and the leg hung up', () => {
    const call = answered()
    call.ask(connect(call, 5_000))
    call.pass(5_000)
    const { session } = call
    const since = call.effects.length
    expect(call.second({ is: 'answered' })).toMatchObject([{ type: 'control.leg_refused', what: 'answered' }])
    expect(call.session).toBe(session)
    expect(kinds(call, since)).toEqual([`telephony.hang_up ${reference(call, session.control!.second!.leg)}`])
    expect(call.second({ is: 'ended', verdict: 'hangup' })).toHaveLength(1)
    expect(kinds(call, since)).toHaveLength(1)
  })

  test('the carrier’s id is kept, also where it comes after the ringing', () => {
    const call = answered()
    call.ask(connect(call))
    call.second({ is: 'ringing' })
    const { leg } = control(call).second!
    call.run({ type: 'report', attempt: 1, leg, sequence: 0, what: { is: 'placed' }, callId: 'CA2' })
    expect(control(call).second).toMatchObject({ state: 'ringing', callId: 'CA2' })
  })

  test('an id of any length is cut to what a head may hold', () => {
    const call = answered()
    call.ask(connect(call))
    const { leg } = control(call).second!
    call.run({ type: 'report', attempt: 1, leg, sequence: 0, what: { is: 'placed' }, callId: 'C'.repeat(5_000) })
    expect(control(call).second?.callId).toHaveLength(100)
  })
})

describe('offers', () => {
  test('D7 the first program that claims has it', () => {
    const call = offered()
    const { id: offerId } = control(call).offer!
    expect(call.refusal({ type: 'claim', offerId, program: 'two', ready: true }).code).toBe('in_use')
    expect(call.ask({ type: 'claim', offerId, program: 'one', ready: true })).toEqual([])
    expect(call.refusal({ type: 'claim', offerId: 'old', program: 'one', ready: true }).code).toBe('closed')
  })

  test('a new offer has a new id, is free again and rings anew', () => {
    const call = offered()
    call.pass(50_000)
    call.ask({ type: 'offer', offerId: 'second' })
    expect(control(call)).toMatchObject({ agent: 'pending', offer: { id: 'second', ready: false } })
    expect(control(call).offer?.claimedBy).toBeUndefined()
    expect(call.pass(59_999)).toEqual([])
    expect(types(call.pass(1))).toContain('ringing → ended')
  })

  test('not while a program is at it, and not once it was answered', () => {
    const call = offered()
    call.ask({ type: 'attach_media', lease: 'node' })
    expect(call.refusal({ type: 'offer', offerId: 'second' }).code).toBe('in_use')
    call.ask({ type: 'lose_media', lease: 'node' })
    expect(call.refusal({ type: 'offer', offerId: 'second' }).code).toBe('in_use')
    call.pass(10_000)
    call.ask({ type: 'offer', offerId: 'second' })
    expect(control(call).media).toEqual({ state: 'none' })
    expect(answered().refusal({ type: 'offer', offerId: 'second' }).code).toBe('wrong_state')
  })
})

describe('D12–D14 media', () => {
  const lost = (call: Call): Call => {
    call.ask({ type: 'attach_media', lease: 'node' })
    call.ask({ type: 'lose_media', lease: 'node' })
    return call
  }

  test('one connection carries it, and another may take over what is lost', () => {
    const call = answered()
    call.ask({ type: 'attach_media', lease: 'one' })
    expect(call.ask({ type: 'attach_media', lease: 'one' })).toEqual([])
    expect(call.refusal({ type: 'attach_media', lease: 'two' }).code).toBe('in_use')
    expect(call.ask({ type: 'lose_media', lease: 'two' })).toEqual([])
    call.ask({ type: 'lose_media', lease: 'one' })
    call.pass(9_999)
    call.ask({ type: 'attach_media', lease: 'two' })
    expect(control(call).media).toEqual({ state: 'attached', lease: 'two' })
  })

  test('answered: after the grace the call ends', () => {
    const call = lost(answered())
    expect(types(call.pass(9_999))).toEqual([])
    call.pass(1)
    expect(call.session).toMatchObject({ state: 'wrapping', outcome: 'failed', end: { cause: 'media_lost' } })
  })

  test('connected: after the grace the agent has left', () => {
    const call = lost(connected())
    call.pass(10_000)
    expect(call.session).toMatchObject({ state: 'live', outcome: 'transferred', control: { agent: 'left' } })
    expect(control(call).media).toEqual({ state: 'none' })
  })

  test('pending: nothing happens, and the grace begins with the answer', () => {
    const call = lost(offered())
    expect(call.pass(30_000)).toEqual([])
    call.ask(answer(call))
    call.ask({ type: 'answer_done', id: 'answer' })
    expect(control(call)).toMatchObject({ agent: 'answered', media: { state: 'lost', at: begin + 30_000 } })
    expect(call.pass(9_999)).toEqual([])
    expect(types(call.pass(1))).toContain('live → wrapping')
  })
})

describe('the end', () => {
  test('TF20–TF22 the waiting command is answered first, then the termination told, then media and offer close', () => {
    const call = answered()
    call.ask({ type: 'attach_media', lease: 'node' })
    call.ask(connect(call))
    expect(types(call.run({ type: 'hang_up' }))).toEqual([
      'control.failed',
      'control.changed agent mode',
      'control.changed second',
      'control.changed media',
      'control.changed offer',
      'live → wrapping',
    ])
  })

  test('TF8 the caller hangs up in each state', () => {
    for (const call of [offered(), answered(), connected()]) {
      call.report({ is: 'ended', verdict: 'hangup', by: 'user' })
      expect(control(call).agent).toBe('disconnected')
      expect(call.refusal({ type: 'disconnect' }).code).toBe('closed')
    }
  })
})

/** What the house's own agent was told. */
function told(call: Call): readonly unknown[] {
  return call.effects.filter(({ kind }) => kind === 'agent.tell').map(({ payload }) => payload)
}
