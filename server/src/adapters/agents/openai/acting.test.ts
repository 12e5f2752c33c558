import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { httpSender } from '#adapters/delivery/http/http-sender.ts'
import { realSystem } from '#adapters/system/real/real-system.ts'
import { failure, startChatEndpoint, type ChatAnswer, type ChatEndpoint } from '#conformance/chat-endpoint.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { SaidTurn, TurnInput, TurnProgress, TurnReply } from '#services/calls/ports.ts'
import type { Sender } from '#services/ports.ts'
import { modelAgent } from './openai.ts'

const said: readonly SaidTurn[] = [{ who: 'user', text: 'Where is my parcel?' }]
const look = { name: 'order_status', arguments: '{"order": "A-118"}' }
const text = (delta: string): TurnProgress => ({ is: 'text', delta })

let endpoint: ChatEndpoint
let sender: Sender
/** What the program behind the tools does, and what it was asked. */
let work: (response: ServerResponse, asked: Record<string, unknown>) => unknown
let uses: Record<string, unknown>[]
let url: string
const closing: (() => unknown)[] = []

beforeEach(async () => {
  endpoint = await startChatEndpoint()
  sender = httpSender({ system: realSystem() })
  uses = []
  work = (response) => response.end('{"eta": "Friday"}')
  const server = createServer((request, response) => {
    void json(request).then((asked) => {
      uses.push(asked as Record<string, unknown>)
      return work(response, asked as Record<string, unknown>)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  closing.push(
    () => sender.close(),
    () => endpoint.stop(),
    () => server.closeAllConnections(),
    () => server.close(),
  )
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

function agentOf() {
  const { ask, stream } = sender
  const internalTargets = async (): Promise<boolean> => true
  return modelAgent({ ask, stream, system: realSystem(), vault: { open: (sealed) => sealed }, internalTargets })
}

function definitionOf(more: Partial<AgentDefinition> = {}): AgentDefinition {
  const { baseUrl } = endpoint
  const parameters = { type: 'object', properties: { order: { type: 'string' } } }
  const tool = { name: 'order_status', description: 'Where an order is', parameters, url, timeoutMs: 2_000 }
  const speech = { by: 'openai', baseUrl, model: 'small', prompt: 'You are Ann.', timeoutMs: 5_000 }
  return { welcome: 'Hello.', speech, tools: [tool], ...more } as unknown as AgentDefinition
}

/** A turn against a model that answers in turn, what was told of it, and what it came to. */
async function turn(answers: readonly ChatAnswer[], more: Partial<TurnInput> = {}, streams = false) {
  endpoint.answer(() => answers[endpoint.requests.length - 1] ?? { status: 500, raw: '' })
  const told: TurnProgress[] = []
  const input: TurnInput = {
    account: 'alice',
    session: '01ka7n36096q14dr9gpqy77zxy',
    agent: '01ka7n36096q14dr9gpqy77zxz',
    definition: definitionOf(),
    channel: 'text',
    data: null,
    said,
    on: 'user',
    signal: new AbortController().signal,
    ...(streams && { onProgress: (progress: TurnProgress) => void told.push(progress) }),
    ...more,
  }
  const reply: TurnReply | string = await agentOf()
    .turn(input)
    .catch((error: Error) => error.name)
  return { reply, told }
}

const failing = (reply: TurnReply | string): readonly unknown[] =>
  typeof reply === 'string'
    ? [reply]
    : (reply.toolCalls ?? []).map(({ name, output, isError }) => [name, output, isError])
const namesOf = (index = 0) => endpoint.requests[index]?.body.tools?.map((tool) => tool.function.name)
const messagesOf = (index: number) => endpoint.requests[index]?.body.messages.slice(2)

describe.each([
  ['in one piece', false],
  ['as a stream', true],
])('a model with tools, answering %s', (_, streams) => {
  it('uses them, is told what came of it, and says so; tokens and times are those of all rounds', async () => {
    const answers = [{ content: 'One moment.', toolCalls: [look] }, { content: 'It comes on Friday.' }]
    const { reply, told } = await turn(answers, {}, streams)
    const call = {
      id: 'call_1_1',
      name: 'order_status',
      arguments: { order: 'A-118' },
      output: { eta: 'Friday' },
      isError: false,
      latencyMs: expect.any(Number),
    }
    expect(reply).toEqual({
      say: 'One moment. It comes on Friday.',
      toolCalls: [call],
      took: { firstWordMs: expect.any(Number), toolsMs: expect.any(Number) },
      usage: { model: 'small', promptTokens: 83, completionTokens: 14 },
    })
    expect(uses).toEqual([
      {
        session: 'session_01ka7n36096q14dr9gpqy77zxy',
        agent: 'agent_01ka7n36096q14dr9gpqy77zxz',
        id: 'call_1_1',
        name: 'order_status',
        arguments: { order: 'A-118' },
      },
    ])
    expect(messagesOf(1)).toEqual([
      {
        role: 'assistant',
        content: 'One moment.',
        tool_calls: [{ id: 'call_1_0', type: 'function', function: look }],
      },
      { role: 'tool', tool_call_id: 'call_1_0', content: '{"eta":"Friday"}' },
    ])
    if (!streams) return
    expect(told.flatMap((one) => (one.is === 'text' ? [one.delta] : [])).join('')).toBe(
      'One moment. It comes on Friday.',
    )
    const before = told.slice(
      0,
      told.findIndex(({ is }) => is === 'tool'),
    )
    expect(before.flatMap((one) => (one.is === 'text' ? [one.delta] : [])).join('')).toBe('One moment.')
  })

  it('uses several at once, each answered under its own id', async () => {
    const both = Promise.withResolvers<void>()
    work = async (response, { arguments: given }) => {
      if (uses.length === 2) both.resolve()
      await both.promise
      response.end(JSON.stringify(given))
    }
    const other = { name: 'order_status', arguments: '{"order": "B-7"}' }
    const { reply } = await turn([{ toolCalls: [look, other] }, { content: 'Here.' }], {}, streams)
    expect(reply).toMatchObject({
      say: 'Here.',
      toolCalls: [
        { id: 'call_1_1', output: { order: 'A-118' } },
        { id: 'call_1_2', output: { order: 'B-7' } },
      ],
    })
    expect(messagesOf(1)?.slice(1)).toEqual([
      { role: 'tool', tool_call_id: 'call_1_0', content: '{"order":"A-118"}' },
      { role: 'tool', tool_call_id: 'call_1_1', content: '{"order":"B-7"}' },
    ])
    expect(messagesOf(1)?.[0]).toMatchObject({ content: null })
  })

  it.each([
    ['a tool there is none of', { name: 'pay', arguments: '{}' }, ['pay', 'There is no such tool.', true]],
    ...['', 'pay now', 'zahlen-für', 'x'.repeat(65), 'pay\n'].map(
      (name): [string, typeof look, [string, string, boolean]] => [
        `a tool by what is no name: ${JSON.stringify(name.slice(0, 10))}`,
        { name, arguments: '{}' },
        ['unknown', 'There is no such tool.', true],
      ],
    ),
    [
      'arguments that are no JSON',
      { ...look, arguments: '{"order": ' },
      ['order_status', 'The arguments are no JSON object.', true],
    ],
    [
      'arguments that are no object',
      { ...look, arguments: '[1]' },
      ['order_status', 'The arguments are no JSON object.', true],
    ],
  ])('is told of an error where it wants %s', async (_name, wanted, failed) => {
    const { reply } = await turn([{ toolCalls: [wanted] }, { content: 'I am sorry.' }], {}, streams)
    expect(failing(reply)).toEqual([failed])
    expect(messagesOf(1)?.at(-1)).toMatchObject({ role: 'tool', content: `Error: ${failed[1]}` })
    expect(uses).toEqual([])
  })

  it('takes no arguments for none, and may say nothing in the end', async () => {
    const { reply } = await turn([{ toolCalls: [{ ...look, arguments: '' }] }, { content: '' }], {}, streams)
    expect(reply).toMatchObject({
      toolCalls: [{ arguments: {}, isError: false }],
      took: { toolsMs: expect.any(Number) },
    })
    expect(reply).not.toHaveProperty('say')
  })

  it('shows widgets to who can see them, and hands over or ends what is written', async () => {
    const widget = { type: 'order_tracker', data: { order: 'A-118' } }
    const show = { name: 'show_widget', arguments: JSON.stringify(widget) }
    const bad = { name: 'show_widget', arguments: '{"type": "a b"}' }
    const pass = { name: 'hand_over', arguments: '{"note": "wants a person"}' }
    const { reply } = await turn(
      [{ toolCalls: [show, bad] }, { content: 'A person comes.', toolCalls: [pass] }],
      { rich: true },
      streams,
    )
    expect(namesOf()).toEqual(['end_call', 'hand_over', 'show_widget', 'order_status'])
    expect(reply).toMatchObject({ say: 'A person comes.', widgets: [widget], handOver: { note: 'wants a person' } })
    expect(reply).not.toHaveProperty('toolCalls')
    expect(messagesOf(1)?.at(-1)?.content).toMatch(/^Error: Give type/)
  })
})

describe('a model that may do things', () => {
  it('is offered on a call what a call has', async () => {
    const pass = { name: 'hand_over', arguments: '{}' }
    const { reply } = await turn([{ toolCalls: [pass] }, { content: 'I cannot.' }], { channel: 'voice' })
    expect(namesOf()).toEqual(['end_call', 'order_status'])
    expect(failing(reply)).toEqual([['hand_over', 'There is no such tool.', true]])
    expect(reply).not.toHaveProperty('handOver')
  })

  it('ends without being asked again, when its last tools have run', async () => {
    const end = { name: 'end_call', arguments: '{}' }
    const { reply } = await turn([{ content: 'Goodbye.', toolCalls: [look, end] }])
    expect(reply).toMatchObject({ say: 'Goodbye.', end: {}, toolCalls: [{ isError: false }] })
    expect(endpoint.requests).toHaveLength(1)
  })

  it('keeps the names of its own acts from tools', async () => {
    const [tool] = definitionOf().tools ?? []
    const named = definitionOf({ tools: [{ ...tool!, name: 'end_call' }] })
    await turn([{ content: 'Yes.' }], { definition: named })
    expect(namesOf()).toEqual(['end_call', 'hand_over'])
  })

  it('is asked eight times at most, and the last time to answer', async () => {
    const again = Array.from({ length: 8 }, () => ({ toolCalls: [look] }))
    const { reply } = await turn(again)
    expect(reply).toMatch(/asked 8 times/)
    expect(endpoint.requests.map(({ body }) => body['tool_choice'])).toEqual([...Array(7).fill(undefined), 'none'])
    expect(uses).toHaveLength(7)
  })

  it('says in the end what it has, where it goes on and on', async () => {
    const again = Array.from({ length: 8 }, (_, index) => ({ content: `${index}`, toolCalls: [look] }))
    expect((await turn(again)).reply).toMatchObject({ say: '0 1 2 3 4 5 6 7' })
  })

  it('does no more at once than it may', async () => {
    const { reply } = await turn([{ toolCalls: Array.from({ length: 20 }, () => look) }, { content: 'So.' }])
    expect(failing(reply)).toHaveLength(16)
    expect(messagesOf(1)?.at(-1)?.content).toMatch(/more than can be done at once/)
  })

  it('hears of a tool that fails, and of one that is too slow', async () => {
    work = (response) => response.writeHead(500).end('my secret')
    const { reply } = await turn([{ toolCalls: [look] }, { content: 'I am sorry.' }])
    expect(failing(reply)).toEqual([['order_status', 'The tool answered with status 500.', true]])
    work = () => {}
    const [tool] = definitionOf().tools ?? []
    const answers = [{}, {}, { toolCalls: [look] }, { content: 'I am sorry.' }]
    const slow = await turn(answers, { definition: definitionOf({ tools: [{ ...tool!, timeoutMs: 100 }] }) })
    expect(failing(slow.reply)).toEqual([
      [
        'order_status',
        expect.stringMatching(/^The tool could not be asked: .* did not answer within 0\.\d+ s\.$/),
        true,
      ],
    ])
  })

  it('is told what it was told before the first word, after its prompt', async () => {
    await turn([{ content: 'Yes.' }], { context: 'Returning customer, {gold}.' })
    expect(endpoint.requests[0]?.body.messages[0]).toEqual({
      role: 'system',
      content: 'You are Ann.\n\nReturning customer, {gold}.',
    })
  })

  it('is sent no turn without words, as one that only showed something has none', async () => {
    await turn([{ content: 'Yes.' }], { said: [{ who: 'agent', text: '' }, ...said] })
    expect(endpoint.requests[0]?.body.messages.map(({ role }) => role)).toEqual(['system', 'user'])
  })

  it('runs no further tools and is asked no more when nobody waits', async () => {
    const late = new AbortController()
    const closed = Promise.withResolvers<void>()
    work = (response) => {
      response.on('close', () => closed.resolve())
      late.abort()
    }
    const { reply } = await turn([{ toolCalls: [look] }, { content: 'Late.' }], { signal: late.signal })
    expect(reply).toMatch(/nobody waits/)
    await closed.promise
    expect(endpoint.requests).toHaveLength(1)
    expect(uses).toHaveLength(1)
  })
})

describe('a model that streams', () => {
  const chunk = (delta: object, more: object = {}): string =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null, ...more }] })}\n\n`
  const done = 'data: [DONE]\n\n'

  it('is heard while it still speaks', async () => {
    const heard = Promise.withResolvers<void>()
    const pieces = [chunk({ content: ' On' }), chunk({ content: ' its way.\n' }, { finish_reason: 'stop' }), done]
    const told: TurnProgress[] = []
    const { reply } = await turn([{ pieces, after: heard.promise }], {
      onProgress: (progress) => {
        told.push(progress)
        heard.resolve()
      },
    })
    expect(told).toEqual([text('On'), text(' its way.')])
    expect(reply).toEqual({ say: 'On its way.', took: { firstWordMs: expect.any(Number) } })
    expect(endpoint.requests[0]?.body).toMatchObject({ stream: true, stream_options: { include_usage: true } })
  })

  it.each([
    [
      'without an index, one call a piece',
      [
        chunk({ tool_calls: [{ id: 'a', function: { name: 'order_status', arguments: '{"order":' } }] }),
        chunk({ tool_calls: [{ function: { arguments: ' "A"}' } }] }),
        chunk({ tool_calls: [{ id: 'b', function: { name: 'order_status', arguments: '{"order": "B"}' } }] }),
      ],
    ],
    [
      'all at one index',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'order_status', arguments: '{"order": "A"}' } }] }),
        chunk({ tool_calls: [{ index: 0, id: 'b', function: { name: 'order_status', arguments: '{"order": "B"}' } }] }),
      ],
    ],
    [
      'mixed, and without an id',
      [
        chunk({
          tool_calls: [
            { index: 0, function: { name: 'order_status', arguments: '{"order":' } },
            { index: 1, function: { name: 'order_status' } },
          ],
        }),
        chunk({
          tool_calls: [
            { index: 1, function: { arguments: '{"order": "B"}' } },
            { index: 0, function: { arguments: ' "A"}' } },
          ],
        }),
      ],
    ],
  ])('has its calls put together: %s', async (_, calls) => {
    const finish = chunk({}, { finish_reason: 'tool_calls' })
    const { reply } = await turn([{ pieces: [...calls, finish, done] }, { content: 'So.' }], {}, true)
    expect(typeof reply === 'string' ? reply : reply.toolCalls?.map((call) => call.arguments)).toEqual([
      { order: 'A' },
      { order: 'B' },
    ])
  })

  it('is given back what else its endpoint has in a call', async () => {
    const extra = { extra_content: { signature: 'xyz' } }
    const piece = chunk({ tool_calls: [{ index: 0, id: 'a', ...extra, function: look }] })
    await turn([{ pieces: [piece, chunk({}, { finish_reason: 'tool_calls' }), done] }, { content: 'So.' }], {}, true)
    expect(messagesOf(1)?.[0]).toMatchObject({ tool_calls: [{ id: 'a', type: 'function', ...extra, function: look }] })
  })

  it('may answer in one piece all the same, or end without the last event', async () => {
    const whole = { choices: [{ message: { content: 'Yes.' }, finish_reason: 'stop' }] }
    expect((await turn([{ raw: whole }], {}, true)).told).toEqual([text('Yes.')])
    const pieces = [chunk({ content: 'Yes.' }), chunk({}, { finish_reason: 'stop' })]
    expect((await turn([{}, { pieces }], {}, true)).reply).toMatchObject({ say: 'Yes.' })
  })

  it('says as many characters as it may', async () => {
    const most = '😀'.repeat(4_000)
    expect((await turn([{ content: most }], {}, true)).reply).toMatchObject({ say: most })
  })

  it.each<[string, ChatAnswer, RegExp]>([
    ['stops in the middle', { pieces: [chunk({ content: 'my secret' })] }, /in the middle of an answer/],
    [
      'breaks',
      { pieces: [chunk({ content: 'my secret' }), ': ping\n\n'], breaks: true },
      /could not be asked: The connection broke/,
    ],
    [
      'fails on the way',
      { pieces: [`data: ${JSON.stringify(failure('my secret', 'insufficient_quota'))}\n\n`] },
      /quota/,
    ],
    ['sends no JSON', { pieces: ['data: my secret\n\n'] }, /no JSON object/],
    ['sends parts', { pieces: [chunk({ content: [{ text: 'my secret' }] })] }, /no text/],
    ['says too much', { content: 'x'.repeat(4_001) }, /more than 4000/],
    ['has no tokens left', { finish: 'length' }, /maxTokens/],
    ['refuses', { status: 429, raw: failure('my secret', null) }, /too often/],
  ])('fails where its endpoint %s, and quotes nothing', async (_, answer, problem) => {
    const { reply } = await turn([answer], {}, true)
    expect(reply).toMatch(problem)
    expect(reply).not.toContain('my secret')
  })

  it('tells its welcome', async () => {
    expect(await turn([], { on: 'start', said: [] }, true)).toEqual({
      reply: { say: 'Hello.' },
      told: [text('Hello.')],
    })
  })
})

describe('the summary of a model', () => {
  const summary = (more: readonly SaidTurn[] = said) => {
    const { signal } = new AbortController()
    const session = '01ka7n36096q14dr9gpqy77zxy'
    return agentOf().summarise?.({ account: 'alice', session, definition: definitionOf(), said: more, signal })
  }

  it('is one completion of what was said, without tools', async () => {
    endpoint.answer(() => ({ content: ' The user asked for a parcel.\n' }))
    expect(await summary([...said, { who: 'agent', text: 'On Friday.' }])).toBe('The user asked for a parcel.')
    expect(endpoint.requests).toHaveLength(1)
    const { messages, tools, stream } = endpoint.requests[0]!.body
    expect(messages).toEqual([
      { role: 'system', content: expect.stringMatching(/at most 60 words/) },
      { role: 'user', content: 'User: Where is my parcel?\nAgent: On Friday.' },
    ])
    expect({ tools, stream }).toEqual({ tools: undefined, stream: false })
  })

  it('is none where the user said nothing, or the model does; and is tried again where it fails', async () => {
    expect(await summary([{ who: 'agent', text: 'Hello.' }])).toBeUndefined()
    expect(endpoint.requests).toEqual([])
    endpoint.answer(() => ({ content: ' ' }))
    expect(await summary()).toBeUndefined()
    endpoint.answer(() => ({ status: 500, raw: 'my secret' }))
    await expect(summary()).rejects.toThrow(/could not answer/)
  })
})
