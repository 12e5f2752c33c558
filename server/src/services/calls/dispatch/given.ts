import { agent as agentNoun } from '#domain/agent/agent.ts'
import { blankAgent } from '#domain/agent/blank.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { CallingHours } from '#domain/vocabulary/calling-hours.ts'
import { nouns } from '#domain/nouns.ts'
import { number as numberNoun } from '#domain/number/number.ts'
import type { SessionCommand } from '#domain/session/commands.ts'
import type { SessionRequests } from '#domain/session/requests.ts'
import { session as sessionNoun } from '#domain/session/session.ts'
import type { Policy, Session } from '#domain/session/state.ts'
import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import { wallet as walletNoun } from '#domain/wallet/wallet.ts'
import { walletClaim } from '#domain/wallet/decide.ts'
import type { EffectRunner, Engine, Unit } from '#engine/api.ts'
import { createEngine } from '#engine/engine.ts'
import type { Storage, System } from '#engine/ports.ts'
import type { Rates } from '../ports.ts'
import { createDispatch, type Dispatch } from './dispatch.ts'

/** The account of these tests, on a test clock that starts on a Friday, 09:00 UTC; and its one number. */
export const account = 'alice'
export const morning: Instant = 1_795_165_200_000
const shop = '+18005550111'

type Runners = Readonly<Record<string, EffectRunner>>

export interface RigOptions {
  readonly limit?: number
  readonly hours?: CallingHours | null
  /** Cents. */
  readonly perMinute?: number
  /** By number called; the others are nobody knows where. */
  readonly zones?: Readonly<Record<string, readonly string[]>>
  readonly zone?: string
  /** Runners put in the place of the real ones. */
  readonly replace?: (real: Runners) => Runners
  /** A process on the same store comes after it. */
  readonly after?: Rig
  /** The agent's definition is lost. */
  readonly noDefinition?: boolean
}

type OwnWorld = { readonly storage: Storage; readonly system: System }

/** The real engine and dispatcher for tests; who dials is placed, and nothing more happens by itself. */
export class Rig {
  readonly engine: Engine
  readonly dispatch: Dispatch
  limit: number
  /** How many programs the dispatcher has executed. */
  units = 0
  /** Who was dialled, in order. */
  readonly dialed: Id[] = []
  agent: Id = ''
  /** The agent's calling hours, version by version. */
  readonly #hours: (CallingHours | null)[]

  private constructor(engine: Engine, options: RigOptions, { system }: OwnWorld) {
    this.engine = engine
    this.limit = options.limit ?? 2
    const { zone, zones = {}, hours = null, noDefinition, perMinute = 0 } = options
    this.#hours = [hours]
    this.dispatch = createDispatch({
      engine: this.#counting(engine),
      system,
      agents: { version: async (_, __, version) => (noDefinition ? undefined : this.#version(version)) },
      accounts: { list: async () => ({ items: [{ id: account } as never] }) },
      zones: { of: (number) => zones[number] ?? [] },
      rates: { ...free, perMinute: { network: perMinute, platform: 0 } },
      lease: 'here',
      limitOf: async () => this.limit,
      ...(zone !== undefined && { zoneOf: () => zone }),
    })
  }

  static async open(own: OwnWorld, options: RigOptions = {}): Promise<Rig> {
    const effects: Record<string, EffectRunner> = {}
    const engine = await createEngine({ ...own, nouns, effects })
    const rig = new Rig(engine, options, own)
    const real = { ...rig.#world(), ...rig.dispatch.runners }
    Object.assign(effects, real, options.replace?.(real))
    if (!options.after) await engine.clocks.define(account, 'test', morning)
    await engine.start()
    rig.agent = options.after?.agent ?? (await rig.#furnish())
    return rig
  }

  #version(version: number): AgentDefinition | undefined {
    const hours = this.#hours[version - 1]
    return hours === undefined ? undefined : { ...definition, hours }
  }

  /** The agent has other calling hours from now on. */
  async write(hours: CallingHours | null): Promise<void> {
    this.#hours.push(hours)
    const command = { type: 'write', definition: { ...definition, hours } } as const
    await this.do((unit) => void must(unit.run(agentNoun, this.agent, command)))
  }

  /** What the dispatcher executes is counted. */
  #counting(engine: Engine): Engine {
    const execute: Engine['execute'] = (ask, program) => {
      if (ask.by === 'dispatcher') this.units++
      return engine.execute(ask, program)
    }
    return new Proxy(engine, {
      get: (_, name) => {
        const value: unknown = name === 'execute' ? execute : Reflect.get(engine, name)
        return typeof value === 'function' ? (value.bind(engine) as unknown) : value
      },
    })
  }

  /** What happens when the world is asked: every call is placed, every artefact made. */
  #world(): Runners {
    const nothing: EffectRunner = { run: async () => ({ settled: true }) }
    const dial: EffectRunner = {
      run: async ({ aggregate, payload, reference: callId }) => {
        this.dialed.push(aggregate)
        const { attempt } = payload as SessionRequests['telephony.dial']
        return { settled: true, command: { type: 'dial_answered', attempt, answer: { is: 'placed', callId } } }
      },
    }
    const make: EffectRunner = {
      run: async ({ payload }) => {
        const { attempt, artefact } = payload as SessionRequests['artefact.make']
        return { settled: true, command: { type: 'settle', artefact, attempt, state: 'done', cost: 0 } }
      },
    }
    const idle = ['telephony.hang_up', 'telephony.reinvite', 'agent.begin', 'agent.ask_online', 'batch.row']
    return {
      'telephony.dial': dial,
      'artefact.make': make,
      ...Object.fromEntries(idle.map((kind) => [kind, nothing])),
    }
  }

  #furnish(): Promise<Id> {
    return this.do((unit) => {
      const id = unit.id()
      must(unit.run(agentNoun, id, { type: 'create', definition }))
      const number = { number: shop, route: 'default', hosted: false, isDefault: true }
      must(unit.run(numberNoun, unit.id(), { type: 'add', ...number }))
      return id
    })
  }

