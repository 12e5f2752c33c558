import type { FastifyReply, FastifyRequest } from 'fastify'
import { isRefused, type Refusal } from '#domain/vocabulary/refusal.ts'
import type { SessionView } from '#services/calls/api.ts'
import type { TextTurn } from '#services/texts/api.ts'
import { sendJson, sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { askOf, needs } from '../credentials/caller.ts'
import { documented } from '../documented.ts'
import { notFound, plain, problemOf, type Problem } from '../errors.ts'
import { foundConversation } from './finding.ts'
import { conversationId } from '../ids.ts'
import { openEvents } from './streaming.ts'
import { usedTool } from './transcript.ts'
import { activeStatuses, statusOf } from '../vocabulary.ts'
import { wantsEvents } from './wants-events.ts'
import { replied, type Replied } from '../wire/conversations.ts'
import { idParams, sendMessage } from '../wire/requests.ts'

/** `/core/conversations/{id}/messages`: one message, one turn of the agent (4.4). */
export function messageRoutes(scope: Scope, api: Api): void {
  const schema = {
    tags: ['Conversations'],
    operationId: 'sendConversationMessage',
    summary: 'Send a message',
    description:
      'Text conversations only: stores the message, runs one turn of the agent and answers with its reply. With `Accept: text/event-stream` ' +
      'the answer is a stream of events: `token` with a piece of text, `tool_call`, at last `message` with the documented object, or `error`.',
    params: idParams,
    body: sendMessage,
    // The stream of events is told in words: generated clients cannot have two kinds of answers.
    response: documented({ 200: replied }, 403, 404, 409, 422, 502),
  }
  scope.post(
    '/:conversation_id/messages',
    { schema, onRequest: needs('conversations:manage') },
    async (request, reply) => {
      const view = await foundConversation(api, request, request.params.conversation_id)
      const refused = checkOpen(view)
      if (refused) return sendProblem(reply, refused)
      const { text, interactivity } = request.body
      const said = { view, text, rich: interactivity === 'rich' }
      return wantsEvents(request.headers.accept) ? stream(api, request, reply, said) : answer(api, request, reply, said)
    },
  )
}

interface Said {
  readonly view: SessionView
  readonly text: string
  readonly rich: boolean
}

const notText = plain(409, 'Messages can only be sent to text conversations')
const notActive = plain(409, 'Conversation is not active')

/** A4, and text alone. */
function checkOpen({ session }: SessionView): Problem | undefined {
  if (session.kind !== 'text') return notText
  return activeStatuses.has(statusOf(session)) ? undefined : notActive
}

async function answer({ context }: Api, request: FastifyRequest, reply: FastifyReply, { view, text, rich }: Said) {
  const turn = await context.services.texts.say(askOf(request), view.session.id, { text, rich })
  return isRefused(turn) ? sendProblem(reply, notAnswered(turn.refusal)) : sendJson(reply, 200, shown(turn, rich))
}

/** X3: the answer as it comes. Who stops listening loses nothing but that: the turn goes on. */
async function stream(api: Api, request: FastifyRequest, reply: FastifyReply, { view, text, rich }: Said) {
  const events = openEvents(api.context, reply)
  try {
    const turn = await api.context.services.texts.say(askOf(request), view.session.id, {
      text,
      rich,
      onProgress: (progress) =>
        progress.is === 'text'
          ? events.send('token', { text: progress.delta })
          : events.send('tool_call', usedTool(progress.call)),
    })
    if (isRefused(turn)) failed(events, notAnswered(turn.refusal))
    else events.send('message', shown(turn, rich))
  } catch (error) {
    const { name } = error instanceof Error ? error : { name: 'Error' }
    api.context.log.error({ request: request.id, error: name }, 'request failed')
    failed(events, plain(500, 'The server failed at this; its log says more under the id of the request.'))
  }
  events.end()
}

function failed(events: ReturnType<typeof openEvents>, { detail, status }: Problem): void {
  events.send('error', { detail, status })
}

function shown({ view, reply: { say = '', toolCalls = [], widgets = [] } }: TextTurn, rich: boolean): Replied {
  return {
    conversation_id: conversationId(view.session),
    reply: say,
    tool_calls: toolCalls.map(usedTool),
    ...(rich && { widgets: widgets.map(({ type, data }) => ({ type, data: { ...data } })) }),
  }
}

function notAnswered(refusal: Refusal): Problem {
  const { code } = refusal
  if (code === 'not_found') return notFound('Conversation')
  if (code === 'wrong_state') return notText
  return code === 'closed' ? notActive : problemOf(refusal)
}
