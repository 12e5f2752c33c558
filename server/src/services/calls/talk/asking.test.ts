import { expect, it } from 'vitest'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { talker } from '#conformance/calls-house.ts'
import type { TurnInput, TurnReply } from '../ports.ts'
import { askAgent as askFully } from './asking.ts'

const input = {
  account: 'alice',
  session: '01ka7n36096q14dr9gpqy77zxy',
  agent: '01ka7n36096q14dr9gpqy77zxy',
  definition: { ...talker, speech: { by: 'http', url: 'https://agent.example.com', timeoutMs: 4_000 } },
  channel: 'voice',
  data: null,
  said: [],
  on: 'start',
} as const

type Asked = Parameters<typeof askFully>
const askAgent = (runtime: Asked[0], system: Asked[1], asked: Asked[2], stopped: AbortSignal) =>
  askFully(runtime, system, asked, stopped, () => {})

const call = { id: 't1', name: 'look', arguments: {}, output: 'nine', isError: false, latencyMs: 3 }

it('an agent has its own time, in real time, and is told when it is over', async () => {
  const system = simulatedSystem(1)
  let signal: AbortSignal | undefined
  const runtime = {
    turn: (asked: { readonly signal: AbortSignal }) => {
      signal = asked.signal
      return new Promise<TurnReply>(() => {})
    },
  }
  const answer = askAgent(runtime, system, input, new AbortController().signal)
  await system.advance(4_999)
  expect(signal?.aborted).toBe(false)
  await system.advance(1)
  expect(signal?.aborted).toBe(true)
  expect(await answer).toEqual({ failed: 'The agent did not answer in time.' })
})

it('what an agent throws is told by its name only, and nothing waits on', async () => {
  const system = simulatedSystem(1)
  const runtime = { turn: () => Promise.reject(new TypeError('alice said something')) }
  expect(await askAgent(runtime, system, input, new AbortController().signal)).toEqual({
    failed: 'The agent could not answer (TypeError).',
  })
  expect(system.pending()).toBe(0)
})

it('an answer in time is taken as it is with how long it took, and a server that stops waits for none', async () => {
  const system = simulatedSystem(1)
  const thinking = Promise.withResolvers<TurnReply>()
  const asked = askAgent({ turn: () => thinking.promise }, system, input, new AbortController().signal)
  await system.advance(700)
  thinking.resolve({ say: 'Hello', took: { toolsMs: 300 } })
  expect(await asked).toEqual({ say: 'Hello', took: { totalMs: 700, toolsMs: 300 } })
  const stopped = new AbortController()
  const answer = askAgent({ turn: () => new Promise(() => {}) }, system, input, stopped.signal)
  stopped.abort()
  expect(await answer).toHaveProperty('failed')
})

it('an agent with tools has time for them, a program has the same time for all of its turn', async () => {
  const system = simulatedSystem(1)
  const runtime = { turn: () => new Promise<TurnReply>(() => {}) }
  const tool = { name: 'f', description: '', parameters: {}, url: 'https://a.example', timeoutMs: 10_000 }
  const withTools = { ...talker, tools: [tool] }
  let isOver = false
  const never = new AbortController().signal
  const answer = askAgent(runtime, system, { ...input, definition: withTools }, never).finally(() => (isOver = true))
  await system.advance(59_999)
  expect(isOver).toBe(false)
  await system.advance(1)
  expect(await answer).toEqual({ failed: 'The agent did not answer in time.' })
  const program = askAgent(runtime, system, { ...input, definition: { ...input.definition, tools: [tool] } }, never)
  await system.advance(5_000)
  expect(await program).toEqual({ failed: 'The agent did not answer in time.' })
})

it('what a turn used is known though it comes to nothing, also what comes back when nobody waits any more', async () => {
  const system = simulatedSystem(1)
  const never = new AbortController().signal
  const late: string[] = []
  let tell: TurnInput['onTool']
  const runtime = {
    turn: ({ onTool }: TurnInput) => {
      tell = onTool
      onTool?.(call)
      return new Promise<TurnReply>(() => {})
    },
  }
  const answer = askFully(runtime, system, input, never, ({ id }) => void late.push(id))
  await system.advance(5_000)
  expect(await answer).toEqual({ failed: 'The agent did not answer in time.', toolCalls: [call] })
  tell?.({ ...call, id: 't2' })
  expect(late).toEqual(['t2'])
})

it('an agent that was not reached is known as that', async () => {
  const system = simulatedSystem(1)
  const turn = () => Promise.reject(Object.assign(new Error('x'), { unreached: true }))
  expect(await askAgent({ turn }, system, input, new AbortController().signal)).toEqual({
    failed: 'The agent could not answer (Error).',
    unreached: true,
  })
})

it.each([
  [2_001, 1, 2_000],
  [300, 1_000, 200],
  [1, 300_000, 1],
])(
  'of %i words of %i characters it is told the newest %i, and its turn has a name of its own',
  async (n, size, told) => {
    const system = simulatedSystem(1)
    const said = Array.from({ length: n }, (_, i) => ({ who: 'user' as const, text: `${i}`.padStart(size, '.') }))
    let asked: TurnInput | undefined
    const runtime = { turn: async (given: TurnInput) => ((asked = given), {}) }
    await askAgent(runtime, system, { ...input, said, on: 'user' }, new AbortController().signal)
    expect(asked?.said).toEqual(said.slice(-told))
    expect(asked?.turn).toBe(told < n ? `${n}` : undefined)
  },
)
