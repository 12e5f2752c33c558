import type { ConversationCommand } from '#domain/conversation/commands.ts'
import type { ConversationEvent } from '#domain/conversation/events.ts'
import type { Conversation, Participant } from '#domain/conversation/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Done, Engine, Outcome } from '#engine/api.ts'
import type { Conversations, ParticipantIn } from '../api.ts'
import { run } from './view.ts'

type ParticipantCalls = Pick<Conversations, 'addParticipant' | 'replaceParticipant' | 'removeParticipant'>
type Came = Done<Conversation, ConversationEvent>

/** Who takes part: adding, replacing, removing. */
export function participantCalls(engine: Engine): ParticipantCalls {
  function change(
    ask: Ask<ParticipantIn>,
    id: Id,
    command: ConversationCommand,
    pick: (done: Came) => Participant | undefined,
  ): Promise<Outcome<ParticipantIn>> {
    return engine.execute(ask, (unit): ParticipantIn | Refused => {
      const done = run(unit, id, command)
      if (isRefused(done)) return done
      const participant = pick(done)
      return participant ? { participant, conversation: done.state } : unknownParticipant()
    })
  }

  return {
    addParticipant: (ask, id, { type, ...draft }) =>
      change(
        ask,
        id,
        { type: 'add_participant', ...draft, ...(type !== undefined && { participantType: type }) },
        inEvents,
      ),
    replaceParticipant: (ask, id, replacement) =>
      change(ask, id, { type: 'replace_participant', ...replacement }, ({ state }) =>
        state.participants.find((participant) => participant.id === replacement.participantId),
      ),
    removeParticipant: (ask, id, participantId) =>
      change(ask, id, { type: 'remove_participant', participantId }, inEvents),
  }
}

function inEvents({ events }: Came): Participant | undefined {
  for (const { event } of events) if ('participant' in event) return event.participant
  return undefined
}

function unknownParticipant(): Refused {
  return refuse('not_found', 'The conversation has no such participant.')
}
