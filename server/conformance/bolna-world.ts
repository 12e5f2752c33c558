import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import { recordedSender, type RecordedSender } from '#adapters/delivery/recorded/recorded-sender.ts'
import { createVault } from '#adapters/vault/vault.ts'
import { minuteMs, type Milliseconds } from '#domain/vocabulary/instant.ts'
import { createDelivery, type Delivery } from '#services/delivery/delivery.ts'
import type { Services } from '#services/api.ts'
import type { Announcer } from '#services/ports.ts'
import type { Dialect, DialectContext } from '#dialects/dialect.ts'
import { bolnaDialect } from '#dialects/bolna/dialect.ts'
import { bolnaKey } from '#dialects/bolna/keys.ts'
import { openCallsHouse, shop, type CallsHouse, type HouseOptions } from './calls-house.ts'

/** The whole dialect over the real services and the simulated carrier: nothing is faked but time, the network and chance. */
export interface World {
  readonly house: CallsHouse
  readonly app: FastifyInstance
  readonly dialect: Dialect
  readonly delivery: Delivery
  readonly services: Services
  readonly sender: RecordedSender
  readonly key: string
  /** Asks with the account's key. */
  ask(
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    url: string,
    body?: unknown,
    more?: InjectOptions,
  ): Promise<Answer>
  /** An agent that tells its webhooks; its id as they write it. */
  agent(config?: Readonly<Record<string, unknown>>): Promise<string>
  /** Places a call; answers with the execution's id. */
  place(agent: string, to: string, more?: Readonly<Record<string, unknown>>): Promise<string>
  execution(id: string): Promise<Body>
  /** Lets the account's time pass, and what is told be told. */
  pass(ms: Milliseconds): Promise<void>
  /** Bodies told so far, oldest first; of one execution. */
  told(id?: string): readonly Body[]
  /** Waits until what happened is told. */
  settle(): Promise<void>
  close(): Promise<void>
}

// oxlint-disable-next-line typescript/no-explicit-any -- tests say themselves what they expect in it
export type Body = any

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Body
  readonly text: string
}

export const hook = 'https://hooks.example.com/calls'
export const host = 'https://calls.example.net'

/** A task as the vendor's clients write it. */
export const conversationTask = (config: Readonly<Record<string, unknown>> = {}) => ({
  task_type: 'conversation',
  toolchain: { execution: 'parallel', pipelines: [['transcriber', 'llm', 'synthesizer']] },
  tools_config: {
    llm_agent: { agent_type: 'simple_llm_agent', llm_config: { provider: 'openai', model: 'gpt-4.1-mini' } },
    synthesizer: { provider: 'polly', provider_config: { voice: 'Danielle', voice_id: 'Danielle' } },
    transcriber: { provider: 'deepgram', model: 'nova-3', language: 'en' },
  },
  task_config: config,
})

export async function openWorld(own: HouseOptions = {}, more: Partial<DialectContext> = {}): Promise<World> {
  const house = await openCallsHouse(own)
  const { system, made } = house
  const sender = recordedSender()
  const { delivery, services, dialect } = furnish(house, sender, more)
  const app = Fastify({ routerOptions: { maxParamLength: 512, ignoreTrailingSlash: true } })
  await dialect.register(app)
  await app.ready()
  await delivery.start()
  await services.numbers.add(house.ask, { number: shop, isDefault: true })
  const key = bolnaKey(made.key.sid, made.keySecret)

  /** What is told goes out in real time, which only moves when it is moved. */
  async function settle(): Promise<void> {
    let settled = false
    void delivery.settled().then(() => (settled = true))
    for (let i = 0; i < 50 && !settled; i++) await system.advance(100)
  }

  const ask = asker(app, key)
  return {
    house,
    app,
    dialect,
    delivery,
    services,
    sender,
    key,
    ask,
    settle,
    agent: (config = {}) => makeAgent(ask, config),
    place: async (agent_id, recipient_phone_number, rest = {}) => {
      const placed = await ask('POST', '/call', { agent_id, recipient_phone_number, ...rest })
      if (placed.status !== 200) throw new Error(placed.text)
      await settle()
      return placed.body.execution_id
    },
    execution: async (id) => (await ask('GET', `/executions/${id}`)).body,
    pass: async (ms) => {
      await house.pass(ms)
      await settle()
    },
    told: (id) => {
      const bodies: Body[] = sender.requests.map(({ body }) => JSON.parse(body ?? 'null'))
      return id === undefined ? bodies : bodies.filter((body) => body.id === id)
    },
    close: async () => {
      const stopped = delivery.stop()
      await system.advance(10_000)
      await stopped
      await app.close()
      await house.close()
    },
  }
}

/** The dialect, and the deliveries its announcer makes, over the services of the house. */
function furnish(house: CallsHouse, sender: RecordedSender, more: Partial<DialectContext>) {
  const { engine, storage, system } = house
  const announcers: Announcer[] = []
  const log = { info() {}, warn() {}, error() {} }
  const delivery = createDelivery({ feed: engine.feed, store: storage.deliveries, announcers, sender, system, log })
  const services: Services = { ...house.services, deliveries: delivery }
  const context: DialectContext = {
    services,
    vault: createVault(new Uint8Array(32).fill(1)),
    log,
    limiter: { take: () => ({ allowed: true, limit: 1000, remaining: 999, retryAfterMs: 0 }) },
    send: (request) => sender.send(request),
    ask: (request) => sender.ask(request),
    now: () => system.now(),
    after: (afterMs, callback) => system.after(afterMs, callback),
    backup: async () => ({ refusal: { code: 'unavailable', message: 'No backup here.' } }),
    baseUrl: () => host,
    ...more,
  }
  const dialect = bolnaDialect(context, { publicUrl: () => host })
  if (dialect.announcer) announcers.push(dialect.announcer)
  return { delivery, services, dialect }
}

function asker(app: FastifyInstance, key: string): World['ask'] {
  return async (method, url, body, options = {}) => {
    const response = await app.inject({
      method,
      url,
      ...(body !== undefined && { payload: body as object }),
      ...options,
      headers: { authorization: `Bearer ${key}`, ...options.headers },
    })
    const isJson = /json/.test(String(response.headers['content-type']))
    const read = isJson && response.body !== '' ? response.json() : response.body
    return { status: response.statusCode, headers: response.headers, body: read, text: response.body }
  }
}

async function makeAgent(ask: World['ask'], config: Readonly<Record<string, unknown>>): Promise<string> {
  const agent_config = {
    agent_name: 'alice',
    agent_welcome_message: 'Hello, this is the shop.',
    webhook_url: hook,
    tasks: [conversationTask()],
    ...config,
  }
  const made = await ask('POST', '/v2/agent', { agent_config, agent_prompts: {} })
  if (made.status !== 201) throw new Error(made.text)
  return made.body.agent_id
}

/** Long enough for any single call to be over. */
export const wholeCallMs: Milliseconds = 10 * minuteMs
