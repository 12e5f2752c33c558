import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import * as z from 'zod'
import type { Position } from '#services/api.ts'
import type { Sessions, SessionView } from '#services/calls/api.ts'
import { sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { callerOf, needs } from '../credentials/caller.ts'
import { hiddenFilter, readers, shownTo } from './conversations.routes.ts'
import { documented } from '../documented.ts'
import { plain } from '../errors.ts'
import { limits } from '../limits.ts'
import { Streams } from '../../live-stream.ts'
import { questionOf, type Question } from './question.ts'
import type { Conversation } from '../wire/conversations.ts'
import { filters } from '../wire/requests.ts'

const readAtOnce = 50
const shownAtOnce = 10

const lines = {
  description: 'A conversation a line, newest first',
  content: { 'application/x-ndjson': { schema: z.string() } },
}

/** X14: all conversations that fit, as JSON lines; read as fast as the reader takes them, however many they are. */
export function exportRoutes(scope: Scope, api: Api): void {
  const { sessions, clock } = api.context.services
  const running = new Streams(limits.exports)
  scope.addHook('preClose', async () => running.endAll())

  const schema = {
    tags: ['Conversations'],
    operationId: 'exportConversations',
    summary: 'Export conversations as JSON lines',
    description: 'The filters of the list. An answer that breaks off is not whole: its last line has no end.',
    querystring: z.looseObject(filters),
    response: { ...documented({}, 403, 422, 429), 200: lines },
  }
  scope.get('/export', { schema, onRequest: needs(...readers), exposeHeadRoute: false }, async (request, reply) => {
    const { account } = callerOf(request)
    const question = hiddenFilter(request, request.query) ?? questionOf({ sessions, clock }, request.query)
    if (question && 'status' in question) return sendProblem(reply, question)
    const stream = Readable.from(question ? written(sessions, account, question, shownTo(api, request)) : [])
    const stop = (): void => void stream.destroy(new Error('The server is stopping.'))
    if (!running.add(account, stop)) {
      const detail = `At most ${limits.exports} exports of an organization run at once: wait for one to end.`
      return sendProblem(reply, plain(429, detail, { 'retry-after': '15' }))
    }
    stream.once('close', () => running.remove(account, stop))
    const lineByLine: FastifyReply = reply
    return lineByLine.type('application/x-ndjson; charset=utf-8').send(stream)
  })
}

async function* written(
  sessions: Pick<Sessions, 'list'>,
  account: string,
  question: Question,
  show: (view: SessionView) => Promise<Conversation>,
): AsyncGenerator<string> {
  let after: Position | undefined
  do {
    const { items, next } = await sessions.list(account, { ...question, limit: readAtOnce, ...(after && { after }) })
    for (let i = 0; i < items.length; i += shownAtOnce) {
      const shown = await Promise.all(items.slice(i, i + shownAtOnce).map(show))
      yield shown.map((one) => `${JSON.stringify(one)}\n`).join('')
    }
    after = next
  } while (after)
}
