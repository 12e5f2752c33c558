import { expect, it } from 'vitest'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { talker } from '#conformance/calls-house.ts'
import type { TurnReply } from '../ports.ts'
import { askAgent } from './asking.ts'

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

it('an answer in time is taken as it is, and a server that stops waits for none', async () => {
  const system = simulatedSystem(1)
  const reply = { say: 'Hello' }
  expect(await askAgent({ turn: async () => reply }, system, input, new AbortController().signal)).toBe(reply)
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
