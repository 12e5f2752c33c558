import { sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { callerOf, needs } from '../credentials/caller.ts'
import { readers } from './conversations.routes.ts'
import { recognise } from '../credentials/credentials.ts'
import { documented, streamedEvent } from '../documented.ts'
import { plain, wrong } from '../errors.ts'
import { foundConversation } from './finding.ts'
import { limits } from '../limits.ts'
import { openLive, Streams } from '../../live-stream.ts'
import { Bell, watch, type Frame } from './watching.ts'
import { idParams } from '../wire/requests.ts'

const stream = { description: 'Events as they happen', content: { 'text/event-stream': { schema: streamedEvent } } }

/** X9: a conversation as it goes on. */
export function eventRoutes(scope: Scope, api: Api): void {
  const { context } = api
  const streams = new Streams(limits.streams)
  scope.addHook('preClose', async () => streams.endAll())

  const schema = {
    tags: ['Conversations'],
    operationId: 'streamConversationEvents',
    summary: 'Follow a conversation live',
    description:
      '`conversation.status`, `message`, `tool_call`, `summary` and `recording` as server-sent events, until the conversation is over. ' +
      'The first says the status as it is; with `Last-Event-ID` what was missed comes instead. Words and tools are told to tokens with ' +
      '`conversations:read_sensitive` alone.',
    params: idParams,
    response: { ...documented({}, 403, 404, 422, 429), 200: stream },
  }
  scope.get(
    '/:conversation_id/events',
    { schema, onRequest: needs(...readers), exposeHeadRoute: false },
    async (request, reply) => {
      const { session } = await foundConversation(api, request, request.params.conversation_id)
      const last = request.headers['last-event-id']
      if (last !== undefined && !/^\d{0,9}$/.test(String(last)))
        return sendProblem(reply, wrong(['header', 'last-event-id'], 'Give the id of the last event you have seen.'))
      const { account } = callerOf(request)
      let { scopes } = callerOf(request)
      const bell = new Bell()
      const live = openLive(streams, context, {
        account,
        reply,
        onEnd: () => bell.ring(),
        isAllowed: async () => {
          const recognised = await recognise(request.headers, context)
          if ('status' in recognised || recognised.caller.account !== account) return false
          scopes = recognised.caller.scopes
          return readers.some((one) => scopes.has(one))
        },
      })
      if (!live) {
        const detail = `At most ${limits.streams} streams of an organization are open at once: end one first.`
        return sendProblem(reply, plain(429, detail, { 'retry-after': '15' }))
      }
      watch(context.services, bell, {
        account,
        session: session.id,
        from: last === undefined || last === '' ? undefined : Number(last),
        isSensitive: () => scopes.has('conversations:read_sensitive'),
        isOver: () => live.isOver(),
        tell: (frame) => live.write(written(frame)),
      }).then(
        () => live.end(),
        () => live.end(': the store is not available; connect again with Last-Event-ID\n\n'),
      )
      return reply
    },
  )
}

function written({ id, event, data }: Frame): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
