import { openMemory } from '#adapters/storage/memory/open.ts'
import { simulatedSystem, type SimulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { createVault } from '#adapters/vault/vault.ts'
import type { ChannelRules, ConfigurationDocument } from '#domain/configuration/state.ts'
import type { Conversation } from '#domain/conversation/state.ts'
import { nouns } from '#domain/nouns.ts'
import type { Channel } from '#domain/vocabulary/channel.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Engine } from '#engine/api.ts'
import { createEngine } from '#engine/engine.ts'
import type { Storage } from '#engine/ports/storage.ts'
import type { ConversationServices, NewAccount, Services, TrafficEvent, TrafficResult } from '#services/api.ts'
import type { CallServices } from '#services/calls/api.ts'
import type { Vault } from '#services/ports.ts'
import { createServices } from '#services/services.ts'

/** Alice the customer, bob another one, and our own number. */
export const alice = '+14155550133'
export const bob = '+14155550144'
export const line = '+18005550111'

/** All services over the real engine, a store in memory and a hand-driven system, with one account on a test clock. */
export interface House {
  readonly engine: Engine
  readonly services: Services
  readonly storage: Storage
  readonly system: SimulatedSystem
  readonly vault: Vault
  readonly made: NewAccount
  /** The account's id, and its Ask. */
  readonly account: Id
  readonly ask: { readonly account: Id; readonly by: string }
  /** Advances the account's clock. */
  pass(minutes: number): Promise<void>
  /** A configuration of the account, ready to capture; answers with its id. */
  configure(document?: Partial<ConfigurationDocument>): Promise<Id>
  /** Sends events and answers with their results. */
  send(...events: readonly TrafficEvent[]): Promise<readonly TrafficResult[]>
  /** All conversations of the account, oldest first. */
  conversations(): Promise<readonly Conversation[]>
  conversation(id: Id | undefined): Promise<Conversation>
  close(): Promise<void>
}

export async function openHouse(seed = 1): Promise<House> {
  const storage = openMemory()
  const system = simulatedSystem(seed)
  const engine = await createEngine({ storage, system, nouns })
  const vault = createVault(new Uint8Array(32).fill(1))
  const noDeliveries = { list: none, get: none, replay: none } as unknown as Services['deliveries']
  const now = (): number => system.now()
  const talk = createServices({ engine, vault, now, deliveries: noDeliveries, adminKeyHash: vault.hash('admin') })
  const services: Services = { ...talk, ...noCalls }
  await engine.start()
  const made = got(await services.accounts.create('test', { name: 'alice', clock: 'test' }))
  const account = made.account.id
  const ask = { account, by: 'test' }
  return {
    engine,
    services,
    storage,
    system,
    vault,
    made,
    account,
    ask,
    pass: async (minutes) => {
      got(await services.clock.advance(account, 'test', { byMs: minutes * minuteMs }))
    },
    configure: async (document = {}) => {
      const outcome = await services.configurations.create(ask, { ...everything, ...document })
      if (!outcome.value) throw new Error(outcome.refusal?.message)
      return outcome.value.about.id
    },
    send: async (...events) => {
      const outcome = await services.traffic.ingest(ask, events)
      if (!outcome.value) throw new Error(outcome.refusal?.message)
      return outcome.value
    },
    conversations: async () => {
      const { items } = await services.conversations.list(account, { statuses: [], limit: 1_000 })
      return items.map(({ conversation }) => conversation).toReversed()
    },
    conversation: async (id) => {
      const viewed = id === undefined ? undefined : await services.conversations.get(account, id)
      if (!viewed) throw new Error(`There is no conversation ${id}.`)
      return viewed.conversation
    },
    close: () => engine.stop(),
  }
}

/** Calls have a house of their own: calls-house.ts. */
const noCalls = {} as unknown as CallServices & Omit<Services, keyof ConversationServices | keyof CallServices>

/** Captures all traffic of a channel. */
export function capturing(
  timeouts: ChannelRules['timeouts'],
  metadata?: Readonly<Record<string, string>>,
): ChannelRules {
  return { timeouts, capture: [{ from: '*', to: '*', ...(metadata && { metadata }) }] }
}

/** T16: inactive after 10 minutes, closed after 30; voice closes with its stream. */
const everything: ConfigurationDocument = {
  displayName: 'Care line',
  description: '',
  grouping: 'addresses',
  memoryStoreId: 'mem_store_01ka7n36096q14dr9gpqy77zxy',
  channels: {
    SMS: capturing({ inactive: 10, closed: 30 }),
    WHATSAPP: capturing({ inactive: 10, closed: 30 }),
    VOICE: capturing(null),
  },
  callbacks: [],
  intelligence: [],
  memoryExtraction: false,
  bridgeService: null,
}

/** A message from alice to our line, unless told otherwise. */
export function received(
  more: {
    readonly text?: string
    readonly from?: string
    readonly to?: string
    readonly channel?: Channel
    readonly resourceId?: string
    readonly channelId?: string
  } = {},
): TrafficEvent {
  return { type: 'message.received', channel: 'SMS', from: alice, to: line, text: 'Hello', ...more }
}

/** A message from our line to alice, unless told otherwise. */
export function sent(
  more: {
    readonly text?: string
    readonly from?: string
    readonly to?: string
    readonly channel?: Channel
    readonly resourceId?: string
  } = {},
): TrafficEvent {
  return { type: 'message.sent', channel: 'SMS', from: line, to: alice, text: 'Hello', ...more }
}

/** A call from alice to our line, unless told otherwise. */
export function started(
  callSid: string,
  more: Partial<Extract<TrafficEvent, { type: 'stream.started' }>> = {},
): TrafficEvent {
  return { type: 'stream.started', callSid, from: alice, to: line, direction: 'inbound', ...more }
}

export function uttered(
  callSid: string,
  text = 'Hello',
  more: { readonly track?: 'inbound' | 'outbound'; readonly resourceId?: string } = {},
): TrafficEvent {
  return { type: 'utterance', callSid, track: 'inbound', text, ...more }
}

export function ended(callSid: string): TrafficEvent {
  return { type: 'stream.ended', callSid }
}

/** The value, where there is one: what a test goes on with. */
export function got<Value>(value: Value | Refused): Value {
  if (isRefused(value)) throw new Error(`${value.refusal.code}: ${value.refusal.message}`)
  return value
}

/** The conversation that a result names. */
export function idOf(result: TrafficResult | undefined): Id {
  if (!result || !('conversationId' in result) || result.conversationId === undefined)
    throw new Error(`No conversation: ${JSON.stringify(result)}`)
  return result.conversationId
}

function none(): Promise<never> {
  return Promise.reject(new Error('There are no deliveries here.'))
}
