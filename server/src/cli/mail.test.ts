import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountEnv, writeEnv } from '#app/env-files.ts'
import { startTrial, type Trial } from '#app/trial.ts'
import { run } from './program.ts'

let folder: string
let trial: Trial
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cli-mail-'))
  trial = await startTrial({ port: 0 })
  const url = await trial.app.listen()
  if (trial.test.made) writeEnv(folder, 'test', accountEnv(url, trial.test.made))
})
afterAll(async () => {
  await trial.stop()
  rmSync(folder, { recursive: true })
})

async function type(...argv: readonly string[]) {
  const out: string[] = []
  const errors: string[] = []
  const code = await run(['--account', 'test', '--data', folder, ...argv], {
    settings: { data: folder, folder },
    out: (text) => out.push(text),
    error: (text) => errors.push(text),
    serve: async () => {},
  })
  return { code, out: out.join('\n'), errors: errors.join('\n') }
}

test('mail is written from a terminal, and looked at where none is sent', async () => {
  await type('agents', 'create', 'Ann', '--welcome', 'Hello {name}!', '--line', 'Fine?')
  expect((await type('mails')).out).toBe('Nothing was mailed yet.')
  const shop = ['--from', 'shop@example.com', '--subject', 'Your visit']
  const opened = await type('mail', '--to', 'alice@example.org', ...shop, '--with', 'name=Alice')
  expect([opened.code, opened.errors]).toEqual([0, ''])
  expect(opened.out).toMatch(
    /^session_\w+ {2}outbound, shop@example\.com to alice@example\.org, agent "Ann"\nis dialing/,
  )
  expect(opened.out).toContain('waits for: mail')
  await trial.test.post('/clock/advance', { by: 'PT1S' })
  const { out } = await type('mails')
  expect(out).toMatch(/<\S+@example\.com>\nshop@example\.com to alice@example\.org: Your visit\n {2}Hello Alice!$/)
  const refused = await type('mail', '--to', 'alice', ...shop)
  expect(refused).toMatchObject({ code: 1, errors: expect.stringContaining('plain e-mail address') })
})
