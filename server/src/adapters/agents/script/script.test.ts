import { describe, expect, it } from 'vitest'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { SaidTurn, SummaryInput, TurnInput, TurnProgress } from '#services/calls/ports.ts'
import type { Asked } from '#services/ports.ts'
import { chosenRuntime } from '../chosen.ts'
import { filled } from '../variables.ts'
import { scriptedAgent } from './script.ts'

const definition = {
  welcome: 'Hello {name}.',
  speech: { by: 'script', lines: ['How are you, {name}?', 'Good.'], goodbye: 'Goodbye {name}.' },
} as unknown as AgentDefinition
const data = { name: 'Alice' }

function turn(said: readonly SaidTurn[], more: Partial<TurnInput> = {}) {
  const { signal } = new AbortController()
  const input = { account: 'a', session: 's', agent: 'g', definition, channel: 'voice', data, said, signal } as const
  return scriptedAgent().turn({ ...input, on: said.length === 0 ? 'start' : 'user', ...more })
}

const user = (text: string): SaidTurn => ({ who: 'user', text })
const agent = (text: string): SaidTurn => ({ who: 'agent', text })

describe('the built-in agent', () => {
  it('says its welcome, its lines one for each turn, then goodbye, and ends', async () => {
    const said: SaidTurn[] = []
    const replies = []
    for (let i = 0; i < 4; i++) {
      const reply = await turn(said)
      replies.push(reply)
      said.push(agent(reply.say ?? ''), user('Yes.'))
    }
    expect(replies).toEqual([
      { say: 'Hello Alice.' },
      { say: 'How are you, Alice?' },
      { say: 'Good.' },
      { say: 'Goodbye Alice.', end: { note: 'the script was over' } },
    ])
  })

  it.each([
    ['transfer_failed', 'nobody could be reached'],
    ['callback_refused', 'we cannot call you back then'],
  ] as const)('says so where what was wanted came to nothing (%s), and goes on with its lines', async (on, says) => {
    const said = [agent('Hello Alice.'), user('Yes?')]
    const reply = await turn(said, { on, news: { reason: 'busy', name: 's7' } })
    expect(reply.say).toContain(says)
    expect(reply.end).toBeUndefined()
    const after = [...said, agent(reply.say ?? ''), user('Well.')]
    expect(await turn(after)).toEqual({ say: 'How are you, Alice?' })
  })

  it('skips no line for what it said besides, nor for two things said in a row', async () => {
    const said = [agent('Hello Alice.'), agent('Are you still there?'), user('Yes.'), user('I am.')]
    expect(await turn(said)).toEqual({ say: 'How are you, Alice?' })
  })

  it('tells its welcome from a line in the same words', async () => {
    const speech = { by: 'script', lines: ['Hello.', 'Two.'], goodbye: '' } as const
    const said = [agent('Hello.'), user('Yes?')]
    expect(await turn(said, { definition: { ...definition, welcome: 'Hello.', speech } })).toEqual({ say: 'Hello.' })
  })

  it.each(['Goodbye.', 'ok bye', 'Good-bye then'])('ends when the user says %s', async (text) => {
    expect(await turn([agent('Hello Alice.'), user(text)])).toEqual({
      say: 'Goodbye Alice.',
      end: { note: 'the user said goodbye' },
    })
  })

  it('does not take a word for another', async () => {
    expect(await turn([user('What a byelaw.')])).toEqual({ say: 'How are you, Alice?' })
  })

  it('lets the user begin without a welcome, and ends without a goodbye', async () => {
    const silent = { ...definition, welcome: '', speech: { by: 'script', lines: ['', '{none}'], goodbye: '' } as const }
    expect(await turn([], { definition: silent })).toEqual({})
    expect(await turn([user('Hello?')], { definition: silent })).toEqual({ end: { note: 'the script was over' } })
    // Whoever writes would be left without an answer.
    expect(await turn([user('Hello?')], { definition: silent, channel: 'text' })).toEqual({ say: 'I see.' })
  })
})

describe('the built-in agent without lines', () => {
  const speech = { by: 'script', lines: [], goodbye: 'Goodbye {name}.' } as const
  const listening = { definition: { ...definition, speech } }

  it('says its welcome, and that it listens after each thing the user says, and never ends', async () => {
    const said: SaidTurn[] = []
    const replies = []
    for (let i = 0; i < 4; i++) {
      const reply = await turn(said, listening)
      replies.push(reply)
      said.push(agent(reply.say ?? ''), user('Yes.'))
    }
    const listens = { say: 'I see.' }
    expect(replies).toEqual([{ say: 'Hello Alice.' }, listens, listens, listens])
  })

  it('says goodbye to who says it, and leaves it to them to hang up', async () => {
    expect(await turn([agent('Hello Alice.'), user('Goodbye.')], listening)).toEqual({ say: 'Goodbye Alice.' })
    const silent = { definition: { ...definition, speech: { ...speech, goodbye: '' } } }
    expect(await turn([agent('Hello Alice.'), user('Goodbye.')], silent)).toEqual({})
  })
})

