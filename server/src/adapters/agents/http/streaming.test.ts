import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { httpSender } from '#adapters/delivery/http/http-sender.ts'
import { realSystem } from '#adapters/system/real/real-system.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { SaidTurn, TurnInput, TurnProgress, TurnReply } from '#services/calls/ports.ts'
import type { Sender } from '#services/ports.ts'
import { httpAgent } from './http.ts'

const call = { id: 'c1', name: 'order_status', arguments: { order: 'A-118' }, output: 7, isError: false, latencyMs: 3 }
const said: readonly SaidTurn[] = [{ who: 'user', text: 'Where is my parcel?' }]

type Answer = (response: ServerResponse) => unknown
let answer: Answer
let bodies: Record<string, unknown>[]
let closed: PromiseWithResolvers<void>
let url: string
let sender: Sender
const closing: (() => unknown)[] = []

beforeEach(async () => {
  bodies = []
  closed = Promise.withResolvers()
  const server = createServer((request, response) => {
    response.on('close', () => closed.resolve())
    void json(request).then((body) => {
      bodies.push(body as Record<string, unknown>)
      return answer(response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  sender = httpSender({ system: realSystem() })
  closing.push(
    () => sender.close(),
    () => server.closeAllConnections(),
    () => server.close(),
  )
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const agentOf = () =>
  httpAgent({
    ask: sender.ask,
    stream: sender.stream,
    system: realSystem(),
    vault: { open: (sealed) => sealed },
    internalTargets: async () => true,
  })

function definitionOf(timeoutMs = 5_000): AgentDefinition {
  return { welcome: 'Hello {name}.', speech: { by: 'http', url, timeoutMs } } as unknown as AgentDefinition
}

/** A turn, what was told of it, and what it came to. */
async function turn(more: Partial<TurnInput> = {}) {
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
    rich: true,
    signal: new AbortController().signal,
    onProgress: (progress) => void told.push(progress),
    ...more,
  }
  const reply: TurnReply | string = await agentOf()
    .turn(input)
    .catch((error: Error) => error.name)
  return { reply, told }
}

function events(...data: readonly unknown[]): string {
  return data.map((one) => `data: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`).join('')
}

function streaming(...data: readonly unknown[]): Answer {
  return (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events(...data))
}

const text = (delta: string): TurnProgress => ({ is: 'text', delta })

describe('a program that streams', () => {
  it('is asked to, and what it says and does is told as it comes, before it is done', async () => {
    const heard = Promise.withResolvers<void>()
    answer = async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`: a comment\n\n${events({ delta: 'On ' }, { toolCall: call })}`)
      await heard.promise
      response.end(events({ delta: 'Friday.' }, { more: 1 }, { done: true, widgets: [{ type: 'list', data: {} }] }))
    }
    const told: TurnProgress[] = []
    const { reply } = await turn({
      onProgress: (progress) => {
        told.push(progress)
        if (progress.is === 'tool') heard.resolve()
      },
    })
    expect(reply).toEqual({
      say: 'On Friday.',
      toolCalls: [call],
      widgets: [{ type: 'list', data: {} }],
      took: { firstWordMs: expect.any(Number) },
    })
    expect(told).toEqual([text('On'), { is: 'tool', call }, text(' Friday.')])
    expect(bodies[0]).toMatchObject({ stream: true, channel: 'text', rich: true, context: null })
  })

  it('may end with the whole of it, and with acts; each tool counts once', async () => {
    const more = { name: 'pay' }
    answer = streaming(
      { delta: 'Good' },
      { toolCall: call },
      { done: true, say: 'Goodbye.', toolCalls: [call, more], end: true },
    )
    const { reply, told } = await turn()
    const paid = { id: 'call_1_2', name: 'pay', arguments: {}, output: null, isError: false, latencyMs: 0 }
    expect(reply).toMatchObject({ say: 'Goodbye.', end: {}, toolCalls: [call, paid] })
    expect(told).toEqual([text('Good'), { is: 'tool', call }, { is: 'tool', call: paid }, text('bye.')])
  })

  it('is done when it says so, also where it keeps the connection', async () => {
    answer = (response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(events({ done: true }))
    expect((await turn()).reply).toEqual({})
    await closed.promise
  })

  it('may answer plainly, and then all of it is told at once', async () => {
    answer = (response) => response.end(JSON.stringify({ say: 'On Friday.', toolCalls: [call] }))
    expect(await turn()).toEqual({
      reply: { say: 'On Friday.', toolCalls: [call] },
      told: [{ is: 'tool', call }, text('On Friday.')],
    })
    answer = (response) => response.writeHead(204).end()
    expect(await turn()).toEqual({ reply: {}, told: [] })
  })

  it('tells its welcome, too', async () => {
    expect(await turn({ on: 'start', said: [], data: { name: 'Alice' } })).toEqual({
      reply: { say: 'Hello Alice.' },
      told: [text('Hello Alice.')],
    })
  })

  it('says as many characters as it may, whole or in pieces', async () => {
    const most = '😀'.repeat(4_000)
    for (const events of [[{ done: true, say: most }], [{ delta: most }, { done: true }]]) {
      answer = streaming(...events)
      expect((await turn()).reply).toMatchObject({ say: most })
    }
  })

  it.each<[string, Answer, RegExp]>([
    ['stops before it is done', streaming({ delta: 'my secret' }), /stopped before it was done/],
    ['sends nothing', streaming(), /did not answer with a JSON object/],
    ['sends what is no JSON', streaming('my secret'), /no JSON object/],
    ['sends a delta that is no text', streaming({ delta: 1 }), /no text/],
    ['says too much', streaming({ delta: 'x'.repeat(4_001) }, { done: true }), /more than 4000/],
    [
      'takes back what it said',
      streaming({ delta: 'my secret' }, { done: true, say: 'other' }),
      /not what it had said/,
    ],
    ['has a tool call that is none', streaming({ toolCall: { id: 1 } }), /tool call that is none/],
    [
      'breaks',
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(events({ delta: 'my secret' }), () => response.destroy())
      },
      /could not be asked: The connection broke/,
    ],
    [
      'is broken',
      (response) => response.writeHead(503, { 'content-type': 'text/event-stream' }).end('data: {}\n\n'),
      /status 503/,
    ],
  ])('fails where it %s, and quotes nothing', async (_, by, problem) => {
    answer = by
    const { reply } = await turn()
    expect(reply).toMatch(problem)
    expect(reply).not.toContain('my secret')
  })

  it('is not read on after what is wrong', async () => {
    answer = (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write(events('no'))
    expect((await turn()).reply).toMatch(/no JSON object/)
    await closed.promise
  })

  it('is let go when nobody waits any more, and answers within its time', async () => {
    const late = new AbortController()
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(events({ delta: 'On ' }))
    }
    const { reply } = await turn({ signal: late.signal, onProgress: () => late.abort() })
    expect(reply).toMatch(/given up/)
    await closed.promise
    expect((await turn({ definition: definitionOf(100) })).reply).toMatch(/did not answer within 0\.\d+ s/)
  })
})

describe('the summary of a program', () => {
  const summary = (more: readonly SaidTurn[] = said) => {
    const { signal } = new AbortController()
    const session = '01ka7n36096q14dr9gpqy77zxy'
    return agentOf().summarise?.({ account: 'alice', session, definition: definitionOf(), said: more, signal })
  }

  it('is asked for with all that was said', async () => {
    answer = (response) => response.end('{"summary": " The parcel comes on Friday. "}')
    expect(await summary()).toBe('The parcel comes on Friday.')
    expect(bodies).toEqual([{ session: 'session_01ka7n36096q14dr9gpqy77zxy', on: 'summary', said }])
  })

  it.each<[string, Answer]>([
    ['says nothing', (response) => response.writeHead(204).end()],
    ['takes it for a turn', (response) => response.end('{"say": "You said: Where is my parcel?"}')],
    ['refuses it', (response) => response.writeHead(400).end('{"summary": "no"}')],
    ['breaks over it', (response) => response.writeHead(500).end('my secret')],
    ['answers something else', (response) => response.end('{"summary": 7}')],
  ])('is none where it %s', async (_, by) => {
    answer = by
    expect(await summary()).toBeUndefined()
  })

  it('is not asked for where the user said nothing, and is asked for again where it cannot be reached', async () => {
    expect(await summary([{ who: 'agent', text: 'Hello.' }])).toBeUndefined()
    expect(bodies).toEqual([])
    answer = (response) => response.destroy()
    await expect(summary()).rejects.toThrow(/could not be asked/)
  })
})
