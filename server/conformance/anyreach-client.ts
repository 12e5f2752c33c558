import { recordedSender, type RecordedSender, type Script } from '#adapters/delivery/recorded/recorded-sender.ts'
import type { Options } from '#app/options.ts'
import { startTrial, type Answer, type Caller, type Trial } from '#app/trial.ts'
import { showAgentId } from '#dialects/anyreach/agents/agent-ids.ts'
import { readConversationId } from '#dialects/anyreach/ids.ts'
import type { Scope } from '#dialects/anyreach/credentials/scopes.ts'
import { readId } from '#dialects/native/vocabulary.ts'
import type { SessionCommand } from '#domain/session/commands.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import { ask as askOnce, limitedToken, tokenOf } from './anyreach-asking.ts'

/** The default number of every organization here. */
export const shop = '+18005550111'

export type Verb = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
type Headers = Readonly<Record<string, string>>

/** Somebody with an API key: an organization on a test clock, or on the wall clock. */
export interface Organization {
  readonly account: Id
  readonly token: string
  /** The same account through the native API. */
  readonly native: Caller
  ask(verb: Verb, path: string, body?: unknown, headers?: Headers): Promise<Answer>
  /** The same with another token. */
  as(token: string | undefined): Organization['ask']
  /** A token that may do these things alone. */
  limited(...scopes: readonly Scope[]): Promise<string>
  /** Lets time pass, until everything rests. */
  pass(ms: Milliseconds): Promise<void>
  now(): Instant
  /** An agent that says these lines in turn; `shown`: as this vendor's API calls it. */
  agent(wish?: Readonly<Record<string, unknown>>): Promise<string>
  /** Creates a conversation; answers with the whole answer's body. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests say themselves what they expect in it
  create(body: Readonly<Record<string, unknown>>): Promise<any>
  /** A text conversation with an agent; answers with its id. */
  text(agent: string, more?: Readonly<Record<string, unknown>>): Promise<string>
  /** `GET /core/conversations/{id}`. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests say themselves what they expect in it
  read(id: string): Promise<any>
  /** What the world does to its session. */
  happen(id: string, command: SessionCommand): Promise<void>
}

export interface AnyreachHouse {
  readonly trial: Trial
  readonly sender: RecordedSender
  organization(clock?: 'wall' | 'test'): Promise<Organization>
  stop(): Promise<void>
}

/** A server over the memory store, asked by this API and ours without sockets; what it sends is only written down. */
export async function openAnyreach(options: Partial<Options> = {}, receiver?: Script): Promise<AnyreachHouse> {
  const sender = recordedSender(receiver)
  const trial = await startTrial({ requestsPerSecond: null, port: 0, ...options }, { sender })
  return {
    trial,
    sender,
    organization: async (clock = 'test') => organizationOf(trial, await trial.account('alice', clock)),
    stop: () => trial.stop(),
  }
}

async function organizationOf(trial: Trial, native: Caller): Promise<Organization> {
  const { services, engine } = trial.app
  const account = native.made?.account.id ?? ''
  const token = tokenOf(native)
  const as =
    (own: string | undefined): Organization['ask'] =>
    (method, url, body, headers = {}) => {
      const payload = body === undefined ? {} : { payload: body as object }
      return askOnce(trial, own, { method, url, headers, ...payload })
    }
  const ask = as(token)

  async function create(body: Readonly<Record<string, unknown>>) {
    return (await done(ask('POST', '/core/conversations', body))).body
  }

  await done(native.post('/phone-numbers', { number: shop, isDefault: true }))
  return {
    account,
    token,
    native,
    ask,
    as,
    limited: (...scopes) => limitedToken(trial, native, scopes),
    pass: async (byMs) => {
      const advanced = await services.clock.advance(account, 'test', { byMs })
      if (isRefused(advanced)) throw new Error(advanced.refusal.message)
    },
    now: () => services.clock.get(account).now,
    agent: async (wish = {}) => {
      const { body } = await done(native.post('/agents', { name: 'Store help', ...wish }))
      return showAgentId(readId('agent', body.id) ?? '')
    },
    create,
    text: async (agent_id, more = {}) => {
      const { conversation } = await create({ channel: 'text', user_id: 'user_42', agent_id, ...more })
      return conversation.id
    },
    read: async (id) => (await done(ask('GET', `/core/conversations/${id}`))).body,
    happen: async (id, command) => {
      const named = readConversationId(id)
      const session = named && 'id' in named ? named.id : ''
      const outcome = await engine.execute({ account, by: 'test' }, (unit) => unit.run(noun, session, command))
      if (outcome.refusal) throw new Error(outcome.refusal.message)
    },
  }
}

async function done(asked: Promise<Answer>): Promise<Answer> {
  const answer = await asked
  if (answer.status >= 300) throw new Error(`${answer.status} ${answer.text}`)
  return answer
}
