import type { FastifyRequest } from 'fastify'
import type { SessionView } from '#services/calls/api.ts'
import type { Api } from '../api.ts'
import { callerOf } from '../credentials/caller.ts'
import { notFound, ProblemError } from '../errors.ts'
import { readConversationId } from '../ids.ts'

/** The conversation of an organization that is called so, by our id or by its maker's own (D2). */
async function findConversation(
  { context: { services } }: Pick<Api, 'context'>,
  account: string,
  text: string,
): Promise<SessionView | undefined> {
  const named = readConversationId(text)
  if (named === undefined) return undefined
  if ('id' in named) return services.sessions.get(account, named.id)
  const view = await services.sessions.named(account, named.reference)
  return view?.session.reference?.isId ? view : undefined
}

/** The conversation a path names; 404 also where it is another organization's (D10). */
export async function foundConversation(
  api: Pick<Api, 'context'>,
  request: FastifyRequest,
  text: string,
): Promise<SessionView> {
  const view = await findConversation(api, callerOf(request).account, text)
  if (!view) throw new ProblemError(notFound('Conversation'))
  return view
}
