import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readEnv, renewEnv, writeEnv } from './env-files.ts'

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'colloquy-env-'))
})
afterEach(() => rmSync(data, { recursive: true, force: true }))

const old = 'http://127.0.0.1:4000'
const now = 'http://127.0.0.1:4001'
const key = { TWILIO_API_KEY: `SK${'a'.repeat(32)}`, TWILIO_API_SECRET: 'secret' }

test('a file of an older server gets the names it lacks, and the URL of today', () => {
  const file = writeEnv(data, 'dev', { COLLOQUY_URL: old, ...key, BOLNA_BASE_URL: old, BOLNA_API_KEY: 'by hand' })
  renewEnv(data, ['dev', 'unknown'], now)
  expect(readEnv(data, 'dev')).toEqual({
    COLLOQUY_URL: now,
    ...key,
    BOLNA_BASE_URL: now,
    BOLNA_API_KEY: 'by hand',
    ANYREACH_BASE_URL: now,
    ANYREACH_TOKEN: `ak_${'a'.repeat(32)}.secret`,
  })
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('one without the key it would derive them from only moves', () => {
  writeEnv(data, 'dev', { COLLOQUY_URL: old, COLLOQUY_KEY: 'x' })
  renewEnv(data, ['dev'], now)
  expect(readEnv(data, 'dev')).toEqual({ COLLOQUY_URL: now, COLLOQUY_KEY: 'x' })
})

test('one that is whole is left as it is', () => {
  const file = writeEnv(data, 'dev', { COLLOQUY_URL: old, ...key })
  renewEnv(data, ['dev'], old)
  const { mtimeNs } = statSync(file, { bigint: true })
  renewEnv(data, ['dev'], old)
  expect(statSync(file, { bigint: true }).mtimeNs).toBe(mtimeNs)
})
