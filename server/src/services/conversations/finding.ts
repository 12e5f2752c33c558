import { conversation as noun } from '#domain/conversation/conversation.ts'
import { isOpen } from '#domain/conversation/matching.ts'
import type { Conversation, Status } from '#domain/conversation/state.ts'
import { stream } from '#domain/stream/stream.ts'
import { canonicalAddress } from '#domain/vocabulary/address.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Engine, Unit } from '#engine/api.ts'
import type { ConversationQuestion } from '../api.ts'
import { read } from '../reading.ts'

type Shown = Exclude<Status, 'erasing'>

/** How many conversations one address or channel id is looked up in, the newest; and how many closed ones are looked through. */
const lookedAt = 1_000

/**
 * The conversations with a channel's own id or with all of some addresses, and whatever else is asked for; newest first. Only open
 * ones are indexed by address: of the closed ones, those among the account's newest thousand are found.
 */
export async function findConversations(
  engine: Engine,
  account: string,
  question: ConversationQuestion,
): Promise<readonly Conversation[]> {
  const fits = (state: Conversation): boolean => takePart(state, question.addresses) && isWanted(state, question)
  const found = await read(engine, account, (unit) => {
    const states = candidates(unit, question).map((id) => unit.state(noun, id))
    const matching = states.filter((state) => state !== undefined).filter(fits)
    return oneOpenForCall(unit, matching, question.channelId)
  })
  const closed = question.channelId === undefined ? (await newestClosed(engine, account, question)).filter(fits) : []
  const ids = new Set(found.map(({ id }) => id))
  return [...found, ...closed.filter(({ id }) => !ids.has(id))].toSorted(newestFirst)
}

async function newestClosed(
  engine: Engine,
  account: string,
  question: ConversationQuestion,
): Promise<readonly Conversation[]> {
  if (!statusesOf(question).includes('closed')) return []
  const list = { account, noun, list: 'by_status', equals: ['closed'], descending: true, limit: lookedAt }
  return (await engine.list(list)).items.map(({ state }) => state)
}

/** Whether it has the status, configuration and age asked for. */
export function isWanted(state: Conversation, question: ConversationQuestion): boolean {
  const { configurationId, createdAfter = -Infinity, createdBefore = Infinity } = question
  return (
    statusesOf(question).some((status) => status === state.status) &&
    (configurationId === undefined || state.configuration.id === configurationId) &&
    state.createdAt > createdAfter &&
    state.createdAt < createdBefore
  )
}

/** The statuses asked for; none named: all that are shown. */
export function statusesOf({ statuses }: ConversationQuestion): readonly Shown[] {
  return statuses.length > 0 ? statuses : ['active', 'inactive', 'closed']
}

/** Those of the rarest thing named. */
function candidates(unit: Unit, { channelId, addresses = [] }: ConversationQuestion): readonly Id[] {
  if (channelId !== undefined) {
    const found = ['channel', 'resource'].flatMap((kind) => unit.holders({ kind, key: channelId }, lookedAt))
    return [...new Set(found)]
  }
  const found = addresses.map((address) =>
    spellings(address).flatMap((key) => unit.holders({ kind: 'address', key }, lookedAt)),
  )
  const fewest = found.toSorted((a, b) => a.length - b.length)[0] ?? []
  return [...new Set(fewest)]
}

/** D45: on any channel, so under any canonical form. */
function takePart({ participants }: Conversation, addresses: readonly string[] | undefined): boolean {
  if (!addresses) return true
  const present = new Set(
    participants.flatMap((participant) =>
      participant.addresses.map(({ channel, address }) => canonicalAddress(channel, address)),
    ),
  )
  return addresses.every((address) => spellings(address).some((spelling) => present.has(spelling)))
}

function spellings(address: string): readonly string[] {
  return [...new Set([canonicalAddress('SMS', address), address])]
}

/** N6: for one call there is never more than one open hit, the conversation that its stream belongs to now. */
function oneOpenForCall(
  unit: Unit,
  states: readonly Conversation[],
  channelId: string | undefined,
): readonly Conversation[] {
  if (channelId === undefined || states.filter(isOpen).length < 2) return states
  const [call] = unit.holders({ kind: 'call', key: channelId }, 1)
  const current = call === undefined ? undefined : unit.state(stream, call)?.conversationId
  if (!states.some((state) => state.id === current && isOpen(state))) return states
  return states.filter((state) => state.id === current || !isOpen(state))
}

function newestFirst(a: Conversation, b: Conversation): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)
}
