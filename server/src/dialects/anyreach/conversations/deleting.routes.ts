import type { Id } from '#domain/vocabulary/id.ts'
import type { Ask } from '#engine/api.ts'
import { sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { askOf, needs } from '../credentials/caller.ts'
import { documented } from '../documented.ts'
import { plain, problemOf } from '../errors.ts'
import { foundConversation } from './finding.ts'
import { activeStatuses, statusOf } from '../vocabulary.ts'
import { idParams } from '../wire/requests.ts'

const active = plain(409, 'Conversation is active: end it first')
const settling = plain(409, 'Conversation is over, but its summary is still being made: try again shortly', {
  'retry-after': '15',
})

/** X10: a conversation that is over is deleted for good, with what was said in it. */
export function deletingRoutes(scope: Scope, api: Api): void {
  const { sessions } = api.context.services
  const schema = {
    tags: ['Conversations'],
    operationId: 'deleteConversation',
    summary: 'Delete a conversation that is over',
    description:
      'For good, with what was said in it. Words that share a conversation of ours with other sessions or messages stay there, and go when ' +
      'that one is deleted.',
    params: idParams,
    response: documented({}, 403, 404, 409),
  }
  scope.delete('/:conversation_id', { schema, onRequest: needs('conversations:manage') }, async (request, reply) => {
    const { session } = await foundConversation(api, request, request.params.conversation_id)
    if (activeStatuses.has(statusOf(session))) return sendProblem(reply, active)
    if (session.state !== 'ended') return sendProblem(reply, settling)
    const outcome = await sessions.remove(askOf(request) as Ask<Id>, session.id)
    return outcome.refusal ? sendProblem(reply, problemOf(outcome.refusal)) : reply.code(204).send()
  })
}
