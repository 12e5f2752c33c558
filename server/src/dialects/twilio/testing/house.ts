import Fastify, { type FastifyInstance } from 'fastify'
import { createHash, createHmac } from 'node:crypto'
import type { Ask } from '#engine/api.ts'
import type { Principal, Services } from '#services/api.ts'
import type { Vault } from '#services/ports.ts'
import type { Dialect, DialectContext } from '../../dialect.ts'
import { twilioDialect } from '../dialect.ts'
import { ids } from './samples.ts'

/** The dialect over services that a test makes up: for answers the real services are hard to bring to, and for what they are asked. */

const alice = { user: 'SK00000000000000000000000000000001', password: 'alice-secret' }

export const principal: Principal = {
  account: ids.account,
  sid: 'AC00000000000000000000000000000042',
  by: alice.user,
  limits: { requestsPerSecond: null, internalTargets: true, slots: null },
}

export const authorization = `Basic ${Buffer.from(`${alice.user}:${alice.password}`).toString('base64')}`

/** A vault whose secrets are no secrets. */
export const openVault: Vault = {
  seal: (secret) => secret,
  open: (sealed) => sealed,
  hash: (secret) => createHash('sha256').update(secret).digest('hex'),
  same: (a, b) => a === b,
  sign: (text) => createHmac('sha256', 'page key').update(text).digest('base64url'),
  secret: (bytes) => '0123456789abcdef'.repeat(bytes).slice(0, bytes * 2),
}

/** Some of what services offer; anything else a test did not expect to be asked for throws. */
export type Offered = { readonly [Part in keyof Services]?: Partial<Services[Part]> }

/** One call of a service: its name and what it was given. */
export interface Asked {
  readonly call: string
  readonly given: readonly unknown[]
}

export interface House {
  readonly app: FastifyInstance
  readonly dialect: Dialect
  readonly asked: Asked[]
  readonly logged: { readonly facts: Readonly<Record<string, unknown>>; readonly message: string }[]
}

export async function openHouse(offered: Offered = {}, context: Partial<DialectContext> = {}): Promise<House> {
  const asked: Asked[] = []
  const logged: House['logged'] = []
  const log = (facts: Readonly<Record<string, unknown>>, message: string): void => void logged.push({ facts, message })
  const recognises: Offered = {
    accounts: {
      authenticate: async (user, password) =>
        user === alice.user && password === alice.password ? principal : undefined,
      authenticateBearer: async (token) => (token === `${alice.user}.${alice.password}` ? principal : undefined),
    },
  }
  const dialect = twilioDialect({
    services: made({ ...offered, accounts: { ...recognises.accounts, ...offered.accounts } }, asked),
    vault: openVault,
    log: { info: log, warn: log, error: log },
    limiter: { take: () => ({ allowed: true, limit: 1000, remaining: 999, retryAfterMs: 0 }) },
    send: async () => ({ error: 'nobody sends here', refused: true }),
    ask: async () => ({ error: 'nobody asks here', refused: true }),
    stream: async () => ({ error: 'nobody asks here', refused: true }),
    now: () => 0,
    after: () => () => undefined,
    backup: async () => ({ refusal: { code: 'unavailable', message: 'No backup here.' } }),
    baseUrl: () => 'https://conv.example.com',
    ...context,
  })
  const app = Fastify({ routerOptions: { maxParamLength: 512, ignoreTrailingSlash: true } })
  await dialect.register(app)
  await app.ready()
  return { app, dialect, asked, logged }
}

function made(offered: Offered, asked: Asked[]): Services {
  const part = (name: string, calls: Record<string, unknown>): unknown =>
    new Proxy(calls, {
      get: (_, call: string) => {
        const answer = calls[call]
        if (typeof answer !== 'function') throw new Error(`The test did not expect ${name}.${call}.`)
        return (...given: unknown[]): unknown => {
          if (name !== 'accounts') asked.push({ call: `${name}.${call}`, given })
          return answer(...given)
        }
      },
    })
  return new Proxy({} as Services, {
    get: (_, name: string) => part(name, (offered as Record<string, Record<string, unknown>>)[name] ?? {}),
  })
}

/** The Ask of the last write. */
export function lastAsk(asked: readonly Asked[]): Ask {
  return asked.at(-1)?.given[0] as Ask
}
