import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBolna, phone, type BolnaHouse } from '#conformance/bolna-client.ts'
import type { TalkItem } from '#services/texts/api.ts'
import { latencyOf, toolCallLogs } from './turns.ts'

const call = { id: 'use1', name: 'look', arguments: { day: 'Monday' }, output: 'nine', isError: false, latencyMs: 12 }
const talk: readonly TalkItem[] = [
  { is: 'turn', who: 'agent', text: 'Hello', at: 1_000, took: { totalMs: 1 } },
  { is: 'turn', who: 'user', text: 'When?', at: 2_000 },
  { is: 'tool', call, at: 2_500 },
  { is: 'turn', who: 'agent', text: 'At nine.', at: 3_000, took: { totalMs: 900, firstWordMs: 400 } },
  { is: 'turn', who: 'agent', text: 'Are you still there?', at: 9_000 },
  { is: 'turn', who: 'user', text: 'Yes', at: 10_000 },
  { is: 'turn', who: 'agent', text: 'Good.', at: 11_000, took: { totalMs: 300 } },
]

describe('what the agent did on a call', () => {
  it('3.8 how long each answer to the user took; what nobody measures is null', () => {
    expect(latencyOf(talk)).toEqual({
      stream_id: null,
      time_to_first_audio: null,
      region: null,
      transcriber: null,
      synthesizer: null,
      llm: {
        time_to_connect: null,
        turns: [
          { turn: 1, time_to_first_token: 400, time_to_last_token: 900 },
          { turn: 2, time_to_first_token: null, time_to_last_token: 300 },
        ],
      },
      rag: null,
    })
    expect(latencyOf(talk.slice(0, 2))).toBeNull()
  })

  it('3.1 one row for each tool', () => {
    const { id, name, arguments: given, output } = call
    expect(toolCallLogs(talk)).toEqual([
      {
        id,
        name,
        arguments: given,
        output,
        is_error: false,
        latency_ms: 12,
        called_at: '1970-01-01T00:00:02.500000+00:00',
      },
    ])
  })
})

describe('an execution', () => {
  let house: BolnaHouse
  beforeAll(async () => {
    house = await openBolna()
  })
  afterAll(() => house.stop())

  it('has the tools of its agent and what its answers took, once they can be known', async () => {
    const line = await house.line()
    const lines = [{ say: 'At nine.', tool: { name: 'look', arguments: { day: 'Monday' } } }]
    const agent = await line.agent({ lines })
    await line.script(phone('40'), [
      { after: 1_000, do: 'answer' },
      { after: 8_000, do: 'say', text: 'When do you open?' },
      { after: 40_000, do: 'hang-up' },
    ])
    const id = await line.call(agent, phone('40'))
    await line.pass(20_000)
    expect(await line.execution(id)).toMatchObject({ status: 'in-progress', latency_data: null, tool_call_logs: [] })
    await line.pass(300_000)
    const { status, transcript, latency_data, tool_call_logs } = await line.execution(id)
    expect([status, transcript]).toEqual(['completed', expect.stringContaining('user: When do you open?')])
    expect(latency_data?.llm.turns).toEqual([
      { turn: 1, time_to_first_token: null, time_to_last_token: expect.any(Number) },
    ])
    expect(tool_call_logs).toMatchObject([{ name: 'look', arguments: { day: 'Monday' }, is_error: true }])
    expect(line.told.at(-1)).toMatchObject({ status: 'completed', tool_call_logs })
  })
})
