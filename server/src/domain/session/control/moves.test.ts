import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { listMoves, mermaid } from '../../vocabulary/machine.ts'
import { isRefused } from '../../vocabulary/refusal.ts'
import { allowed, type Asked } from './allowed.ts'
import type { ControlCommand } from './commands.ts'
import { answer, answered, type Call, connect, connected, offered, opened, plain, transfer } from './given.ts'
import { agentMoves, agentTo } from './moves.ts'
import type { AgentRegion } from './state.ts'

/** The law's table of transitions, word by word: from, event or method, to; and how each is brought about here. */
const law: readonly (readonly [from: string, on: string, to: string, (call: Call) => void])[] = [
  ['PENDING', 'call.answer() succeeds', 'ANSWERED', succeedAnswer],
  ['PENDING', 'call.answer() fails', 'PENDING (via call.answer_failed)', failAnswer],
  ['PENDING', 'call.connect() succeeds', 'CONNECTED', succeedConnect],
  ['PENDING', 'call.connect() fails', 'PENDING (via call.connect_failed)', failConnect],
  ['ANSWERED', 'call.connect() succeeds', 'CONNECTED', succeedConnect],
  ['ANSWERED', 'call.close()', 'DISCONNECTED (agent and caller disconnect)', asking({ type: 'close' })],
  ['ANSWERED', 'call.disconnect()', 'DISCONNECTED', asking({ type: 'disconnect' })],
  ['CONNECTED', 'call.barge(), call.whisper(), call.spy()', 'CONNECTED', allModes],
  [
    'CONNECTED',
    'call.close()',
    'DISCONNECTED from the SDK’s perspective (agent leaves, caller and callee may remain connected)',
    asking({ type: 'close' }),
  ],
  ['CONNECTED', 'call.disconnect()', 'DISCONNECTED', asking({ type: 'disconnect' })],
  ['PENDING', 'Server terminates call (call.terminated)', 'DISCONNECTED', terminate],
  ['ANSWERED', 'Server terminates call (call.terminated)', 'DISCONNECTED', terminate],
  ['CONNECTED', 'Server terminates call (call.terminated)', 'DISCONNECTED', terminate],
]

const given: Readonly<Record<string, () => Call>> = { PENDING: offered, ANSWERED: answered, CONNECTED: connected }

function asking(command: ControlCommand): (call: Call) => void {
  return (call) => call.ask(command)
}
function succeedAnswer(call: Call): void {
  call.ask(answer(call))
  call.ask({ type: 'answer_done', id: 'answer' })
}
function failAnswer(call: Call): void {
  call.ask(answer(call))
  expect(call.ask({ type: 'answer_done', id: 'answer', failed: 'no line' })).toMatchObject([
    { type: 'control.failed', command: 'answer', id: 'answer', because: 'no line' },
  ])
}
function succeedConnect(call: Call): void {
  call.ask(connect(call))
  call.second({ is: 'answered' })
  call.ask({ type: 'answer_done', id: 'connect' })
}
function failConnect(call: Call): void {
  call.ask(connect(call))
  expect(call.second({ is: 'ended', verdict: 'busy' })).toMatchObject([
    { type: 'control.failed', command: 'connect', id: 'connect', because: 'busy' },
    { type: 'control.changed' },
  ])
}
function allModes(call: Call): void {
  for (const mode of ['whisper', 'spy', 'barge'] as const) {
    call.ask({ type: 'mode', mode })
    expect(call.session.control).toMatchObject({ agent: 'connected', mode })
  }
}
function terminate(call: Call): void {
  call.pass(24 * 3_600_000)
  expect(call.session.state).toBe('ended')
}

const shown: Readonly<Record<AgentRegion, string | undefined>> = {
  none: undefined,
  pending: 'PENDING',
  answered: 'ANSWERED',
  connected: 'CONNECTED',
  disconnected: 'DISCONNECTED',
  left: 'DISCONNECTED',
}

describe("the law's table of transitions", () => {
  test('TF9 an incoming call is pending', () => {
    const call = offered()
    expect(call.session).toMatchObject({ state: 'ringing', control: { agent: 'pending', mode: null } })
  })

  test.each(law)('TF10–TF22 %s, %s: %s', (from, _on, to, happens) => {
    const call = given[from]!()
    expect(shown[call.session.control!.agent]).toBe(from)
    happens(call)
    expect(shown[call.session.control!.agent]).toBe(/^[A-Z]+/.exec(to)?.[0])
  })

  test('TF18 differs from TF19: only after close do the two talk on', () => {
    const ends = (type: 'close' | 'disconnect'): unknown => {
      const call = connected()
      call.ask({ type })
      const { state, outcome, control } = call.session
      return { state, outcome, agent: control?.agent, second: control?.second?.state }
    }
    expect(ends('close')).toEqual({ state: 'live', outcome: 'transferred', agent: 'left', second: 'answered' })
    expect(ends('disconnect')).toEqual({
      state: 'wrapping',
      outcome: 'completed',
      agent: 'disconnected',
      second: 'ended',
    })
  })

  test('every row is a move of ours, and ours beside them are those that the law has no state or method for', () => {
    // What no program is shown has not started for it.
    const word = (agent: string): string => shown[agent as AgentRegion] ?? '(start)'
    const words = ({ from, to }: { from: string; to: string }): string => `${word(from)} ${word(to)}`
    const ours = new Set(listMoves(agentMoves).map(words))
    const theirs = new Set(law.map(([from, , to]) => `${from} ${/^[A-Z]+/.exec(to)?.[0]}`).concat('(start) PENDING'))
    expect([...theirs].filter((row) => !ours.has(row))).toEqual([])
    expect([...ours].filter((row) => !theirs.has(row))).toEqual([
      '(start) (start)', // not offered yet
      '(start) DISCONNECTED', // a transfer of a call that no program was offered
      'ANSWERED ANSWERED', // R5: a failed connect
    ])
  })
})

