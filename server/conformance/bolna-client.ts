import type { InjectOptions } from 'fastify'
import { recordedSender, type RecordedSender } from '#adapters/delivery/recorded/recorded-sender.ts'
import type { Options } from '#app/options.ts'
import { callerWith, startTrial, type Answer, type Caller, type Trial } from '#app/trial.ts'
import { readId } from '#dialects/bolna/ids.ts'
import { bolnaKey } from '#dialects/bolna/keys.ts'
import type { Execution } from '#dialects/bolna/execution.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'

/** Our own number, the default one of every account here. */
export const shop = '+18005550111'

/** What a Bolna agent is told beside its name; `task`: its `task_config`, `lines`: what it says, which their API has no key for. */
export interface AgentWish {
  readonly config?: Readonly<Record<string, unknown>>
  readonly task?: Readonly<Record<string, unknown>>
  readonly lines?: readonly string[]
}

/** Somebody with a Bolna key against a whole server in memory: an account on a test clock, its webhooks kept. */
export interface Line {
  readonly trial: Trial
  readonly account: string
  readonly key: string
  readonly hook: string
  /** The same account through the native API. */
  readonly native: Caller
  /** The bodies of its webhooks so far, in the order they were sent. */
  readonly told: readonly Execution[]
  ask(method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Answer>
  /** Lets time pass, until everything rests and every webhook was sent. */
  pass(ms: Milliseconds): Promise<void>
  /** Everything that is under way is done. */
  rest(): Promise<void>
  now(): number
  /** An agent of their API, with the shop's number as the account's. */
  agent(wish?: AgentWish): Promise<string>
  /** `POST /call` to a number; answers with the execution's id. */
  call(agent: string, to: string, more?: Readonly<Record<string, unknown>>): Promise<string>
  execution(id: string): Promise<Execution>
  /** How many calls the account may make at once. */
  slots(limit: number): Promise<void>
  /** What a virtual phone does when it is called. */
  phone(number: string, script: readonly object[]): Promise<void>
}

export interface BolnaHouse {
  readonly trial: Trial
  readonly sender: RecordedSender
  line(name?: string, wish?: { readonly slots?: number }): Promise<Line>
  stop(): Promise<void>
}

/** A server over the memory store, asked by Bolna's API and ours without sockets; what it sends is only written down. */
export async function openBolna(options: Partial<Options> = {}): Promise<BolnaHouse> {
  const sender = recordedSender()
  const trial = await startTrial({ requestsPerSecond: null, ...options }, { sender })
  let lines = 0
  return {
    trial,
    sender,
    line: async (name = 'alice') => lineOf(trial, sender, await trial.account(name, 'test'), ++lines),
    stop: () => trial.stop(),
  }
}

async function lineOf(trial: Trial, sender: RecordedSender, native: Caller, n: number): Promise<Line> {
  const { app } = trial
  const { made } = native
  if (!made) throw new Error('A trial account comes with its credentials.')
  const account = made.account.id
  const key = bolnaKey(made.key.sid, made.keySecret)
  const bearer = callerWith(app, key).headers
  const hook = `https://hooks.example.com/calls/${n}`

  async function ask(method: InjectOptions['method'], path: string, body?: unknown): Promise<Answer> {
    const request = { method, url: path, headers: bearer, ...(body !== undefined && { payload: body as object }) }
    const response = await app.fastify.inject(request as InjectOptions)
    const isJson = /json/.test(String(response.headers['content-type']))
    return {
      status: response.statusCode,
      headers: response.headers,
      body: isJson ? response.json() : response.body,
      text: response.body,
    }
  }
  async function done(answer: Promise<Answer>): Promise<Answer> {
    const given = await answer
    if (given.status >= 300) throw new Error(`${given.status} ${given.text}`)
    return given
  }
  async function pass(byMs: Milliseconds): Promise<void> {
    const advanced = await app.services.clock.advance(account, 'test', { byMs })
    if (isRefused(advanced)) throw new Error(advanced.refusal.message)
    await app.delivery.settled()
  }

  await done(native.post('/phone-numbers', { number: shop, isDefault: true }))
  return {
    trial,
    account,
    key,
    hook,
    native,
    ask,
    pass,
    rest: () => pass(0),
    now: () => app.services.clock.get(account).now,
    get told() {
      return sender.requests.flatMap(({ url, body }) => (url === hook ? [JSON.parse(body ?? '') as Execution] : []))
    },
    agent: async ({ config = {}, task = {}, lines } = {}) => {
      const agent_config = {
        agent_name: 'Mira',
        agent_welcome_message: 'Hello, this is the shop.',
        webhook_url: hook,
        tasks: [{ task_type: 'conversation', toolchain: { pipelines: [['llm']] }, task_config: task }],
        ...config,
      }
      const { body } = await done(ask('POST', '/v2/agent', { agent_config, agent_prompts: {} }))
      const speech = { by: 'script', lines: lines ?? [], goodbye: 'Goodbye.' } as const
      const id = readId(body.agent_id) ?? ''
      if (lines) await app.services.agents.write({ account, by: 'test' }, id, (present) => ({ ...present, speech }))
      return body.agent_id as string
    },
    call: async (agent_id, recipient_phone_number, more = {}) => {
      const { body } = await done(ask('POST', '/call', { agent_id, recipient_phone_number, ...more }))
      return body.execution_id as string
    },
    execution: async (id) => (await done(ask('GET', `/executions/${id}`))).body as Execution,
    slots: async (limit) => {
      await done(trial.admin.patch(`/accounts/${account}`, { limits: { slots: limit } }))
    },
    phone: async (number, script) => {
      await done(ask('PUT', `/api/v1/simulator/phones/${encodeURIComponent(number)}`, { script }))
    },
  }
}
