import type { InjectOptions } from 'fastify'
import { recordedSender, type RecordedSender, type Script } from '#adapters/delivery/recorded/recorded-sender.ts'
import type { Options } from '#app/options.ts'
import { callerWith, startTrial, type Answer, type Caller, type Trial } from '#app/trial.ts'
import type { Execution } from '#dialects/bolna/executions/execution.ts'
import { readId } from '#dialects/bolna/ids.ts'
import { bolnaKey } from '#dialects/bolna/credentials/keys.ts'
import { showId } from '#dialects/native/vocabulary.ts'
import type { ScriptLine } from '#domain/agent/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'

/** Our own number, the default one of every account here. */
export const shop = '+18005550111'

/** The simulator's phone with these last two digits. */
export function phone(digits: string): string {
  return `+120255501${digits}`
}

/**
 * Lets time pass until a January evening, ten past ten where the simulator's numbers are: no night then has an hour more or less.
 */
export async function untilEvening(line: Pick<Line, 'now' | 'pass'>): Promise<void> {
  const now = Temporal.Instant.fromEpochMilliseconds(line.now()).toZonedDateTimeISO('America/New_York')
  const { year } = now.add({ years: 1 })
  const evening = now.with({ year, month: 1, day: 15 }).withPlainTime('22:10')
  await line.pass(evening.epochMilliseconds - line.now())
}

/** What a Bolna agent is told beside its name. `task`: its `task_config`; `lines`: what it says, which their API has no key for. */
export interface AgentWish {
  readonly config?: Readonly<Record<string, unknown>>
  readonly task?: Readonly<Record<string, unknown>>
  readonly tools?: Readonly<Record<string, unknown>>
  readonly lines?: readonly ScriptLine[]
}

export type Verb = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/** Somebody with a Bolna key: an account on a test clock, its calls, and what its receiver was told. */
export interface Line {
  readonly account: Id
  readonly key: string
  /** The same account through the native API. */
  readonly native: Caller
  /** Where its agents' webhooks go. */
  readonly hook: string
  /** The bodies of its webhooks so far, in the order in which they were sent. */
  readonly told: readonly Execution[]
  /** A body is sent as JSON, or as multipart where it is a form. */
  ask(verb: Verb, path: string, body?: unknown): Promise<Answer>
  /** Lets time pass, until everything rests and every webhook was sent. */
  pass(ms: Milliseconds): Promise<void>
  /** What is under way is done. */
  rest(): Promise<void>
  now(): Instant
  /** An agent that tells the receiver everything. */
  agent(wish?: AgentWish): Promise<string>
  /** `POST /call`; answers with the execution's id. */
  call(agent: string, to: string, more?: Readonly<Record<string, unknown>>): Promise<string>
  execution(id: string): Promise<Execution>
  /** How many calls it may make at once. */
  slots(limit: number): Promise<void>
  /** What a virtual phone does when it is called. */
  script(number: string, steps: readonly object[]): Promise<void>
}

export interface BolnaHouse {
  readonly trial: Trial
  readonly sender: RecordedSender
  line(): Promise<Line>
  /** Listens on a loopback port, for clients that are programs of their own; answers with the URL. */
  listen(): Promise<string>
  stop(): Promise<void>
}

/** A server over the memory store, asked by Bolna's API and ours without sockets; what it sends is only written down. */
export async function openBolna(options: Partial<Options> = {}, receiver?: Script): Promise<BolnaHouse> {
  const sender = recordedSender(receiver)
  const trial = await startTrial({ requestsPerSecond: null, port: 0, ...options }, { sender })
  let lines = 0
  return {
    trial,
    sender,
    line: async () => lineOf(trial, sender, await trial.account('alice', 'test'), ++lines),
    listen: () => trial.app.listen(),
    stop: () => trial.stop(),
  }
}

async function lineOf(trial: Trial, sender: RecordedSender, native: Caller, n: number): Promise<Line> {
  const { app } = trial
  const { made } = native
  if (!made) throw new Error('A trial account comes with its credentials.')
  const account = made.account.id
  const key = bolnaKey(made.key.sid, made.keySecret)
  const hook = `https://hooks.example.com/calls/${n}`

  async function ask(method: Verb, path: string, body?: unknown): Promise<Answer> {
    const sent = body instanceof FormData ? await formSent(body) : { headers: {}, payload: body }
    const headers = { ...callerWith(app, key).headers, ...sent.headers }
    const request = { method, url: path, headers, ...(body !== undefined && { payload: sent.payload }) }
    const response = await app.fastify.inject(request as InjectOptions)
    const isJson = /json/.test(String(response.headers['content-type']))
    return {
      status: response.statusCode,
      headers: response.headers,
      body: isJson ? response.json() : response.body,
      text: response.body,
    }
  }
  async function pass(byMs: Milliseconds): Promise<void> {
    const advanced = await app.services.clock.advance(account, 'test', { byMs })
    if (isRefused(advanced)) throw new Error(advanced.refusal.message)
    await app.delivery.settled()
  }
  async function speaks(id: Id, lines: readonly ScriptLine[]): Promise<void> {
    const speech = { by: 'script', lines, goodbye: 'Goodbye.' } as const
    await app.services.agents.write({ account, by: 'test' }, id, (present) => ({ ...present, speech }))
  }

  await done(native.post('/phone-numbers', { number: shop, isDefault: true }))
  return {
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
    agent: async (wish = {}) => {
      const { body } = await done(ask('POST', '/v2/agent', agentOf(wish, hook)))
      if (wish.lines) await speaks(readId(body.agent_id) ?? '', wish.lines)
      return body.agent_id as string
    },
    call: async (agent_id, recipient_phone_number, more = {}) => {
      const { body } = await done(ask('POST', '/call', { agent_id, recipient_phone_number, ...more }))
      return body.execution_id as string
    },
    execution: async (id) => (await done(ask('GET', `/executions/${id}`))).body as Execution,
    slots: async (limit) => {
      await done(trial.admin.patch(`/accounts/${showId('account', account)}`, { limits: { slots: limit } }))
    },
    script: async (number, script) => {
      await done(putPhone(trial, native, number, script))
    },
  }
}

function agentOf({ config = {}, task = {}, tools = {} }: AgentWish, hook: string): object {
  return {
    agent_config: {
      agent_name: 'Mira',
      agent_welcome_message: 'Hello, this is the shop.',
      webhook_url: hook,
      tasks: [
        {
          task_type: 'conversation',
          toolchain: { execution: 'parallel', pipelines: [['transcriber', 'llm', 'synthesizer']] },
          tools_config: { api_tools: tools },
          task_config: task,
        },
      ],
      ...config,
    },
    agent_prompts: { task_1: { system_prompt: 'You are Mira of the shop.' } },
  }
}

async function putPhone({ app }: Trial, { headers }: Caller, number: string, script: readonly object[]) {
  const url = `/api/v1/simulator/phones/${encodeURIComponent(number)}`
  const response = await app.fastify.inject({ method: 'PUT', url, headers, payload: { script } })
  return { status: response.statusCode, headers: response.headers, body: response.json(), text: response.body }
}

/** A form as it goes over the wire. */
async function formSent(form: FormData): Promise<{ headers: Record<string, string>; payload: unknown }> {
  const response = new Response(form)
  const headers = { 'content-type': response.headers.get('content-type') ?? '' }
  return { headers, payload: Buffer.from(await response.arrayBuffer()) }
}

async function done(asked: Promise<Answer>): Promise<Answer> {
  const answer = await asked
  if (answer.status >= 300) throw new Error(`${answer.status} ${answer.text}`)
  return answer
}
