import type { ConversationCommand } from '#domain/conversation/commands.ts'
import { conversation as noun } from '#domain/conversation/conversation.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Outcome } from '#engine/api.ts'
import type { Conversations, Viewed, Written } from '../api.ts'
import { recordWritten } from '../operations.ts'
import { read } from '../reading.ts'
import { communicationCalls } from './communications.ts'
import { createConversation } from './creating.ts'
import { listCalls } from './lists.ts'
import { participantCalls } from './participants.ts'
import { timelineCalls } from './timeline.ts'
import { run, view, type ConversationsNeed } from './view.ts'

/** Conversations: everything one can ask of them by name. What channels report goes through traffic. */
export function createConversations(need: ConversationsNeed): Conversations {
  const { engine, snapshots } = need

  function change(ask: Ask<Viewed>, id: Id, command: ConversationCommand): Promise<Outcome<Viewed>> {
    return engine.execute(ask, (unit): Viewed | Refused => {
      const done = run(unit, id, command)
      return isRefused(done) ? done : view(unit, snapshots, done.state)
    })
  }

  return {
    create: (ask, draft) => createConversation(need, ask, draft),
    change: (ask, id, wanted) => change(ask, id, { type: 'change', ...wanted }),
    remove: (ask, id) =>
      engine.execute(ask, (unit): Written | Refused => {
        const done = run(unit, id, { type: 'erase' })
        return isRefused(done) ? done : recordWritten(unit, { noun: 'conversation', id })
      }),
    get: (account, id) =>
      read(engine, account, (unit) => {
        const conversation = unit.state(noun, id)
        return conversation && view(unit, snapshots, conversation)
      }),
    ...listCalls(need),
    ...participantCalls(engine),
    ...communicationCalls(engine),
    ...timelineCalls(engine),
  }
}
