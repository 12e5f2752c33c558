import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { callerWith, captureTexts, startTrial, type Trial } from './trial.ts'
import { compose } from './compose.ts'

const shop = '+12025550100'

describe('a backup', () => {
  let folder: string
  let data: string
  let trial: Trial
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backup-'))
    data = join(folder, 'data')
    trial = await startTrial({ storage: 'sqlite', data })
  })
  afterEach(async () => {
    await trial.stop()
    rmSync(folder, { recursive: true })
  })

  test('is restored with the key file, and everything said is there, secrets too', async () => {
    await captureTexts(trial, trial.test, shop)
    const said = await trial.test.post('/traffic', {
      events: [{ type: 'message.received', channel: 'SMS', from: '+12025550111', to: shop, text: 'hello' }],
    })
    const { conversationId } = said.body.results[0]
    const backup = await trial.admin.post('/admin/backup', { file: 'monday.db' })
    expect(backup).toMatchObject({ status: 201, body: { file: join(data, 'backups', 'monday.db') } })
    await trial.test.post('/traffic', {
      events: [{ type: 'message.received', channel: 'SMS', from: '+12025550112', to: shop, text: 'too late' }],
    })

    const restored = join(folder, 'restored')
    mkdirSync(restored)
    copyFileSync(backup.body.file, join(restored, 'colloquy.db'))
    copyFileSync(join(data, 'colloquy.key'), join(restored, 'colloquy.key'))
    const app = await compose({ storage: 'sqlite', data: restored, logLevel: 'silent' })
    try {
      await app.start()
      const alice = callerWith(app, trial.test.made?.bearer ?? '')
      const list = await alice.get('/conversations')
      expect(list.body.conversations.map(({ id }: { id: string }) => id)).toEqual([conversationId])
      const words = await alice.get(`/conversations/${conversationId}/communications`)
      expect(words.body.communications[0].content.text).toBe('hello')
      const account = trial.test.made?.account.id ?? ''
      expect(await app.services.accounts.authToken(account)).toBe(trial.test.made?.authToken)
      expect(app.adminKey).toBe(trial.app.adminKey)
    } finally {
      await app.stop()
    }
  })

  test('takes the place of no file', async () => {
    const file = join(folder, 'twice.db')
    expect((await trial.admin.post('/admin/backup', { file })).status).toBe(201)
    const size = statSync(file).size
    const again = await trial.admin.post('/admin/backup', { file })
    expect(again).toMatchObject({ status: 409, body: { code: 'in_use', field: 'file' } })
    expect(again.body.detail).toContain('exists already')
    expect(statSync(file).size).toBe(size)
  })

  test('goes nowhere by a relative path that climbs out, and into no folder that is not there', async () => {
    const up = await trial.admin.post('/admin/backup', { file: '../../up.db' })
    expect(up).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    const nowhere = await trial.admin.post('/admin/backup', { file: join(folder, 'nowhere', 'x.db') })
    expect(nowhere).toMatchObject({ status: 400, body: { code: 'invalid', field: 'file' } })
    expect(existsSync(join(folder, 'up.db'))).toBe(false)
  })

  test('needs the admin key', async () => {
    const file = join(folder, 'mine.db')
    expect((await trial.test.post('/admin/backup', { file })).status).toBe(403)
    expect(existsSync(file)).toBe(false)
  })
})

test('where the operator named the folder of backups, nothing is written outside it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'backup-'))
  const trial = await startTrial({ storage: 'sqlite', data: join(folder, 'data'), backups: join(folder, 'allowed') })
  try {
    expect((await trial.admin.post('/admin/backup', { file: join(folder, 'outside.db') })).status).toBe(403)
    const inside = await trial.admin.post('/admin/backup', { file: join(folder, 'allowed', 'inside.db') })
    expect(inside.status).toBe(201)
    expect(existsSync(inside.body.file)).toBe(true)
  } finally {
    await trial.stop()
    rmSync(folder, { recursive: true })
  }
})

test('a backup of a store in memory cannot be made, and the answer says what to do', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'backup-'))
  const trial = await startTrial({ data: join(folder, 'data') })
  try {
    const answer = await trial.admin.post('/admin/backup', { file: 'monday.db' })
    expect(answer).toMatchObject({ status: 409, body: { code: 'wrong_state', retryable: false } })
    expect(answer.body.detail).toBe('A store in memory cannot be backed up: start the server with a data folder.')
    expect(existsSync(join(folder, 'data'))).toBe(false)
  } finally {
    await trial.stop()
    rmSync(folder, { recursive: true })
  }
})