  async do<Value>(program: (unit: Unit) => Value): Promise<Value> {
    const outcome = await this.engine.execute<Value>({ account, by: 'test' }, program)
    if (outcome.refusal) throw new Error(outcome.refusal.message)
    return outcome.value as Value
  }

  /** A queued call. */
  order({
    to = '+12025550100',
    route = 'default',
    policy = {},
  }: {
    readonly to?: string
    readonly route?: string
    readonly policy?: Partial<Policy>
  } = {}): Promise<Id> {
    const agent = { id: this.agent, version: 1 }
    const start = { kind: 'telephone', direction: 'outbound', to: 'queued' } as const
    const rest = { agent, user: to, own: shop, route, policy, order: { data: null }, because: 'test' }
    return this.do((unit) => must(unit.run(sessionNoun, unit.id(to), { type: 'create', ...start, ...rest })).state.id)
  }

  /** Several, one after the other. */
  async orders(count: number, more: Parameters<Rig['order']>[0] = {}): Promise<readonly Id[]> {
    const ids: Id[] = []
    for (let i = 0; i < count; i++) ids.push(await this.order(more))
    return ids
  }

  async run(id: Id, command: SessionCommand): Promise<void> {
    await this.do((unit) => must(unit.run(sessionNoun, id, command)))
  }

  async pass(ms: Milliseconds): Promise<void> {
    must(await this.engine.clocks.advance(account, this.now() + ms))
  }

  /** Waits until everything that was asked for has been done; no time passes. */
  rest(): Promise<void> {
    return this.pass(0)
  }

  now(): Instant {
    return this.engine.clocks.now(account)
  }

  async session(id: Id | undefined): Promise<Session> {
    const session = await this.do((unit) => unit.state(sessionNoun, id ?? ''))
    if (!session) throw new Error('There is no such session.')
    return session
  }

  states(ids: readonly Id[]): Promise<readonly string[]> {
    return Promise.all(ids.map(async (id) => (await this.session(id)).state))
  }

  /** Billing is on from now. */
  async credit(balance: number): Promise<void> {
    await this.do((unit) => must(unit.run(walletNoun, unit.id(), { type: 'open', balance })))
  }

  money(): Promise<{ readonly balance: number; readonly held: readonly string[] }> {
    return this.do((unit) => {
      const wallet = unit.state(walletNoun, unit.holder(walletClaim) ?? '')
      return { balance: wallet?.balance ?? 0, held: Object.keys(wallet?.holds ?? {}).toSorted() }
    })
  }
}

/** The value, where there is one: what a test goes on with. */
export function must<Value>(value: Value | Refused): Value {
  if (isRefused(value)) throw new Error(`${value.refusal.code}: ${value.refusal.message}`)
  return value
}

/** Reports of the carrier: the user answers, hangs up, or is busy. */
export const answered: SessionCommand = { type: 'report', attempt: 1, sequence: 1, what: { is: 'answered' } }
export const hungUp: SessionCommand = { type: 'report', attempt: 1, sequence: 9, what: { is: 'ended', by: 'user' } }
export function busy(attempt: number = 1): SessionCommand {
  return { type: 'report', attempt, sequence: 9, what: { is: 'ended', verdict: 'busy' } }
}

const free: Rates = {
  perMinute: { network: 0, platform: 0 },
  transcriberPerSecond: 0,
  synthesizerPerCharacter: 0,
  llmPerThousandTokens: 0,
}

const definition = blankAgent('Shop')
