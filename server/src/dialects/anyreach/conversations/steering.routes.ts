import { isWritten } from '#domain/session/standing.ts'
import { isRefused, type Refusal } from '#domain/vocabulary/refusal.ts'
import type { SessionView } from '#services/calls/api.ts'
import { sendJson, sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { askOf, callerOf, needs } from '../credentials/caller.ts'
import { artefactsOf, durationOf, summaryOf } from './conversation.ts'
import { documented } from '../documented.ts'
import { plain, problemOf, type Problem } from '../errors.ts'
import { foundConversation } from './finding.ts'
import { conversationId } from '../ids.ts'
import { stampOf } from '../time.ts'
import { activeStatuses, statusOf } from '../vocabulary.ts'
import { ended, endedAnswers, endedParams, type Ended } from '../wire/end.ts'
import { listenerToken } from '../wire/conversations.ts'
import { idParams, listening } from '../wire/requests.ts'

const tags = ['Conversations']
const notActive = plain(409, 'Conversation is not active')

/** Ending conversations, and listening to them (4.5, 4.6). */
export function steeringRoutes(scope: Scope, api: Api): void {
  end(scope, api)
  hangUp(scope, api)
  listen(scope, api)
}

/** A15 to A23: who asks and whether it is there was looked at before; then what it is, then how it stands. */
function end(scope: Scope, api: Api): void {
  const { services } = api.context
  const schema = {
    tags,
    operationId: 'endConversation',
    summary: 'End a conversation',
    description: [
      'Ends a **text** conversation, marking it `completed`. Idempotent — ending an already-completed conversation returns its record unchanged.',
      'Text conversations only; other channels return `409`. Requires a token with write access.',
    ].join('\n\n'),
    params: endedParams,
    response: endedAnswers,
  }
  scope.post('/:conversation_id/end', { schema, onRequest: needs('conversations:manage') }, async (request, reply) => {
    const view = await foundConversation(api, request, request.params.conversation_id)
    if (view.session.kind !== 'text') return sendProblem(reply, plain(409, 'Only text conversations can be ended'))
    const outcome = await services.texts.end(askOf(request), view.session.id)
    if (isRefused(outcome)) return sendProblem(reply, notEnded(outcome.refusal))
    return sendJson(reply, 200, await shownEnd(api, outcome.view, outcome.summary))
  })
}

async function shownEnd({ context }: Api, { session }: SessionView, summary: string | null): Promise<Ended> {
  return {
    conversation_id: conversationId(session),
    status: statusOf(session),
    duration: await durationOf(context.services, session),
    summary,
  }
}

function notEnded(refusal: Refusal): Problem {
  return refusal.code === 'closed' || refusal.code === 'wrong_state' ? notActive : problemOf(refusal)
}

/** X5: ends a call or a browser session; one that was ended so is answered the same again. */
function hangUp(scope: Scope, api: Api): void {
  const { sessions } = api.context.services
  const schema = {
    tags,
    operationId: 'hangUpConversation',
    summary: 'Hang up a conversation',
    description: 'Telephone and WebRTC only: before it connects it is `cancelled`, afterwards `completed`.',
    params: idParams,
    response: documented({ 200: ended }, 403, 404, 409),
  }
  scope.post(
    '/:conversation_id/hangup',
    { schema, onRequest: needs('conversations:manage') },
    async (request, reply) => {
      const view = await foundConversation(api, request, request.params.conversation_id)
      if (isWritten(view.session))
        return sendProblem(reply, plain(409, 'Only telephone and WebRTC conversations can be hung up'))
      if (isHungUp(view)) return sendJson(reply, 200, await shownHangUp(api, view))
      if (!activeStatuses.has(statusOf(view.session))) return sendProblem(reply, notActive)
      const outcome = await sessions.hangUp(askOf(request), view.session.id)
      const now = outcome.value ?? (await foundConversation(api, request, request.params.conversation_id))
      // Something else was faster: what counts is how it ended.
      if (outcome.refusal && !isHungUp(now)) return sendProblem(reply, notEnded(outcome.refusal))
      return sendJson(reply, 200, await shownHangUp(api, now))
    },
  )
}

function isHungUp({ session }: SessionView): boolean {
  const status = statusOf(session)
  return status === 'completed' || status === 'cancelled'
}

async function shownHangUp(api: Api, view: SessionView): Promise<Ended> {
  return shownEnd(api, view, summaryOf(await artefactsOf(api.context.services, view)))
}

/** D28: what has no sound yet, and what has no room, cannot be listened to (4.6). */
function listen(scope: Scope, api: Api): void {
  const schema = {
    tags,
    operationId: 'createListenerToken',
    summary: 'Make a listener token',
    description:
      'Lets somebody listen to a live WebRTC conversation, unseen and unheard; or, in another mode, speak to its agent or in its place.',
    params: idParams,
    body: listening,
    response: documented({ 200: listenerToken }, 403, 404, 409, 422),
  }
  const onRequest = needs('conversations:read_sensitive', 'conversations:manage')
  scope.post('/:conversation_id/listener-token', { schema, onRequest }, async (request, reply) => {
    const given = request.body?.mode ?? 'listen'
    const mode = given === 'listen' ? undefined : given
    if (mode && !callerOf(request).scopes.has('conversations:manage')) return sendProblem(reply, noSpeaking)
    const view = await foundConversation(api, request, request.params.conversation_id)
    const status = statusOf(view.session)
    if (status === 'token_created' || !activeStatuses.has(status)) return sendProblem(reply, notActive)
    if (view.session.kind !== 'browser') return sendProblem(reply, noRoom)
    const admission = await api.context.services.rooms.listen(askOf(request), view.session.id, mode)
    if (isRefused(admission)) return sendProblem(reply, notHeard(admission.refusal))
    const { url, token, room, expiresAt } = admission
    return sendJson(reply, 200, { url, token, room_name: room, expires_at: stampOf(expiresAt) })
  })
}

const noSpeaking = plain(
  403,
  'This token does not grant access to this action: to whisper or to barge in needs conversations:manage.',
)

const noRoom = plain(404, 'The conversation has no room to listen in')

function notHeard(refusal: Refusal): Problem {
  if (refusal.code === 'not_found') return noRoom
  return notEnded(refusal)
}
