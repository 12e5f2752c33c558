import { describe, expect, it } from 'vitest'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { SaidTurn, TurnInput } from '#services/calls/ports.ts'
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
      openai: { turn: async () => ({ say: 'openai' }) },
    })
    const input = { definition } as TurnInput
    expect(await runtime.turn(input)).toEqual({ say: 'script' })
    const http = { ...definition, speech: { by: 'http', url: 'https://bot.example', timeoutMs: 1 } } as const
    expect(await runtime.turn({ ...input, definition: http })).toEqual({ say: 'http' })
    const speech = { by: 'openai', baseUrl: 'https://llm.example', model: 'm', prompt: 'p', timeoutMs: 1 } as const
    const openai = { ...definition, speech }
    expect(await runtime.turn({ ...input, definition: openai })).toEqual({ say: 'openai' })
  })
})
