import { scriptedAgent } from '#adapters/agents/script/script.ts'
import { recordedMailer, type RecordedMailer } from '#adapters/mail/recorded/recorded-mailer.ts'
import { openMemory } from '#adapters/storage/memory/open.ts'
import { simulatedSystem, type SimulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { Simulator, type JournalLine } from '#adapters/telephony/simulator/simulator.ts'
import { createVault } from '#adapters/vault/vault.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import type { Conversation } from '#domain/conversation/state.ts'
import { nouns } from '#domain/nouns.ts'
import type { SessionEvent } from '#domain/session/events.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Clocks, EffectRunner, Engine } from '#engine/api.ts'
import { createEngine } from '#engine/engine.ts'
import type { Storage } from '#engine/ports.ts'
import type { NewAccount, Services } from '#services/api.ts'
import type { CallDraft, PlacedCall } from '#services/calls/api.ts'
import { createCalls, type Calls, type CallsNeed } from '#services/calls/calls.ts'
import type { Mailer, Rates, Telephony } from '#services/calls/ports.ts'
import { createCampaigns } from '#services/campaigns/campaigns.ts'
import { createMails } from '#services/mails/mails.ts'
import { createRooms } from '#services/rooms/rooms.ts'
import { createServices } from '#services/services.ts'
import { createTexts } from '#services/texts/texts.ts'
import { createWidgets } from '#services/widgets.ts'
import { got } from './house.ts'

/** Our own number, and the simulator's: those with a fixed behaviour, and the first with a script of one's own. */
export const shop = '+18005550111'
export const phones = {
  ordinary: '+12025550100',
  busy: '+12025550102',
  noAnswer: '+12025550103',
  declines: '+12025550104',
  invalid: '+12025550105',
  congested: '+12025550106',
  mute: '+12025550107',
  voicemail: '+12025550108',
  lostCarrier: '+12025550110',
  lateAnswer: '+12025550115',
  noSound: '+12025550116',
  drops: '+12025550117',
  busyThenAnswers: '+12025550118',
  own: '+12025550120',
} as const

export const free: Rates = {
  perMinute: { network: 0, platform: 0 },
  transcriberPerSecond: 0,
  synthesizerPerCharacter: 0,
  llmPerThousandTokens: 0,
}

/** Calls as a whole: the real engine, a store in memory, the simulated carrier, the built-in agent; one account on a test clock. */
export interface CallsHouse {
  readonly engine: Engine
  readonly services: Services
  readonly calls: Calls
  readonly storage: Storage
  readonly system: SimulatedSystem
  readonly simulator: Simulator
  /** Every call that was placed with the carrier. */
  /** What was mailed. */
  readonly mailer: RecordedMailer
  readonly journal: readonly JournalLine[]
  readonly made: NewAccount
  readonly account: Id
  readonly ask: { readonly account: Id; readonly by: string }
  /** Advances the account's clock. */
  pass(ms: Milliseconds): Promise<void>
  /** A live agent; `shop` is the account's default number from the first one on. */
  agent(definition?: Partial<AgentDefinition>): Promise<Id>
  /** Orders a call. */
  call(draft: Partial<CallDraft> & Pick<CallDraft, 'agentId' | 'to'>): Promise<PlacedCall>
  session(id: Id): Promise<Session>
  /** The states it has been in, in order. */
  states(id: Id): Promise<readonly string[]>
  events(id: Id): Promise<readonly SessionEvent[]>
  /** All conversations of the account, oldest first. */
  conversations(): Promise<readonly Conversation[]>
  /** The same store under a new process: this one stops in order. */
  restart(own?: HouseOptions): Promise<CallsHouse>
  /** The same store under a new process: this one is gone, and finishes nothing. */
  crash(own?: HouseOptions): Promise<CallsHouse>
  close(): Promise<void>
}

export type HouseOptions = Partial<
  Pick<CallsNeed, 'runtime' | 'analysis' | 'zones' | 'rates' | 'slots' | 'callerData' | 'log'>
> & {
  /** Another carrier in the place of the simulator. */
  readonly telephony?: Telephony
  /** Another one in the place of the one that only records. */
  readonly mailer?: Mailer
}

interface Kept {
  readonly storage: Storage
  readonly system: SimulatedSystem
  readonly made?: NewAccount
}

export function openCallsHouse(own: HouseOptions = {}, seed = 1): Promise<CallsHouse> {
  return furnish({ storage: openMemory(), system: simulatedSystem(seed) }, own)
}

async function furnish(kept: Kept, own: HouseOptions): Promise<CallsHouse> {
  const { storage, system } = kept
  const runners: Record<string, EffectRunner> = {}
  const engine = await createEngine({ storage, system, nouns, effects: runners })
  const vault = createVault(new Uint8Array(32).fill(1))
  const journal: JournalLine[] = []
  const simulator = new Simulator({ clocks: clocksOf(engine), journal: (line) => void journal.push(line) })
  const noDeliveries = { list: none, get: none, replay: none } as unknown as Services['deliveries']
  const base = createServices({ engine, vault, now: () => system.now(), deliveries: noDeliveries })
  const runtime = own.runtime ?? scriptedAgent()
  const calls = createCalls({
    engine,
    system,
    vault,
    accounts: base.accounts,
    telephony: simulator,
    runtime,
    zones: { of: () => [] },
    rates: free,
    slots: 10,
    ...own,
  })
  const need = { engine, system, vault, agents: calls.agents, runtime }
  const mailer = recordedMailer()
  const texts = createTexts(need)
  const mails = createMails({ ...need, mailer: own.mailer ?? mailer, domain: 'colloquy.test' })
  const rooms = createRooms({ ...need, accounts: base.accounts, url: () => 'ws://colloquy.test/rooms' })
  const { campaigns, runners: ofCampaigns } = createCampaigns({ engine, ...calls })
  Object.assign(runners, calls.runners, texts.runners, mails.runners, rooms.runners, ofCampaigns)
  const widgets = createWidgets({ engine })
  const services: Services = { ...base, ...calls, texts, mails, rooms, campaigns, widgets }
  await engine.start()
  await calls.start()
  await rooms.start()
  const made = kept.made ?? got(await services.accounts.create('test', { name: 'alice', clock: 'test' }))
  const account = made.account.id
  const ask = { account, by: 'test' }

  async function events(id: Id): Promise<readonly SessionEvent[]> {
    const page = await services.sessions.timeline(account, id, { after: 0, limit: 1_000 })
    return (page?.items ?? []).map(({ event }) => event)
  }

  return {
    engine,
    services,
    calls,
    storage,
    system,
    simulator,
    journal,
    mailer,
    made,
    account,
    ask,
    pass: async (ms) => {
      got(await services.clock.advance(account, 'test', { byMs: ms }))
    },
    agent: async (definition = {}) => {
      const outcome = await services.agents.create(ask, { ...talker, ...definition })
      if (!outcome.value) throw new Error(outcome.refusal?.message)
      if ((await services.numbers.find(account, shop)) === undefined)
        await services.numbers.add(ask, { number: shop, isDefault: true })
      return outcome.value.agent.id
    },
    call: async (draft) => {
      const outcome = await services.sessions.place(ask, { data: null, keepsHours: true, ...draft })
      if (!outcome.value) throw new Error(outcome.refusal?.message)
      return outcome.value
    },
    session: async (id) => {
      const view = await services.sessions.get(account, id)
      if (!view) throw new Error(`There is no session ${id}.`)
      return view.session
    },
    states: async (id) => {
      const found = await events(id)
      return found.flatMap((event) =>
        event.type === 'session.created' || event.type === 'session.moved' ? [event.to] : [],
      )
    },
    events,
    conversations: async () => {
      const { items } = await services.conversations.list(account, { statuses: [], limit: 1_000 })
      return items.map(({ conversation }) => conversation).toReversed()
    },
    restart: async (next = {}) => {
      await calls.stop()
      await Promise.all([texts.stop(), mails.stop(), rooms.stop()])
      await engine.stop()
      return furnish({ storage, system, made }, { ...own, ...next })
    },
    crash: (next = {}) => furnish({ storage, system, made }, { ...own, ...next }),
    close: async () => {
      await calls.stop()
      await Promise.all([texts.stop(), mails.stop(), rooms.stop()])
      await simulator.close()
      await engine.stop()
    },
  }
}

/** Says hello, answers once, and says goodbye. */
export const talker: AgentDefinition = {
  name: 'alice',
  welcome: 'Hello, this is the shop.',
  speech: { by: 'script', lines: ['We open at nine.'], goodbye: 'Goodbye.' },
  limits: {},
  hours: null,
  retry: null,
  route: 'default',
  inbound: { callsPerCaller: -1, exempt: [], rejectUnknown: false },
  announce: null,
  makes: { recording: false, summary: false, extraction: false },
  vendor: {},
}

function clocksOf({ clocks }: Engine): Pick<Clocks, 'at' | 'now'> {
  return { at: (account, at, callback) => clocks.at(account, at, callback), now: (account) => clocks.now(account) }
}

async function none(): Promise<undefined> {}
