import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { httpSender } from '#adapters/delivery/http/http-sender.ts'
import { realSystem } from '#adapters/system/real/real-system.ts'
import { startTrial } from '#app/trial.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { TurnProgress } from '#services/calls/ports.ts'
import { httpAgent } from './http/http.ts'

const page = new URL('../../../../docs/operating/agents.md', import.meta.url)

const secret = `whsec_${Buffer.from('the secret of this program').toString('base64')}`

/** The program of the page, running, and where it is. */
async function startProgram() {
  const program = /```js\n([^]*?)```/.exec(readFileSync(page, 'utf8'))?.[1] ?? ''
  expect(program.trimEnd().split('\n').length).toBeLessThanOrEqual(35)
  const folder = mkdtempSync(join(tmpdir(), 'agents-page-'))
  writeFileSync(join(folder, 'agent.mjs'), program)
  const child = spawn(process.execPath, [join(folder, 'agent.mjs')], {
    env: { AGENT_SECRET: secret, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [port] = await once(child.stdout, 'data')
  return {
    url: `http://127.0.0.1:${String(port).trim()}/`,
    stop: () => {
      child.kill()
      rmSync(folder, { recursive: true })
    },
  }
}

test('the program of the page about agents talks on a call, and wants to be signed', async () => {
  const { url, stop } = await startProgram()
  const trial = await startTrial()
  try {
    const talkedWith = async (speech: object): Promise<unknown[]> => {
      const agentId = (await trial.test.post('/agents', { name: 'Bea', speech: { by: 'http', url, ...speech } })).body
        .id
      const order = { agentId, to: '+12025550101', data: { name: 'Alice' } }
      const { id } = (await trial.test.post('/sessions', order)).body
      await trial.test.post('/clock/advance', { by: 'PT10M' })
      expect((await trial.test.get(`/sessions/${id}`)).body.state).toBe('ended')
      return (await trial.test.get(`/sessions/${id}/transcript`)).body.transcript
    }
    await trial.test.post('/phone-numbers', { number: '+12025550100' })
    const said = await talkedWith({ secret })
    expect(said[0]).toEqual({ who: 'agent', text: 'Hello Alice, what can I do for you?' })
    expect(said).toContainEqual({ who: 'agent', text: expect.stringMatching(/^You said: ./) })
    expect(await talkedWith({})).toEqual([])
  } finally {
    stop()
    await trial.stop()
  }
})

test('the script of the page, with its tool, can be written as it stands', async () => {
  const [, script = ''] = /-d '\n([^']*"by": "script"[^']*)'/.exec(readFileSync(page, 'utf8')) ?? []
  const trial = await startTrial()
  try {
    const { status, body } = await trial.test.post('/agents', JSON.parse(script) as object)
    expect(status).toBe(201)
    expect(body).toMatchObject({
      speech: { lines: [{ tool: { name: 'order_status' } }, { handOver: true }] },
      tools: [{ name: 'order_status', timeoutMs: 10_000, hasSecret: false }],
    })
    expect((await trial.test.get(`/agents/${body.id}`)).body).toEqual(body)
  } finally {
    await trial.stop()
  }
})

test('the program of the page writes with a tool and a widget, hands over, and sums up', async () => {
  const { url, stop } = await startProgram()
  const sender = httpSender({ system: realSystem() })
  try {
    const agent = httpAgent({
      ask: sender.ask,
      stream: sender.stream,
      system: realSystem(),
      vault: { open: () => secret },
      internalTargets: async () => true,
    })
    const speech = { by: 'http', url, sealedSecret: 'sealed', timeoutMs: 5_000 }
    const told: TurnProgress[] = []
    const about = {
      account: 'alice',
      session: '01ka7n36096q14dr9gpqy77zxy',
      definition: { welcome: '', speech } as unknown as AgentDefinition,
      signal: new AbortController().signal,
    }
    const input = { ...about, agent: about.session, channel: 'text', data: null, rich: true, on: 'user' } as const
    const onProgress = (progress: TurnProgress): void => void told.push(progress)
    const wanted = { who: 'user', text: 'Where is A-118?' } as const
    const reply = await agent.turn({ ...input, said: [wanted], onProgress })
    expect(reply).toEqual({
      say: 'It comes on Friday.',
      toolCalls: [
        {
          id: 'call_1_1',
          name: 'order_status',
          arguments: { order: 'A-118' },
          output: { eta: 'Friday' },
          isError: false,
          latencyMs: 0,
        },
      ],
      widgets: [{ type: 'order_tracker', data: { order: 'A-118' } }],
    })
    expect(told.map(({ is }) => is)).toEqual(['tool', 'text'])
    const passed = await agent.turn({ ...input, said: [{ who: 'user', text: 'I want a person.' }] })
    expect(passed).toEqual({ say: 'One moment, please.', handOver: {} })
    expect(await agent.summarise?.({ ...about, said: [wanted] })).toBe('The user spoke 1 times.')
  } finally {
    stop()
    await sender.close()
  }
})
