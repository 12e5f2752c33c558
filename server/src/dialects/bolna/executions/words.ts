import type { Session } from '#domain/session/state.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Conversations } from '#services/api.ts'
import type { SaidTurn } from '#services/calls/ports.ts'
import type { Placement } from './history.ts'

/** One thing that was said, when, and in which attempt. */
export interface Spoken extends SaidTurn {
  readonly at: Instant
  readonly attempt: number
}

const readAtOnce = 500
const spokenMost = 20_000

/** Everything said over all attempts, oldest first: what the conversations still have of it. */
export async function wordsOf(
  conversations: Pick<Conversations, 'communications'>,
  session: Pick<Session, 'id' | 'account' | 'user'>,
  placements: readonly Placement[],
): Promise<readonly Spoken[]> {
  const spoken: Spoken[] = []
  for (const [index, placement] of placements.entries()) {
    const next = placements.slice(index + 1).find(({ conversationId }) => conversationId === placement.conversationId)
    await readInto(spoken, conversations, session, placement, next?.after ?? Infinity)
  }
  return spoken.toSorted((a, b) => a.at - b.at)
}

async function readInto(
  spoken: Spoken[],
  conversations: Pick<Conversations, 'communications'>,
  { id, account, user }: Pick<Session, 'id' | 'account' | 'user'>,
  { conversationId, after, attempt }: Placement,
  upTo: number,
): Promise<void> {
  for (let from = after; spoken.length < spokenMost;) {
    const page = await conversations.communications(account, conversationId, {
      channelId: id,
      after: from,
      limit: readAtOnce,
    })
    for (const { n, communication } of page?.items ?? []) {
      if (n > upTo) return
      const { author, content, occurredAt } = communication
      const who = author.address === user ? 'user' : 'agent'
      spoken.push({ who, text: content.text, at: occurredAt, attempt })
    }
    if (page?.next === undefined) return
    from = page.next
  }
}