describe('the built-in agent that does things', () => {
  const tool = {
    name: 'order_status',
    description: 'Where an order is',
    parameters: {},
    url: 'https://shop.example/',
    timeoutMs: 1_000,
  }
  const widget = { type: 'order_tracker', data: { of: '{name}', at: [1, '{order.id}'] } }
  const line = {
    say: 'On Friday, {name}.',
    tool: { name: 'order_status', arguments: { order: '{order.id}', deep: [{ n: 1 }] } },
    widgets: [widget],
    handOver: true,
  } as const
  const speech = { by: 'script', lines: [line, 'Two.'], goodbye: '' } as const
  const doing = { ...definition, speech, tools: [tool] }
  const data = { name: 'Alice', order: { id: 'A-118' } }
  const call = { id: 'call_1_1', name: 'order_status', arguments: { order: 'A-118', deep: [{ n: 1 }] }, isError: false }

  async function act(more: Partial<TurnInput> = {}, body = '{"eta": "Friday"}') {
    const system = simulatedSystem(1)
    const order: string[] = []
    const ask = async (): Promise<Asked> => {
      order.push('asked')
      return { status: 200, body }
    }
    const need = { ask, stream: ask, system, vault: { open: (s: string) => s }, internalTargets: async () => false }
    const onProgress = (progress: TurnProgress): void => {
      order.push(progress.is === 'text' ? progress.delta : progress.call.name)
    }
    const { signal } = new AbortController()
    const input = { account: 'a', session: 's', agent: 'g', definition: doing, channel: 'text', data, signal } as const
    const said = [user('Where is it?')]
    const reply = await scriptedAgent(need).turn({ ...input, said, on: 'user', onProgress, ...more })
    return { reply, order }
  }

  it('uses the tool before it says the line, with its variables filled, and tells of both', async () => {
    const { reply, order } = await act()
    expect(reply).toEqual({
      say: 'On Friday, Alice.',
      handOver: { note: 'the script hands over' },
      toolCalls: [{ ...call, output: { eta: 'Friday' }, latencyMs: expect.any(Number) }],
      took: { toolsMs: expect.any(Number) },
    })
    expect(order).toEqual(['asked', 'order_status', 'On ', 'Friday, ', 'Alice.'])
  })

  it('shows widgets where they can be seen, and hands over what no telephone carries', async () => {
    expect((await act({ rich: true })).reply.widgets).toEqual([
      { type: 'order_tracker', data: { of: 'Alice', at: [1, 'A-118'] } },
    ])
    expect((await act({ channel: 'voice' })).reply).not.toHaveProperty('handOver')
    expect((await act({ channel: 'email' })).reply).toHaveProperty('handOver')
    expect((await act({ channel: 'browser' })).reply).toHaveProperty('handOver')
  })

  it('says the line also where the tool fails, and goes on with the next one', async () => {
    const without = { ...doing, tools: [] }
    const { reply } = await act({ definition: without })
    expect(reply).toMatchObject({ say: 'On Friday, Alice.', toolCalls: [{ isError: true }] })
    const said = [user('Where is it?'), agent('On Friday, Alice.'), user('And then?')]
    expect((await act({ said })).reply).toEqual({ say: 'Two.' })
  })

  it('reaches no tool where it can ask nobody', async () => {
    const reply = await turn([user('Hello?')], { definition: doing, data })
    expect(reply.toolCalls).toMatchObject([{ name: 'order_status', isError: true, latencyMs: 0 }])
  })
})

describe('its summary', () => {
  const summary = (said: readonly SaidTurn[]) => {
    const { signal } = new AbortController()
    return scriptedAgent().summarise?.({ account: 'a', session: 's', definition, said, signal })
  }

  it('is what the user wanted first, and how long they talked; none where they said nothing', async () => {
    expect(await summary([agent('Hello.')])).toBeUndefined()
    expect(await summary([agent('Hello.'), user(' Where is\nmy order? '), agent('There.'), user('Thanks.')])).toBe(
      'The user said "Where is my order?". The user spoke 2 times, the agent spoke 2 times.',
    )
    expect(await summary([user('x'.repeat(500))])).toBe(
      `The user said "${'x'.repeat(200)}…". The user spoke once, the agent spoke 0 times.`,
    )
  })
})

describe('variables', () => {
  it.each([
    ['{name}', 'Alice'],
    ['{order.id} {order.paid}', '7 true'],
    ['{missing}, {order}, {list}', ', , '],
    ['{constructor} {order.toString}', ' '],
    ['{ name } {} {{name}}', '{ name } {} {Alice}'],
    ['%(name)s', '%(name)s'],
  ])('%s is %s', (text, result) => {
    expect(filled(text, { name: 'Alice', order: { id: 7, paid: true }, list: [1] })).toBe(result)
  })

  it('are left out where there is no data', () => {
    expect(filled('Hello {name}.', null)).toBe('Hello .')
  })
})

describe('the choice of a runtime', () => {
  it('is the definition’s', async () => {
    const runtime = chosenRuntime({
      script: { turn: async () => ({ say: 'script' }) },
      http: { turn: async () => ({ say: 'http' }) },
      openai: { turn: async () => ({ say: 'openai' }), summarise: async () => 'a summary' },
    })
    const input = { definition } as TurnInput
    expect(await runtime.turn(input)).toEqual({ say: 'script' })
    const http = { ...definition, speech: { by: 'http', url: 'https://bot.example', timeoutMs: 1 } } as const
    expect(await runtime.turn({ ...input, definition: http })).toEqual({ say: 'http' })
    const speech = { by: 'openai', baseUrl: 'https://llm.example', model: 'm', prompt: 'p', timeoutMs: 1 } as const
    const openai = { ...definition, speech }
    expect(await runtime.turn({ ...input, definition: openai })).toEqual({ say: 'openai' })
    const summing = { definition: openai } as unknown as SummaryInput
    expect(await runtime.summarise?.(summing)).toBe('a summary')
    expect(await runtime.summarise?.({ ...summing, definition: http })).toBeUndefined()
  })
})
