import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startTrial } from '#app/trial.ts'

const page = new URL('../../../../docs/operating/agents.md', import.meta.url)

test('the program of the page about agents talks on a call, and wants to be signed', async () => {
  const program = /```js\n([^]*?)```/.exec(readFileSync(page, 'utf8'))?.[1] ?? ''
  expect(program.trimEnd().split('\n').length).toBeLessThanOrEqual(35)
  const folder = mkdtempSync(join(tmpdir(), 'agents-page-'))
  writeFileSync(join(folder, 'agent.mjs'), program)
  const secret = `whsec_${Buffer.from('the secret of this program').toString('base64')}`
  const child = spawn(process.execPath, [join(folder, 'agent.mjs')], {
    env: { AGENT_SECRET: secret, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const trial = await startTrial()
  try {
    const [port] = await once(child.stdout, 'data')
    const url = `http://127.0.0.1:${String(port).trim()}/`
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
    child.kill()
    await trial.stop()
    rmSync(folder, { recursive: true })
  }
})
