import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { anyreachKey } from '#dialects/anyreach/credentials/keys.ts'
import { bolnaKey } from '#dialects/bolna/credentials/keys.ts'
import type { NewAccount } from '#services/api.ts'

/** The names and values of one `*.env` file. */
export type EnvFile = Readonly<Record<string, string>>

/** The credentials of an account under the names that clients look for. */
export function accountEnv(url: string, { account, authToken, key, keySecret, bearer }: NewAccount): EnvFile {
  return {
    COLLOQUY_URL: url,
    COLLOQUY_KEY: bearer,
    TWILIO_ACCOUNT_SID: account.sid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_API_KEY: key.sid,
    TWILIO_API_SECRET: keySecret,
    ...othersEnv(url, key.sid, keySecret),
  }
}

/** The same key under the names and in the forms of the other clients. */
function othersEnv(url: string, sid: string, secret: string): EnvFile {
  return {
    BOLNA_BASE_URL: url,
    BOLNA_API_KEY: bolnaKey(sid, secret),
    ANYREACH_BASE_URL: url,
    ANYREACH_TOKEN: anyreachKey(sid, secret),
  }
}

/** Writes `NAME.env` in the data folder, readable by its owner only. */
export function writeEnv(data: string, name: string, values: EnvFile): string {
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const file = join(data, `${name}.env`)
  const text = Object.entries(values)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
  writeFileSync(file, text, { mode: 0o600 })
  chmodSync(file, 0o600)
  return file
}

/** What `NAME.env` says; undefined: there is none. */
export function readEnv(data: string, name: string): EnvFile | undefined {
  const file = join(data, `${name}.env`)
  if (!existsSync(file)) return undefined
  const lines = readFileSync(file, 'utf8').matchAll(/^(?:export )?([A-Z_]+)=(.*)$/gm)
  return Object.fromEntries([...lines].map(([, key, value]) => [key, (value ?? '').trim()]))
}

/** Brings the files up to date: the port may be another one at each start, and an older server knew fewer names. */
export function renewEnv(data: string, names: readonly string[], url: string): void {
  for (const name of names) {
    const values = readEnv(data, name)
    const old = values?.['COLLOQUY_URL']
    if (!values || old === undefined) continue
    const moved = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value === old ? url : value]))
    const { TWILIO_API_KEY: sid, TWILIO_API_SECRET: secret } = values
    const added = sid && secret ? missing(othersEnv(url, sid, secret), values) : {}
    if (old !== url || Object.keys(added).length > 0) writeEnv(data, name, { ...moved, ...added })
  }
}

/** What is there already may have been set by hand. */
function missing(known: EnvFile, values: EnvFile): EnvFile {
  return Object.fromEntries(Object.entries(known).filter(([key]) => !(key in values)))
}
