import { conversation as noun } from '#domain/conversation/conversation.ts'
import { deadline } from '#domain/conversation/deadline.ts'
import type { ConversationEvent } from '#domain/conversation/events.ts'
import type { Engine } from '#engine/api.ts'
import type { Conversations } from '../api.ts'
import { read } from '../reading.ts'

type TimelineCalls = Pick<Conversations, 'timeline' | 'nextTransition'>

/** What happened to a conversation, and what time alone will do to it next. */
export function timelineCalls(engine: Engine): TimelineCalls {
  return {
    timeline: async (account, id, { after, limit }) => {
      const exists = await read(engine, account, (unit) => unit.state(noun, id) !== undefined)
      if (!exists) return undefined
      const parts = await engine.parts<ConversationEvent>(account, id, { kind: 'timeline', after, limit: limit + 1 })
      const items = parts.slice(0, limit).map(({ recorded }) => recorded)
      const last = items.at(-1)
      return { items, ...(parts.length > limit && last && { next: last.n }) }
    },
    nextTransition: (conversation) => {
      const next = deadline(conversation)
      if (next?.command.type !== 'lapse') return undefined
      return { to: next.command.to, at: next.at, because: next.because }
    },
  }
}
