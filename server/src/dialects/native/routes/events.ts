import { problem, ProblemError } from '../errors.ts'
import { showEvent } from '../events.ts'
import type { Streams } from '../../live-stream.ts'
import { openStream } from '../stream.ts'
import { ok, tokenOf, type Native, type Scope } from '../scope.ts'
import * as wire from '../wire.ts'

export function eventRoutes(app: Scope, native: Native, streams: Streams): void {
  const { context, cursors, principal } = native
  const { events } = context.services

  /** The number of the last event seen; undefined: nothing was said about it. */
  function placeOf(account: string, given: string | undefined): number | undefined {
    if (given === undefined) return undefined
    if (given === 'oldest') return 0
    return given === 'latest' ? events.lastSeq() : cursors.read<number>('events', account, {}, given).position
  }

  const schema = {
    tags: ['Events'],
    summary: 'What happened, in order, as pages or as a live stream',
    description:
      'Pages: go on with `next`. With `Accept: text/event-stream` the answer does not end: each event comes as it is stored, ' +
      'and `Last-Event-ID` (or `after`) says where to go on; without either it starts now. At least once: forget what you ' +
      'have seen by its `id`.',
    querystring: wire.eventsQuery,
    response: ok(wire.events),
  }
  app.get('/events', { schema }, async (request, reply) => {
    const { account } = principal(request)
    const { after, limit } = request.query
    if (/\btext\/event-stream\b/.test(request.headers.accept ?? '')) {
      const last = request.headers['last-event-id']
      const from = placeOf(account, typeof last === 'string' && last !== '' ? last : after) ?? events.lastSeq()
      const token = tokenOf(request) ?? ''
      const isAllowed = async (): Promise<boolean> =>
        (await context.services.accounts.authenticateBearer(token))?.account === account
      const opened = openStream(streams, { native, account, from, reply, isAllowed })
      if (!opened)
        throw new ProblemError(
          problem('limit_reached', 'This account has as many event streams open as it may; close one first.'),
        )
      return reply
    }
    const page = await events.page(account, placeOf(account, after) ?? 0, limit)
    return { events: page.items.map(showEvent), next: cursors.write('events', account, {}, page.next) }
  })
}
