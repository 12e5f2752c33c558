import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { httpSender } from '#adapters/delivery/http/http-sender.ts'
import { realSystem } from '#adapters/system/real/real-system.ts'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { failure, startChatEndpoint, type ChatAnswer, type ChatEndpoint } from '#conformance/chat-endpoint.ts'
import type { AgentDefinition, AgentSpeech } from '#domain/agent/state.ts'
import type { AgentRuntime, TurnInput, TurnReply } from '#services/calls/ports.ts'
import type { Asked, OutgoingRequest, Sender } from '#services/ports.ts'
import { modelAgent } from './openai.ts'

const key = 'sk-local-0123456789'
const vault = { open: (sealed: string) => sealed.replace('sealed ', '') }
const said = [
  { who: 'agent', text: 'Hello Alice.' },
  { who: 'user', text: 'Where is my parcel?' },
] as const

type ModelSpeech = Extract<AgentSpeech, { by: 'openai' }>

function definitionWith(speech: Partial<ModelSpeech>, welcome = ''): AgentDefinition {
  const rest = { model: 'small', prompt: 'You are Ann. You talk with {name}.', timeoutMs: 5_000 }
  return {
    welcome,
    speech: { by: 'openai', baseUrl: 'https://llm.example/v1', ...rest, ...speech },
  } as unknown as AgentDefinition
}

function inputWith(speech: Partial<ModelSpeech>, more: Partial<TurnInput> = {}): TurnInput {
  return {
    account: 'trusted',
    session: '01ka7n36096q14dr9gpqy77zxy',
    agent: '01ka7n36096q14dr9gpqy77zxz',
    definition: definitionWith(speech),
    channel: 'voice',
    data: { name: 'Alice' },
    said,
    on: 'user',
    signal: new AbortController().signal,
    ...more,
  }
}

const internalTargets = async (account: string): Promise<boolean> => account === 'trusted'

function agentBy(sender: Sender): AgentRuntime {
  return modelAgent({ ask: sender.ask, stream: sender.stream, system: realSystem(), vault, internalTargets })
}

/** The turn, or why it could not be had: the whole error, so that nothing hides in it. */
function settled(turn: Promise<TurnReply>): Promise<TurnReply | string> {
  return turn.catch((error: unknown) => inspect(error))
}

