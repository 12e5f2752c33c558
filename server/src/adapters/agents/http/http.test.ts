import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { TurnInput, TurnReply } from '#services/calls/ports.ts'
import type { Asked, OutgoingRequest, Sender } from '#services/ports.ts'
import { httpAgent } from './http.ts'

const secret = `whsec_${Buffer.from('a secret of the program').toString('base64')}`

function definitionWith(more: {
  readonly sealedSecret?: string
  readonly timeoutMs?: number
  readonly welcome?: string
}) {
  const { welcome = '', timeoutMs = 5_000, ...speech } = more
  return {
    welcome,
    speech: { by: 'http', url: 'https://bot.example/turn', timeoutMs, ...speech },
  } as unknown as AgentDefinition
}

/** One turn against a program that gives these answers, one after the other. */
async function ask(answers: readonly Asked[], more: Partial<TurnInput> = {}) {
  const system = simulatedSystem(1)
  const requests: OutgoingRequest[] = []
  const asking: Sender['ask'] = async (request) => {
    requests.push(request)
    return answers[requests.length - 1] ?? { error: 'no more answers', refused: false }
  }
  const agent = httpAgent({
    system,
    vault: { open: (sealed) => sealed.replace('sealed ', '') },
    internalTargets: async (account) => account === 'trusted',
    ask: asking,
    stream: asking,
  })
  const input: TurnInput = {
    account: 'alice',
    session: '01ka7n36096q14dr9gpqy77zxy',
    agent: '01ka7n36096q14dr9gpqy77zxz',
    definition: definitionWith({}),
    channel: 'voice',
    data: { name: 'Alice' },
    said: [{ who: 'user', text: 'Hello' }],
    on: 'user',
    signal: new AbortController().signal,
    ...more,
  }
  const reply: Promise<TurnReply | string> = agent.turn(input).catch((error: Error) => error.name)
  await system.advance(60_000)
  return { reply: await reply, requests, system }
}

const ok = (answer: unknown): Asked => ({ status: 200, body: JSON.stringify(answer) })
const refusedConnection: Asked = { error: 'The receiver refused the connection.', refused: false, unsent: true }

