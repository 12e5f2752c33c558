import { setImmediate as turn } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import type { Id } from '#domain/vocabulary/id.ts'
import type { SessionView } from '#services/calls/api.ts'
import type { Api } from '../api.ts'
import { callerOf } from '../credentials/caller.ts'
import { notFound, ProblemError } from '../errors.ts'
import type { Execution } from './execution.ts'
import { executionFrom, type ExecutionSources } from './executions.ts'
import { readId } from '../ids.ts'
import { isExecution } from '../vocabulary.ts'

/** The id a path names; 404 where it can be none of ours (D50). */
export function idFrom(text: string, what: string): Id {
  const id = readId(text)
  if (id === undefined) throw new ProblemError(notFound(what))
  return id
}

/** The execution a path names; another account's is not found either. */
export async function foundExecution({ context }: Api, request: FastifyRequest, text: string): Promise<SessionView> {
  const id = idFrom(text, 'Execution')
  const view = await context.services.sessions.get(callerOf(request).account, id)
  if (!view || !isExecution(view.session)) throw new ProblemError(notFound('Execution'))
  return view
}

/** The live agent a path names. */
export async function foundAgent({ context }: Api, request: FastifyRequest, text: string): Promise<Id> {
  const id = idFrom(text, 'Agent')
  const view = await context.services.agents.get(callerOf(request).account, id)
  if (view?.agent.status !== 'live') throw new ProblemError(notFound('Agent'))
  return id
}

/** Executions are rendered so many at a time, before others have a turn. */
const renderedAtOnce = 50

/** Views as executions, in their order. */
export async function shownExecutions(
  { context }: Api,
  request: FastifyRequest,
  views: readonly SessionView[],
): Promise<readonly Execution[]> {
  return renderedExecutions(context.services, views, context.baseUrl(request))
}

/** The same without a request, for what is told of them. */
export async function renderedExecutions(
  sources: ExecutionSources,
  views: readonly SessionView[],
  baseUrl: string,
): Promise<readonly Execution[]> {
  const shown: Execution[] = []
  for (let i = 0; i < views.length; i += renderedAtOnce) {
    if (i > 0) await turn()
    const some = views.slice(i, i + renderedAtOnce)
    shown.push(...(await Promise.all(some.map((view) => executionFrom(sources, view, baseUrl)))))
  }
  return shown
}
