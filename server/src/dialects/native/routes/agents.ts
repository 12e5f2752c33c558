import type { Position } from '#services/api.ts'
import type { AgentView } from '#services/calls/api.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import { fail, missing, problem, ProblemError } from '../errors.ts'
import { idOf } from '../inward.ts'
import { definitionOf } from '../inward/agents.ts'
import { rendered } from '../once.ts'
import { showAgent, showVersion } from '../outward/agents.ts'
import { created, ok, type Asking, type Native, type Scope } from '../scope.ts'
import { showId } from '../vocabulary.ts'
import * as wire from '../wire/agents.ts'
import { deleted, idParams, pageQuery } from '../wire.ts'

const tags = ['Agents']

/** Who talks for us: making, reading and writing. Each write makes a version. */
export function agentRoutes(app: Scope, native: Native): void {
  const { context, cursors, principal } = native
  const { agents } = context.services

  app.post(
    '/agents',
    { schema: { tags, summary: 'Make an agent', body: wire.agentDraft, response: created(wire.agent) } },
    async (request, reply) => {
      const definition = definitionOf(request.body, context.vault)()
      return native.write<AgentView>(
        request,
        reply,
        (view) => rendered(201, showAgent(view)),
        (ask) => agents.create(ask, definition),
      )
    },
  )

  app.get(
    '/agents',
    { schema: { tags, summary: 'List the agents, newest first', querystring: pageQuery, response: ok(wire.agents) } },
    async (request) => {
      const { account } = principal(request)
      const { cursor, limit } = request.query
      const place = cursor === undefined ? undefined : cursors.read<Position>('agents', account, {}, cursor)
      const { items, next } = await agents.list(account, { ...(place && { after: place.position }), limit })
      return { agents: items.map(showAgent), next: next ? cursors.write('agents', account, {}, next) : null }
    },
  )

  app.get(
    '/agents/:id',
    { schema: { tags, summary: 'Read an agent', params: idParams, response: ok(wire.agent) } },
    async (request) => {
      const view = await agents.get(principal(request).account, idOf('agent', request.params.id))
      return view ? showAgent(view) : missing('agent', request.params.id)
    },
  )

  app.put(
    '/agents/:id',
    {
      schema: {
        tags,
        summary: 'Write an agent anew; calls that go on keep the version they began with',
        description:
          'What is left out has its default again. With `If-Match: "3"` only if version 3 is the present one.',
        params: idParams,
        body: wire.agentDraft,
        response: ok(wire.agent),
      },
    },
    async (request, reply) => {
      const id = idOf('agent', request.params.id)
      const make = definitionOf(request.body, context.vault)
      const ifVersion = versionAsked(request)
      return native.write<AgentView>(
        request,
        reply,
        (view) => rendered(200, showAgent(view)),
        (ask) => agents.write(ask, id, make, ifVersion),
      )
    },
  )
}

function versionAsked({ headers }: Asking): number | undefined {
  const given = headers['if-match']
  if (given === undefined || given === '*') return undefined
  const version = /^"?(\d{1,10})"?$/.exec(given)?.[1]
  if (version !== undefined) return Number(version)
  throw new ProblemError(
    problem('invalid', 'The header If-Match takes the number of one version, as "3".', { field: 'If-Match' }),
  )
}

/** Deleting, bringing back, and stopping what an agent has not begun. */
export function agentEndRoutes(app: Scope, native: Native): void {
  const { agents, sessions } = native.context.services

  app.delete(
    '/agents/:id',
    {
      schema: {
        tags,
        summary: 'Delete an agent; its waiting calls are stopped, live ones finish',
        description:
          'For 30 days it can be restored. With `purge=true` it goes at once and for good, its ended calls too.',
        params: idParams,
        querystring: wire.removeQuery,
        response: ok(deleted),
      },
    },
    async (request, reply) => {
      const id = idOf('agent', request.params.id)
      const { purge } = request.query
      return native.write<AgentView>(
        request,
        reply,
        () => rendered(200, { id: showId('agent', id), deleted: true }),
        (ask) => agents.remove(ask, id, { purge }),
      )
    },
  )

  app.post(
    '/agents/:id/restore',
    { schema: { tags, summary: 'Bring a deleted agent back', params: idParams, response: ok(wire.agent) } },
    async (request, reply) => {
      const id = idOf('agent', request.params.id)
      return native.write<AgentView>(
        request,
        reply,
        (view) => rendered(200, showAgent(view)),
        (ask) => agents.restore(ask, id),
      )
    },
  )

  app.post(
    '/agents/:id/stop-waiting',
    {
      schema: {
        tags,
        summary: 'Stop all of its calls that wait for a slot or for calling hours',
        description: 'With `"scheduled": true` those that wait for their time, too.',
        params: idParams,
        body: wire.stopWaiting,
        response: ok(wire.stopped),
      },
    },
    async (request) => {
      const { account } = native.principal(request)
      const id = idOf('agent', request.params.id)
      if (!(await agents.get(account, id))) return missing('agent', request.params.id)
      const ask = { account, by: 'api', request: request.id }
      const stopped = await sessions.stopWaiting(ask, id, { scheduled: request.body?.scheduled ?? false })
      return isRefused(stopped) ? fail(stopped.refusal) : { stopped: stopped.map((one) => showId('session', one)) }
    },
  )
}

/** What an agent was before. */
export function agentVersionRoutes(app: Scope, { context, cursors, principal }: Native): void {
  const { agents } = context.services

  app.get(
    '/agents/:id/versions',
    {
      schema: {
        tags,
        summary: 'List the versions of an agent, newest first',
        params: idParams,
        querystring: pageQuery,
        response: ok(wire.agentVersions),
      },
    },
    async (request) => {
      const { account } = principal(request)
      const id = idOf('agent', request.params.id)
      const { cursor, limit } = request.query
      const view = await agents.get(account, id)
      if (!view) return missing('agent', request.params.id)
      const kind = `agent versions ${id}`
      const from = cursor === undefined ? view.agent.version : cursors.read<number>(kind, account, {}, cursor).position
      const numbers = Array.from({ length: Math.min(limit, from) }, (_, i) => from - i)
      const found = await Promise.all(numbers.map((version) => agents.version(account, id, version)))
      const last = from - numbers.length
      return {
        versions: found.flatMap((definition, i) => (definition ? [showVersion(id, from - i, definition)] : [])),
        next: last > 0 ? cursors.write(kind, account, {}, last) : null,
      }
    },
  )

  app.get(
    '/agents/:id/versions/:version',
    {
      schema: {
        tags,
        summary: 'Read one version of an agent, also of a deleted one',
        params: wire.versionParams,
        response: ok(wire.agentVersion),
      },
    },
    async (request) => {
      const { id: text, version } = request.params
      const id = idOf('agent', text)
      const definition = await agents.version(principal(request).account, id, version)
      return definition ? showVersion(id, version, definition) : missing('agent version', `${text}, ${version},`)
    },
  )
}