describe('a model behind a real endpoint', () => {
  let endpoint: ChatEndpoint
  let sender: Sender
  beforeEach(async () => {
    endpoint = await startChatEndpoint(key)
    sender = httpSender({ system: realSystem() })
  })
  afterEach(async () => {
    await sender.close()
    await endpoint.stop()
  })

  function turn(speech: Partial<ModelSpeech> = {}, more: Partial<TurnInput> = {}): Promise<TurnReply | string> {
    return settled(
      agentBy(sender).turn(inputWith({ baseUrl: endpoint.baseUrl, sealedKey: `sealed ${key}`, ...speech }, more)),
    )
  }

  function answering(answer: ChatAnswer, speech: Partial<ModelSpeech> = {}): Promise<TurnReply | string> {
    endpoint.answer(() => answer)
    return turn(speech)
  }

  it('is asked with its prompt, all that was said and what it may do', async () => {
    expect(await answering({ content: ' On its way.\n' }, { temperature: 0, maxTokens: 200 })).toEqual({
      say: 'On its way.',
      took: { firstWordMs: expect.any(Number) },
      usage: { model: 'small', promptTokens: 41, completionTokens: 7 },
    })
    expect(endpoint.requests).toHaveLength(1)
    expect(endpoint.requests[0]).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    })
    expect(endpoint.requests[0]?.body).toEqual({
      model: 'small',
      messages: [
        { role: 'system', content: 'You are Ann. You talk with Alice.' },
        { role: 'assistant', content: 'Hello Alice.' },
        { role: 'user', content: 'Where is my parcel?' },
      ],
      tools: [expect.objectContaining({ type: 'function', function: expect.objectContaining({ name: 'end_call' }) })],
      stream: false,
      temperature: 0,
      max_tokens: 200,
    })
  })

  it('X12 is told last what a supervisor wants, and only where one does', async () => {
    endpoint.answer(() => ({ content: 'Yes.' }))
    await turn({}, { advice: ['Offer ten percent.', 'Be kind.'] })
    await turn()
    const [advised, plain] = endpoint.requests.map(({ body }) => body.messages)
    expect(advised?.at(-1)).toMatchObject({ role: 'system' })
    expect(advised?.at(-1)?.content).toContain('- Offer ten percent.\n- Be kind.')
    expect(plain).toEqual(advised?.slice(0, -1))
  })

  it('is sent nothing that is not set, and finds its path behind a slash', async () => {
    expect(await turn({ baseUrl: `${endpoint.baseUrl}/` })).toMatchObject({ say: 'Yes.' })
    expect(Object.keys(endpoint.requests[0]?.body ?? {})).toEqual(['model', 'messages', 'tools', 'stream'])
  })

  it('ends the conversation by its tool, with last words or without', async () => {
    const bye = { name: 'end_call', arguments: '{"note": "the parcel was found"}' }
    expect(await answering({ content: 'Goodbye.', toolCalls: [bye] })).toMatchObject({
      say: 'Goodbye.',
      end: { note: 'the parcel was found' },
    })
    expect(await answering({ toolCalls: [bye, bye] })).toEqual({
      end: { note: 'the parcel was found' },
      usage: expect.anything(),
    })
  })

  it.each([
    ['', {}],
    ['{}', {}],
    ['{"note": 1}', {}],
    ['{"note": "cut o', {}],
    ['[]', {}],
    [JSON.stringify({ note: 'x'.repeat(300) }), { note: 'x'.repeat(200) }],
  ])('ends also with the arguments %s', async (args, end) => {
    expect(await answering({ toolCalls: [{ name: 'end_call', arguments: args }] })).toMatchObject({ end })
  })

  it.each<[string, ChatAnswer, RegExp]>([
    ['more than a turn', { content: 'x'.repeat(4_001) }, /more than 4000/],
    ['nothing for want of tokens', { content: '', finish: 'length' }, /maxTokens/],
    ['what was filtered', { finish: 'content_filter' }, /filtered the answer/],
    ['what broke behind a gateway', { content: '', finish: 'error' }, /failed while/],
    ['an error with status 200', { raw: failure('no', 'insufficient_quota') }, /quota/],
    ['a completion of nothing', { raw: { choices: [] } }, /without a message/],
    ['parts', { raw: { choices: [{ message: { content: [{ type: 'text' }] } }] } }, /no text/],
    ['HTML', { raw: '<html>a secret</html>' }, /JSON object/],
    ['JSON of another kind', { raw: '["a secret"]' }, /JSON object/],
    ['more than 64 KB', { content: 'x'.repeat(70_000) }, /more than 64 KB/],
  ])('cannot answer with %s', async (_, answer, problem) => {
    const reply = await answering(answer)
    expect(reply).toMatch(problem)
    expect(reply).not.toContain('secret')
  })

  it('may say nothing, or what it refuses to say', async () => {
    expect(await answering({ content: '' })).toEqual({ usage: expect.anything() })
    const refused = { role: 'assistant', content: null, refusal: 'I cannot help with that.' }
    expect(await answering({ raw: { choices: [{ message: refused, finish_reason: 'stop' }] } })).toMatchObject({
      say: 'I cannot help with that.',
    })
    expect(await answering({ content: 'Cut of', finish: 'length' })).toMatchObject({ say: 'Cut of' })
  })

  it.each([
    [400, 'context_length_exceeded', /more than its model can take \(status 400\)/],
    [400, 'unsupported_parameter', /does not take one of/],
    [400, null, /could not answer \(status 400\)/],
    [403, null, /does not allow this/],
    [404, 'model_not_found', /no such model/],
    [404, null, /not at this baseUrl/],
    [429, 'insufficient_quota', /quota of its key/],
    [429, 'rate_limit_exceeded', /too often by this key/],
    [500, null, /could not answer \(status 500\)/],
  ])('says what is wrong at status %i and %s, once and in our words', async (status, code, problem) => {
    const reply = await answering({ status, raw: failure(`You said "my parcel" with ${key}.`, code) })
    expect(reply).toMatch(problem)
    expect(reply).not.toMatch(/parcel|sk-/)
    expect(endpoint.requests).toHaveLength(1)
  })

  it('never tells its key, also where the endpoint quotes it', async () => {
    const wrong = await turn({ sealedKey: 'sealed sk-wrong-key' })
    expect(wrong).toMatch(/refused the key/)
    const codes = await answering({ status: 400, raw: failure(key, key, key) })
    const without = await answering({ status: 502, raw: key })
    expect([wrong, codes, without]).toEqual([expect.any(String), expect.any(String), expect.any(String)])
    expect(JSON.stringify([wrong, codes, without])).not.toMatch(/sk-/)
  })

  it('is sent no key where it has none', async () => {
    const open = await startChatEndpoint()
    expect(await settled(agentBy(sender).turn(inputWith({ baseUrl: open.baseUrl })))).toMatchObject({ say: 'Yes.' })
    expect(open.requests[0]?.headers).not.toHaveProperty('authorization')
    await open.stop()
  })

  it('may be internal only where the account may have it so', async () => {
    expect(await turn({}, { account: 'other' })).toMatch(/not a public address/)
    expect(endpoint.requests).toEqual([])
  })

  it('answers within its time, or not at all', async () => {
    expect(await answering({ hangs: true }, { timeoutMs: 100 })).toMatch(/did not answer within 0\.\d+ s/)
    expect(endpoint.requests).toHaveLength(1)
  })

  it('is asked twice, not more, where nobody listens', async () => {
    const { baseUrl } = endpoint
    await endpoint.stop()
    let tries = 0
    const ask: Sender['ask'] = (request) => {
      tries++
      return sender.ask(request)
    }
    expect(await settled(agentBy({ ...sender, ask }).turn(inputWith({ baseUrl, timeoutMs: 60_000 })))).toMatch(
      /refused the connection/,
    )
    expect(tries).toBe(2)
  })
})

