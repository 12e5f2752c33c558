import twilio from 'twilio'
import { startTrial, type Caller, type Trial } from '#app/trial.ts'
import type { Options } from '#app/options.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Fired } from '#engine/api.ts'
import type { TrafficEvent, TrafficResult } from '#services/api.ts'

/** A real server on a loopback port, asked by the vendor's own client; accounts on a test clock unless said otherwise. */
export interface Official {
  readonly url: string
  readonly trial: Trial
  /** An account of its own, so that tests of one server do not see each other's conversations. */
  person(name?: string, clock?: 'wall' | 'test'): Promise<Person>
  stop(): Promise<void>
}

/** Somebody with an account and the official client pointed at the server. */
export interface Person {
  readonly client: twilio.Twilio
  readonly account: Id
  readonly sid: string
  readonly authToken: string
  readonly keySid: string
  readonly keySecret: string
  /** Moves the account's clock; answers with what fell due on the way. */
  advance(minutes: number): Promise<readonly Fired[]>
  /** What a channel reports, one result for each event. */
  report(...events: TrafficEvent[]): Promise<readonly TrafficResult[]>
  /** A plain request with the person's credentials. */
  ask(path: string, init?: RequestInit): Promise<Response>
}

export async function startOfficial(options: Partial<Options> = {}): Promise<Official> {
  const trial = await startTrial({ port: 0, requestsPerSecond: null, ...options })
  const url = await trial.app.listen()
  return {
    url,
    trial,
    person: async (name = 'alice', clock = 'test') => personOf(trial, url, await trial.account(name, clock)),
    stop: () => trial.stop(),
  }
}

function personOf({ app }: Trial, url: string, caller: Caller): Person {
  const { made } = caller
  if (!made) throw new Error('A trial account comes with its credentials.')
  const account = made.account.id
  const client = clientOf(url, made.key.sid, made.keySecret, made.account.sid)
  const basic = Buffer.from(`${made.key.sid}:${made.keySecret}`).toString('base64')
  return {
    client,
    account,
    sid: made.account.sid,
    authToken: made.authToken,
    keySid: made.key.sid,
    keySecret: made.keySecret,
    async advance(minutes) {
      const advanced = await app.services.clock.advance(account, 'test', { byMs: minutes * minuteMs })
      if (isRefused(advanced)) throw new Error(advanced.refusal.message)
      return advanced.fired
    },
    async report(...events) {
      const outcome = await app.services.traffic.ingest({ account, by: 'test' }, events)
      if (outcome.value === undefined) throw new Error(outcome.refusal?.message ?? 'replayed')
      return outcome.value
    },
    ask: (path, init = {}) =>
      fetch(url + path, { ...init, headers: { authorization: `Basic ${basic}`, ...init.headers } }),
  }
}

/** The client as its documentation makes it, with nothing changed but the host. */
export function clientOf(url: string, user: string, password: string, accountSid: string): twilio.Twilio {
  const client = twilio(user, password, { accountSid })
  client.conversations.baseUrl = url
  return client
}

/** What the client gave, with all its keys: its types know only that some calls leave some of them out. */
export async function whole<Instance>(promise: Promise<Instance>): Promise<Whole<Instance>> {
  return (await promise) as Whole<Instance>
}

type Whole<Instance> = { [Key in keyof Instance]-?: NonNullable<Instance[Key]> }