describe('the agent that is a program', () => {
  it('is asked with all that was said, within its time', async () => {
    const { reply, requests } = await ask([ok({ say: 'Hello Alice' })])
    expect(reply).toEqual({ say: 'Hello Alice' })
    expect(requests).toMatchObject([
      {
        url: 'https://bot.example/turn',
        method: 'POST',
        internalTargets: false,
        connectTimeoutMs: 5_000,
        totalTimeoutMs: 5_000,
      },
    ])
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      session: 'session_01ka7n36096q14dr9gpqy77zxy',
      agent: 'agent_01ka7n36096q14dr9gpqy77zxz',
      channel: 'voice',
      on: 'user',
      data: { name: 'Alice' },
      context: null,
      rich: false,
      said: [{ who: 'user', text: 'Hello' }],
    })
  })

  it('5.9 is told what came to nothing and why, under a name of its own', async () => {
    const news = { reason: 'busy', name: 's7' }
    const { requests } = await ask([ok({})], { on: 'transfer_failed', news })
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({ on: 'transfer_failed', reason: 'busy' })
    expect(requests[0]?.headers['webhook-id']).toBe('turn_01ka7n36096q14dr9gpqy77zxy.1.s7')
  })

  it('may be internal only where the account may have it so', async () => {
    const { requests } = await ask([ok({})], { account: 'trusted' })
    expect(requests[0]?.internalTargets).toBe(true)
  })

  it('is sent a signature of the body by its secret', async () => {
    const { requests } = await ask([ok({})], { definition: definitionWith({ sealedSecret: `sealed ${secret}` }) })
    const { headers, body } = requests[0] as OutgoingRequest
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    const expected = createHmac('sha256', 'a secret of the program').update(signed).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${expected}`)
    expect(headers['webhook-id']).toBe('turn_01ka7n36096q14dr9gpqy77zxy.1')
  })

  it('is told what it may show, what the channel is and what it was told before', async () => {
    const { requests } = await ask([ok({})], { channel: 'text', rich: true, context: 'A gold customer.' })
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({
      channel: 'text',
      rich: true,
      context: 'A gold customer.',
    })
    expect(JSON.parse(requests[0]?.body ?? '')).not.toHaveProperty('stream')
  })

  it('X12 is told what a supervisor wants', async () => {
    const { requests } = await ask([ok({})], { advice: ['Be kind.'] })
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject({ advice: ['Be kind.'] })
  })

  it('is sent none without a secret', async () => {
    const { requests } = await ask([ok({})])
    expect(requests[0]?.headers).not.toHaveProperty('webhook-signature')
  })

  it('is not asked for the welcome it has', async () => {
    const definition = definitionWith({ welcome: 'Hello {name}' })
    const { reply, requests } = await ask([], { definition, on: 'start', said: [] })
    expect(reply).toEqual({ say: 'Hello Alice' })
    expect(requests).toEqual([])
  })

  it('is asked at the start without one', async () => {
    const { requests } = await ask([{ status: 204, body: '' }], { on: 'start', said: [] })
    expect(requests).toHaveLength(1)
  })

  it('is asked again only where nothing was sent', async () => {
    const { reply, requests } = await ask([refusedConnection, refusedConnection, ok({ say: 'late' })])
    expect(reply).toEqual({ say: 'late' })
    expect(requests.map(({ totalTimeoutMs }) => totalTimeoutMs)).toEqual([5_000, 4_800, 4_200])
    expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  })

  it.each([
    ['the connection broke', { error: 'The connection broke before the receiver answered.', refused: false }],
    ['the guard says no', { error: 'no', refused: true, unsent: true }],
    ['it is broken', { status: 503, body: '' }],
  ] as const)('is not asked again when %s', async (_, answer) => {
    const { reply, requests } = await ask([answer, ok({})])
    expect(typeof reply).toBe('string')
    expect(requests).toHaveLength(1)
  })

  it.each([
    [refusedConnection, true],
    [{ status: 503, body: '' }, true],
    [{ status: 429, body: '' }, true],
    [{ status: 500, body: '' }, false],
    [{ error: 'The connection broke before the receiver answered.', refused: false }, false],
    [{ error: 'no', refused: true, unsent: true }, false],
  ] as const)('says whether nothing was done: %j', async (answer, unreached) => {
    const system = simulatedSystem(1)
    const asking: Sender['ask'] = async () => answer
    const need = { system, vault: { open: String }, internalTargets: async () => false, ask: asking, stream: asking }
    const definition = definitionWith({})
    const input = { account: 'a', session: 's', agent: 'b', definition, channel: 'email', data: null } as const
    const { signal } = new AbortController()
    const turn = httpAgent(need).turn({ ...input, said: [], on: 'user', signal })
    const thrown = turn.catch((error: unknown) => error)
    await system.advance(60_000)
    expect(await thrown).toMatchObject({ unreached })
  })

  it('is not asked again after its time, nor when nobody waits any more', async () => {
    const short = await ask([refusedConnection, ok({})], { definition: definitionWith({ timeoutMs: 150 }) })
    expect(short.requests).toHaveLength(1)
    const late = new AbortController()
    late.abort()
    expect((await ask([refusedConnection, ok({})], { signal: late.signal })).requests).toHaveLength(1)
  })
})

describe('what a program may answer', () => {
  it.each<[unknown, TurnReply]>([
    [{}, {}],
    [{ say: 'Yes', more: 1 }, { say: 'Yes' }],
    [{ say: null, end: false, transfer: null }, {}],
    [
      { say: 'Bye', end: true },
      { say: 'Bye', end: {} },
    ],
    [{ end: { note: 'x'.repeat(300) } }, { end: { note: 'x'.repeat(200) } }],
    [{ transfer: { to: '+12025550199' } }, { transfer: { to: '+12025550199' } }],
    [{ callBack: { at: '2026-11-20T17:00:00+01:00' } }, { callBack: { at: Date.UTC(2026, 10, 20, 16) } }],
    [{ say: 'x'.repeat(4_000) }, { say: 'x'.repeat(4_000) }],
  ])('%j', async (answer, reply) => {
    expect((await ask([ok(answer)])).reply).toEqual(reply)
  })

  it.each([
    [{ say: 1 }, /no text/],
    [{ say: 'x'.repeat(4_001) }, /more than 4000/],
    [{ end: 'yes' }, /"end"/],
    [{ end: { note: 1 } }, /"end"/],
    [{ transfer: {} }, /no telephone number/],
    [{ transfer: { to: 'sip:alice@example.com' } }, /no telephone number/],
    [{ end: true, transfer: { to: '+12025550199' } }, /in one turn/],
    [{ callBack: {} }, /no time with its offset/],
    [{ callBack: { at: '2026-11-20T17:00:00' } }, /no time with its offset/],
    [{ callBack: { at: 1_764_000_000_000 } }, /no time with its offset/],
    [{ callBack: { at: '2026-11-20T17:00:00Z' }, transfer: { to: '+12025550199' } }, /in one turn/],
    [[], /JSON object/],
    ['a secret', /JSON object/],
  ])('not %j', async (answer, problem) => {
    const { reply } = await ask([ok(answer)])
    expect(reply).toMatch(problem)
    expect(reply).not.toContain('secret')
  })

  const written = { channel: 'text', rich: true } as const
  const call = { id: 'c1', name: 'look', arguments: { a: 1 }, output: [1], isError: false, latencyMs: 12 }

  it.each<[unknown, TurnReply]>([
    [{ handOver: true }, { handOver: {} }],
    [
      { say: 'One moment.', handOver: { note: 'wants a person' } },
      { say: 'One moment.', handOver: { note: 'wants a person' } },
    ],
    [{ toolCalls: [], widgets: null }, {}],
    [{ toolCalls: [call, call] }, { toolCalls: [call] }],
    [
      { toolCalls: [{ name: 'look' }, { name: 'look', latencyMs: 1.6, isError: true }] },
      {
        toolCalls: [
          { id: 'call_1_1', name: 'look', arguments: {}, output: null, isError: false, latencyMs: 0 },
          { id: 'call_1_2', name: 'look', arguments: {}, output: null, isError: true, latencyMs: 2 },
        ],
      },
    ],
    [
      { widgets: [{ type: 'list', data: { a: [1] } }, { type: 'info' }] },
      {
        widgets: [
          { type: 'list', data: { a: [1] } },
          { type: 'info', data: {} },
        ],
      },
    ],
  ])('in writing: %j', async (answer, reply) => {
    expect((await ask([ok(answer)], written)).reply).toEqual(reply)
  })

  it('widgets are left out where they cannot be shown', async () => {
    const answer = { say: 'Here.', widgets: [{ type: 'list', data: {} }] }
    expect((await ask([ok(answer)])).reply).toEqual({ say: 'Here.' })
  })

  const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)])

  it.each([
    [{ handOver: 1 }, /"handOver"/],
    [{ handOver: true, end: true }, /in one turn/],
    [{ handOver: true, transfer: { to: '+12025550199' } }, /in one turn/],
    [{ toolCalls: {} }, /no list/],
    [{ toolCalls: Array.from({ length: 65 }, () => call) }, /at most 64/],
    [{ toolCalls: ['a secret'] }, /tool call that is none/],
    [{ toolCalls: [{ ...call, id: '' }] }, /tool call that is none/],
    [{ toolCalls: [{ ...call, name: 'x'.repeat(65) }] }, /tool call that is none/],
    [{ toolCalls: [{ ...call, arguments: [] }] }, /tool call that is none/],
    [{ toolCalls: [{ ...call, isError: 'no' }] }, /tool call that is none/],
    [{ toolCalls: [{ ...call, latencyMs: -1 }] }, /tool call that is none/],
    [{ toolCalls: [{ ...call, output: deep(70) }] }, /larger than 64 KB/],
    [{ widgets: [{ data: {} }] }, /widget that is none/],
    [{ widgets: [{ type: 'a secret', data: {} }] }, /widget that is none/],
    [{ widgets: [{ type: 'list', data: { a: 'x'.repeat(17_000) } }] }, /widget that is none/],
    [{ widgets: Array.from({ length: 11 }, () => ({ type: 'list' })) }, /at most 10/],
  ])('nor in writing %j', async (answer, problem) => {
    const { reply } = await ask([ok(answer)], written)
    expect(reply).toMatch(problem)
    expect(reply).not.toContain('secret')
  })

  it('a call is not handed over', async () => {
    expect((await ask([ok({ handOver: true })])).reply).toMatch(/hand over on a call/)
  })

  it('nothing but JSON with status 200', async () => {
    expect((await ask([{ status: 200, body: 'Hello' }])).reply).toBe('its program did not answer with a JSON object')
    expect((await ask([{ status: 500, body: '{}' }])).reply).toBe('its program answered with status 500')
    expect((await ask([{ error: 'The receiver did not answer within 5 s.', refused: false }])).reply).toMatch(
      /within 5 s/,
    )
  })
})
