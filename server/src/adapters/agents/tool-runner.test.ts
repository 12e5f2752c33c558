import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import type { AgentDefinition, AgentTool } from '#domain/agent/state.ts'
import type { Asked, OutgoingRequest } from '#services/ports.ts'
import { runTool, useId } from './tool-runner.ts'

const secret = `whsec_${Buffer.from('a secret of the tool').toString('base64')}`
const tool: AgentTool = {
  name: 'order_status',
  description: 'Where an order is',
  parameters: {},
  url: 'https://shop.example/status',
  sealedSecret: `sealed ${secret}`,
  timeoutMs: 3_000,
}
const use = { id: 'call_3_1', name: 'order_status', arguments: { order: 'A-118' } }
const ok = (answer: unknown): Asked => ({ status: 200, body: JSON.stringify(answer) })

async function run(
  answers: readonly Asked[],
  more: { readonly use?: typeof use; readonly account?: string; readonly takesMs?: number } = {},
) {
  const system = simulatedSystem(1)
  const requests: OutgoingRequest[] = []
  const ask = async (request: OutgoingRequest): Promise<Asked> => {
    requests.push(request)
    await new Promise<void>((resolve) => system.after(more.takesMs ?? 0, resolve))
    return answers[requests.length - 1] ?? { error: 'no more answers', refused: false }
  }
  const need = {
    ask,
    stream: ask,
    system,
    vault: { open: (sealed: string) => sealed.replace('sealed ', '') },
    internalTargets: async (account: string) => account === 'trusted',
  }
  const about = {
    account: more.account ?? 'alice',
    session: '01ka7n36096q14dr9gpqy77zxy',
    agent: '01ka7n36096q14dr9gpqy77zxz',
    definition: { tools: [tool] } as unknown as AgentDefinition,
    signal: new AbortController().signal,
  }
  const running = runTool(need, about, more.use ?? use)
  await system.advance(60_000)
  return { call: await running, requests }
}

describe('a tool', () => {
  it('is asked for by a signed request, within its time', async () => {
    const { call, requests } = await run([ok({ eta: '2026-11-27' })], { takesMs: 210 })
    expect(call).toEqual({ ...use, output: { eta: '2026-11-27' }, isError: false, latencyMs: 210 })
    expect(requests).toHaveLength(1)
    const { headers, body, ...request } = requests[0] as OutgoingRequest
    expect(request).toMatchObject({ url: tool.url, method: 'POST', internalTargets: false, totalTimeoutMs: 3_000 })
    expect(JSON.parse(body ?? '')).toEqual({
      session: 'session_01ka7n36096q14dr9gpqy77zxy',
      agent: 'agent_01ka7n36096q14dr9gpqy77zxz',
      ...use,
    })
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    expect(headers['webhook-id']).toBe('tool_01ka7n36096q14dr9gpqy77zxy.call_3_1')
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', 'a secret of the tool').update(signed).digest('base64')}`,
    )
  })

  it('may be internal only where the account may have it so', async () => {
    expect((await run([ok(1)], { account: 'trusted' })).requests[0]?.internalTargets).toBe(true)
  })

  it('is asked again only where nothing was sent', async () => {
    const unsent: Asked = { error: 'The receiver refused the connection.', refused: false, unsent: true }
    const again = await run([unsent, ok('done')])
    expect(again.call).toMatchObject({ output: 'done', isError: false })
    expect(new Set(again.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    const broken = await run([{ error: 'The connection broke before the receiver answered.', refused: false }, ok(1)])
    expect(broken.requests).toHaveLength(1)
    expect(broken.call.isError).toBe(true)
  })

  it.each<[string, Asked, unknown]>([
    ['JSON of any kind', { status: 200, body: ' [1, null] ' }, [1, null]],
    ['text', { status: 200, body: 'It arrives on Friday.' }, 'It arrives on Friday.'],
    ['nothing', { status: 204, body: '' }, null],
  ])('answers with %s', async (_, asked, output) => {
    expect((await run([asked])).call).toMatchObject({ output, isError: false })
  })

  it.each<[string, Asked, RegExp]>([
    ['another status', { status: 500, body: 'my secret' }, /^The tool answered with status 500\.$/],
    ['no answer', { error: 'The receiver did not answer within 3 s.', refused: false }, /could not be asked: .* 3 s/],
    ['more than is kept', ok('my secret'.repeat(10_000)), /more than 64 KB/],
    ['endless lists', { status: 200, body: '['.repeat(20_000) + ']'.repeat(20_000) }, /nested too deep/],
  ])('fails with %s, in our words', async (_, asked, problem) => {
    const { call } = await run([asked])
    expect(call).toMatchObject({ ...use, isError: true, output: expect.stringMatching(problem) })
    expect(JSON.stringify(call)).not.toContain('my secret')
  })

  it('is not asked for where there is none, or with more than can be kept', async () => {
    const none = await run([], { use: { ...use, name: 'pay' } })
    expect(none.call).toMatchObject({ name: 'pay', isError: true, output: 'There is no such tool.', latencyMs: 0 })
    const large = await run([], { use: { ...use, arguments: { order: 'x'.repeat(64 * 1024) } } })
    expect(large.call).toMatchObject({ arguments: {}, isError: true })
    expect([...none.requests, ...large.requests]).toEqual([])
  })

  it('has the same name in the same turn, and another in another', () => {
    const said = [{ who: 'user', text: 'Hello' }] as const
    expect([useId({ said }, 1), useId({ said }, 2), useId({ said: [] }, 1)]).toEqual([
      'call_1_1',
      'call_1_2',
      'call_0_1',
    ])
    expect(useId({ said, news: { reason: 'busy', name: 's7' } }, 1)).toBe('call_1_s7_1')
  })
})
