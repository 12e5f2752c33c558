import type { InjectOptions } from 'fastify'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { NewAccount } from '#services/api.ts'
import { compose, type App, type Parts } from './compose.ts'
import type { Options } from './options.ts'

/** A whole server in memory, for tests, with an account on either clock. */
export interface Trial {
  readonly app: App
  readonly dev: Caller
  readonly test: Caller
  readonly admin: Caller
  /** Another account with its caller. */
  account(name: string, clock: 'wall' | 'test'): Promise<Caller>
  stop(): Promise<void>
}

/** Somebody who asks the native API, without sockets. */
export interface Caller {
  readonly made?: NewAccount
  readonly headers: Readonly<Record<string, string>>
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>
  patch(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>
  remove(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  // oxlint-disable-next-line typescript/no-explicit-any -- tests say themselves what they expect in it
  readonly body: any
  readonly text: string
}

/** Starts a server over the memory store; whatever is given takes the place of the defaults. */
export async function startTrial(options: Partial<Options> = {}, parts: Partial<Parts> = {}): Promise<Trial> {
  const app = await compose({ storage: 'memory', logLevel: 'silent', ...options }, parts)
  await app.start()

  async function account(name: string, clock: 'wall' | 'test'): Promise<Caller> {
    const made = await app.services.accounts.create('trial', { name, clock, limits: { internalTargets: true } })
    if (isRefused(made)) throw new Error(made.refusal.message)
    return { ...callerWith(app, made.bearer), made }
  }

  return {
    app,
    dev: await account('dev', 'wall'),
    test: await account('test', 'test'),
    admin: callerWith(app, app.adminKey),
    account,
    stop: () => app.stop(),
  }
}

/** Asks as the owner of a bearer key. */
export function callerWith(app: App, bearer: string): Caller {
  const own = { authorization: `Bearer ${bearer}` }
  async function ask(request: InjectOptions, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const response = await app.fastify.inject({ ...request, headers: { ...own, ...headers } })
    const isJson = /json/.test(String(response.headers['content-type']))
    return {
      status: response.statusCode,
      headers: response.headers,
      body: isJson ? response.json() : response.body,
      text: response.body,
    }
  }
  const url = (path: string): string => (path.startsWith('/api/') ? path : `/api/v1${path}`)
  return {
    headers: own,
    get: (path, headers) => ask({ method: 'GET', url: url(path) }, headers),
    post: (path, body, headers) =>
      ask({ method: 'POST', url: url(path), ...(body !== undefined && { payload: body as object }) }, headers),
    patch: (path, body, headers) => ask({ method: 'PATCH', url: url(path), payload: body as object }, headers),
    remove: (path, headers) => ask({ method: 'DELETE', url: url(path) }, headers),
  }
}

/** A configuration that captures text messages to and from a number: inactive after 10 minutes, closed after 30 (T16). */
export async function captureTexts({ app }: Trial, { made }: Caller, number: string): Promise<Id> {
  const rules = [
    { from: '*', to: number },
    { from: number, to: '*' },
  ]
  const outcome = await app.services.configurations.create(
    { account: made?.account.id ?? '', by: 'trial' },
    {
      displayName: 'Trial',
      description: '',
      grouping: 'addresses',
      memoryStoreId: 'mem_store_01ka7n36096q14dr9gpqy77zxy',
      channels: {
        SMS: { timeouts: { inactive: 10, closed: 30 }, capture: rules },
        VOICE: { timeouts: null, capture: rules },
      },
      callbacks: [],
      intelligence: [],
      memoryExtraction: false,
      bridgeService: null,
    },
  )
  if (outcome.value === undefined) throw new Error(outcome.refusal?.message ?? 'replayed')
  return outcome.value.about.id
}
