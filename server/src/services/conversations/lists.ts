import { conversation as noun } from '#domain/conversation/conversation.ts'
import type { Conversation } from '#domain/conversation/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Listing, Page } from '#engine/api.ts'
import type { ConversationEvent } from '#domain/conversation/events.ts'
import type { ConversationCommand } from '#domain/conversation/commands.ts'
import type { ConversationQuestion, Conversations, Listed, Position, Viewed } from '../api.ts'
import { findConversations, isWanted, statusesOf } from './finding.ts'
import { viewLater, type ConversationsNeed } from './view.ts'

type ListCalls = Pick<Conversations, 'list' | 'stuck'>
type ConversationListing = Listing<Conversation, ConversationCommand, ConversationEvent>

/** Lists of conversations, newest first. */
export function listCalls({ engine, snapshots }: ConversationsNeed): ListCalls {
  async function viewed(states: readonly Conversation[], next: Position | undefined): Promise<Listed<Viewed>> {
    const items = await Promise.all(states.map((state) => viewLater(snapshots, state)))
    return { items, ...(next && { next }) }
  }

  async function walk(listing: ConversationListing, question: ConversationQuestion): Promise<Listed<Viewed>> {
    let page = await engine.list(listing)
    for (;;) {
      const states = page.items.map(({ state }) => state)
      const wanted = states.filter((state) => isWanted(state, question))
      const next = beyond(page, question) ? undefined : page.next
      // What was due has just moved some of them out of the list: an empty page means the end, so go on.
      if (wanted.length > 0 || !next) return viewed(wanted, next)
      page = await engine.list({ ...listing, after: next })
    }
  }

  return {
    list: async (account, question) => {
      if (question.channelId === undefined && (question.addresses ?? []).length === 0)
        return walk(listingFor(account, question), question)
      const found = await findConversations(engine, account, question)
      const rest = found.filter((state) => isAfter(state, question.after))
      const states = rest.slice(0, question.limit)
      return viewed(states, rest.length > question.limit ? positionOf(states.at(-1)) : undefined)
    },
    stuck: async (account, { after, limit }) => {
      const list = { account, noun, list: 'stuck', equals: ['true'], descending: true, limit }
      const page = await engine.list({ ...list, ...(after && { after }) })
      return viewed(
        page.items.map(({ state }) => state),
        page.next,
      )
    },
  }
}

function listingFor(account: string, question: ConversationQuestion): ConversationListing {
  const { configurationId, createdBefore, limit } = question
  const statuses = statusesOf(question)
  const after = earliest(question.after, createdBefore)
  return {
    account,
    noun,
    descending: true,
    limit,
    ...(after && { after }),
    list: 'by_status',
    equals: statuses,
    ...(configurationId !== undefined && { test: ({ facets }) => facets['configurationId'] === configurationId }),
  }
}

/** Where to begin: after the last page, and with what was made before an instant (no id comes before the empty one). */
function earliest(after: Position | undefined, createdBefore: number | undefined): Position | undefined {
  if (createdBefore === undefined || (after && Number(after.sort) < createdBefore)) return after
  return { sort: createdBefore, id: '' }
}

/** All that follows is older than asked for. */
function beyond(
  { items, next }: Page<{ readonly id: Id; readonly state: Conversation }>,
  question: ConversationQuestion,
): boolean {
  const oldest = items.at(-1)?.state.createdAt ?? Number(next?.sort)
  return question.createdAfter !== undefined && oldest <= question.createdAfter
}

function isAfter({ createdAt, id }: Conversation, after: Position | undefined): boolean {
  if (!after) return true
  return createdAt < Number(after.sort) || (createdAt === after.sort && id < after.id)
}

function positionOf(state: Conversation | undefined): Position | undefined {
  return state && { sort: state.createdAt, id: state.id }
}
