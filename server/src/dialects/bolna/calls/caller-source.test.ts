import { describe, expect, it } from 'vitest'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { Asked, OutgoingRequest } from '#services/ports.ts'
import { callerSource } from './caller-source.ts'
import { uuidOf } from '../ids.ts'

const session = '01ka7n36096q14dr9gpqy77zxy'
const agent = '01ka7n36096q14dr9gpqy77zxz'

interface Given {
  readonly url?: string
  readonly sealedToken?: string
  readonly account?: string
  readonly signal?: AbortSignal
}

/** One call that comes in, from a caller of whom the source says this. */
async function call(answer: Asked, given: Given = {}) {
  const { account = 'alice', signal = new AbortController().signal, ...more } = given
  const requests: OutgoingRequest[] = []
  const logged: unknown[] = []
  const log = (facts: unknown, message: string) => void logged.push([facts, message])
  const source = callerSource({
    ask: async (request) => {
      requests.push(request)
      return answer
    },
    vault: { open: (sealed) => sealed.replace('sealed ', '') },
    internalTargets: async (asked) => asked === 'trusted',
    log: { info: log, warn: log, error: log },
  })
  const definition = { inbound: { source: { url: 'https://crm.example/callers', ...more } } } as AgentDefinition
  const data = await source(definition, { account, session, agent, caller: '+12025550143', signal })
  return { data, requests, logged, url: new URL(requests[0]?.url ?? 'none:') }
}

const ok = (body: string): Asked => ({ status: 200, body })
const query = `contact_number=%2B12025550143&agent_id=${uuidOf(agent)}&execution_id=${uuidOf(session)}`

describe('the source of callers', () => {
  it('5.11 is asked by GET, with a bearer token, within 3 s', async () => {
    const { data, requests } = await call(ok('{"customer_name":"Mira","n":1}'), { sealedToken: 'sealed secret' })
    expect(data).toEqual({ customer_name: 'Mira', n: 1 })
    expect(requests).toEqual([
      {
        url: `https://crm.example/callers?${query}`,
        method: 'GET',
        headers: {
          accept: 'application/json',
          'user-agent': 'CallServer-Callers/1',
          authorization: 'Bearer secret',
        },
        body: null,
        internalTargets: false,
        connectTimeoutMs: 3_000,
        totalTimeoutMs: 3_000,
      },
    ])
  })

  it('is asked without a token where there is none', async () => {
    const { requests } = await call(ok('{}'))
    expect(requests[0]?.headers).not.toHaveProperty('authorization')
  })

  it.each([
    ['https://crm.example/callers?key=a%20b&sig=x%2Fy', `https://crm.example/callers?key=a%20b&sig=x%2Fy&${query}`],
    ['https://crm.example/#top', `https://crm.example/?${query}`],
  ])('keeps the query it has: %s', async (url, asked) => {
    expect((await call(ok('{}'), { url })).requests[0]?.url).toBe(asked)
  })

  it('may be internal only where the account may have it so', async () => {
    const { requests } = await call(ok('{}'), { account: 'trusted' })
    expect(requests[0]?.internalTargets).toBe(true)
  })

  it.each<Asked>([
    { status: 404, body: '{"detail":"Not found"}' },
    { status: 204, body: '' },
    ok(''),
    ok(' \n'),
    ok('{}'),
    ok('null'),
    ok('[]'),
    ok('""'),
  ])('5.11 does not know the caller: %j', async (answer) => {
    const { data, logged } = await call(answer)
    expect(data).toBe('unknown')
    expect(logged).toEqual([])
  })

  it.each<Asked>([
    { error: 'The receiver did not answer within 3 s.', refused: false },
    { error: 'The target is not a public address.', refused: true },
    { status: 500, body: '{"name":"Mira"}' },
    { status: 302, body: '' },
    { status: 401, body: '{}' },
    ok('<p>Mira</p>'),
    ok('[{"name":"Mira"}]'),
    ok('"Mira"'),
    ok('17'),
    ok('false'),
    ok(JSON.stringify({ name: 'x'.repeat(25 * 1024) })),
  ])('5.11 the call goes on without data on a failure, and the log has nothing of it: %j', async (answer) => {
    const { data, logged } = await call(answer, { sealedToken: 'sealed secret' })
    expect(data).toBeUndefined()
    expect(logged).toHaveLength(1)
    expect(JSON.stringify(logged)).not.toMatch(/Mira|secret|2025550143|xxx/)
  })

  it('is not asked when nobody waits any more, nor where there is none', async () => {
    expect((await call(ok('{"a":1}'), { signal: AbortSignal.abort() })).requests).toEqual([])
    const source = callerSource({
      ask: () => Promise.reject(new Error('It was asked.')),
      vault: { open: (sealed) => sealed },
      internalTargets: async () => false,
    })
    const definition = { inbound: {} } as AgentDefinition
    const facts = { account: 'alice', session, agent, caller: '+12025550143', signal: new AbortController().signal }
    expect(await source(definition, facts)).toBeUndefined()
  })
})