describe('the table of agent moves', () => {
  test('the diagram of the README is made from it', () => {
    const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
    expect(/```mermaid\n([\s\S]*?)\n```/.exec(readme)?.[1]).toBe(mermaid(agentMoves))
  })

  test('what is not in it does not compile', () => {
    expect(agentTo('pending', 'connected')).toEqual({ agent: 'connected' })
    // @ts-expect-error -- nobody answers twice
    agentTo('connected', 'answered')
    // @ts-expect-error -- disconnected is final (TF8)
    agentTo('disconnected', 'pending')
    // @ts-expect-error -- who has not answered cannot leave the others alone
    agentTo('pending', 'left')
  })
})

/** The law's table of states: what may be called in each. Audio is not asked of a session. */
const methods: Readonly<Record<string, string>> = {
  PENDING: 'answer(), connect()',
  ANSWERED: 'send_audio(), audio_stream(), clear_send_audio_buffer(), connect(), close(), disconnect()',
  CONNECTED: 'barge(), whisper(), spy(), send_audio(), close(), disconnect()',
  DISCONNECTED: '',
}
const asks: Readonly<Record<string, Asked | undefined>> = {
  answer: 'answer',
  connect: 'connect',
  close: 'close',
  disconnect: 'disconnect',
  barge: 'mode',
  whisper: 'mode',
  spy: 'mode',
}
/** Beside the law's methods: what the house does for programs, and the hand-over to a person. */
const besides: readonly Asked[] = ['offer', 'claim', 'attach_media', 'transfer']

describe('the table of what may be asked for', () => {
  test.each(['pending', 'answered', 'connected', 'disconnected', 'left'] as const)(
    "TF3, TF5, TF7, TF8 %s: exactly the law's methods",
    (agent) => {
      const law = (methods[shown[agent]!] ?? '').split(', ').map((name) => asks[name.replace('()', '')])
      const can = Object.entries(allowed[agent]).flatMap(([asked, where]) =>
        where === 'declining' || besides.some((one) => one === asked) ? [] : [asked],
      )
      expect(can.toSorted()).toEqual([...new Set(law.filter((one) => one !== undefined))].toSorted())
    },
  )

  const calls: Readonly<Record<string, () => Call>> = {
    pending: offered,
    'pending, may decline': () => offered({ declinesPending: true }),
    'pending, opened by its program': opened,
    answered: answered,
    connected: connected,
    left: () => after(connected(), { type: 'close' }),
    disconnected: () => after(answered(), { type: 'close' }),
    'none, live': plain,
  }
  const after = (call: Call, command: ControlCommand): Call => {
    call.ask(command)
    return call
  }
  const each = (call: Call): readonly ControlCommand[] => [
    answer(call, 'other'),
    connect(call, 30_000, 'other'),
    { ...transfer, id: 'other' } as ControlCommand,
    { type: 'mode', mode: 'spy' },
    { type: 'close' },
    { type: 'disconnect' },
    { type: 'attach_media', lease: 'node' },
  ]

  test.each([
    ['pending', 'answer connect attach_media', 'wrong_state'],
    ['pending, may decline', 'answer connect close disconnect attach_media', 'wrong_state'],
    ['pending, opened by its program', 'connect close disconnect attach_media', 'wrong_state'],
    ['answered', 'connect transfer close disconnect attach_media', 'wrong_state'],
    ['connected', 'mode close disconnect attach_media', 'wrong_state'],
    ['left', '', 'closed'],
    ['disconnected', '', 'closed'],
    ['none, live', 'transfer', 'wrong_state'],
  ])('R6 %s takes: %s; all else is refused and changes nothing', (name, takes, code) => {
    const wanted = takes.split(' ')
    for (const { type } of each(calls[name]!())) {
      const call = calls[name]!()
      const { session } = call
      const done = call.try(each(call).find((one) => one.type === type)!)
      expect([type, isRefused(done) ? done.refusal.code : 'done']).toEqual([
        type,
        wanted.includes(type) ? 'done' : code,
      ])
      expect(call.session === session).toBe(isRefused(done))
    }
  })

  test('a refusal says what is allowed instead', () => {
    expect(offered().refusal({ type: 'close' }).message).toBe(
      'The call cannot be closed while the agent is pending; it can be offered, be claimed, be answered, be connected, take media.',
    )
    expect(answered().refusal(answer(answered(), 'again')).message).toContain('it can be connected, be transferred')
  })
})