describe('the agent that is a model', () => {
  async function ask(answers: readonly Asked[], speech: Partial<ModelSpeech> = {}, more: Partial<TurnInput> = {}) {
    const system = simulatedSystem(1)
    const requests: OutgoingRequest[] = []
    const asking: Sender['ask'] = async (request) => {
      requests.push(request)
      return answers[requests.length - 1] ?? { error: 'no more answers', refused: false }
    }
    const agent = modelAgent({ ask: asking, stream: asking, system, vault, internalTargets })
    const reply = settled(agent.turn(inputWith(speech, more)))
    await system.advance(60_000)
    return { reply: await reply, requests }
  }

  const yes: Asked = { status: 200, body: '{"choices": [{"message": {"content": "Yes."}}]}' }
  const refused: Asked = { error: 'The receiver refused the connection.', refused: false, unsent: true }
  const bodyOf = ({ body }: { readonly body: string | null }) => JSON.parse(body ?? '')

  it('says its welcome itself, and without one lets the user begin', async () => {
    const definition = definitionWith({}, 'Hello {name}.')
    const start = { on: 'start', said: [] } as const
    expect(await ask([], {}, { ...start, definition })).toEqual({ reply: { say: 'Hello Alice.' }, requests: [] })
    expect(await ask([], {}, start)).toEqual({ reply: {}, requests: [] })
  })

  it.each(['transfer_failed', 'callback_refused', 'something_new' as 'transfer_failed'] as const)(
    'is told of %s and its reason',
    async (on) => {
      const { requests } = await ask([yes], {}, { on, news: { reason: 'busy', name: 'b' } })
      expect(requests.map(bodyOf)[0].messages.at(-1)).toEqual({
        role: 'system',
        content: `This just happened: ${on}, because: busy. Go on with the user.`,
      })
      const bare = await ask([yes], {}, { on })
      expect(bare.requests.map(bodyOf)[0].messages.at(-1).content).toBe(
        `This just happened: ${on}. Go on with the user.`,
      )
    },
  )

  it('is asked once more where nothing was sent, within its time', async () => {
    const { reply, requests } = await ask([refused, yes])
    expect(reply).toEqual({ say: 'Yes.', took: { firstWordMs: 200 } })
    expect(requests.map(({ totalTimeoutMs }) => totalTimeoutMs)).toEqual([5_000, 4_800])
    expect((await ask([refused, yes], { timeoutMs: 200 })).requests).toHaveLength(1)
    expect(await ask([yes], {}, { signal: AbortSignal.abort() })).toMatchObject({
      reply: expect.stringContaining('nobody waits'),
      requests: [],
    })
  })

  it.each([
    ['the connection broke', { error: 'The connection broke before the receiver answered.', refused: false }],
    ['the guard says no', { error: 'no', refused: true, unsent: true }],
    ['it is overloaded', { status: 503, body: '' }],
  ] as const)('is not asked again when %s', async (_, answer) => {
    const { reply, requests } = await ask([answer, yes])
    expect(typeof reply).toBe('string')
    expect(requests).toHaveLength(1)
  })

  it.each([
    ['https://api.openai.com/v1', 'https://api.openai.com/v1/chat/completions', 'max_completion_tokens'],
    [
      'https://x.openai.azure.com/openai/v1/',
      'https://x.openai.azure.com/openai/v1/chat/completions',
      'max_completion_tokens',
    ],
    ['https://notopenai.com/', 'https://notopenai.com/chat/completions', 'max_tokens'],
    ['http://localhost:11434/v1?a=1', 'http://localhost:11434/v1/chat/completions?a=1', 'max_tokens'],
  ])('at %s is asked at %s for at most so many %s', async (baseUrl, url, name) => {
    const { requests } = await ask([yes], { baseUrl, maxTokens: 7 })
    expect(requests[0]?.url).toBe(url)
    expect(requests.map(bodyOf)[0][name]).toBe(7)
  })

  it.each([undefined, { prompt_tokens: -1, completion_tokens: 1 }, { prompt_tokens: '4', completion_tokens: 1 }, []])(
    'counts no tokens by %j',
    async (usage) => {
      const { reply } = await ask([{ status: 200, body: JSON.stringify({ choices: [{ message: {} }], usage }) }])
      expect(reply).toEqual({})
    },
  )
})
