import type { FastifyReply, FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'
import * as z from 'zod'
import type { AgentView, DraftView } from '#services/calls/api.ts'
import { documentOf, sealed, type AgentDocument } from './agent-config.ts'
import { readAgentId } from './agent-ids.ts'
import { foundAgent } from './agents.ts'
import { sendJson, sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { askOf, callerOf, needs } from '../credentials/caller.ts'
import { differences } from './comparing.ts'
import { documented } from '../documented.ts'
import { notFound, plain, ProblemError } from '../errors.ts'
import { limits } from '../limits.ts'
import { answer, sendRefusal } from '../outcomes.ts'
import { documentIn, shownVersion } from './shown-versions.ts'
import { ensured, newestOf, numberOf, versionOf, versionsOf, type Version } from './versions.ts'
import * as wire from '../wire/agents.ts'

const tags = ['Agents']
const what = 'Agent version'
const reading = needs('agents:read', 'agents:manage')
const managing = needs('agents:manage')

/** `/core/agents/{id}/versions`: what an agent is. A published version never changes; a draft does until it is published. */
export function versionRoutes(scope: Scope, api: Api): void {
  list(scope, api)
  create(scope, api)
  compare(scope, api)
  read(scope, api)
  write(scope, api)
}

/** The agent a path names. */
export async function agentAsked(api: Api, request: FastifyRequest, id: string): Promise<AgentView> {
  const view = await foundAgent(api, callerOf(request).account, readAgentId(id))
  if (!view) throw new ProblemError(notFound('Agent'))
  return view
}

/** The version of it that is named; `latest` is the newest one. */
export async function versionAsked(api: Api, view: AgentView, version: number | string): Promise<Version> {
  const number = /^[1-9]\d{0,8}$/.test(String(version)) ? Number(version) : undefined
  const { account, id } = view.agent
  const found =
    number !== undefined
      ? await versionOf(api, account, id, number)
      : version === 'latest'
        ? await newestOf(api, view)
        : undefined
  if (!found) throw new ProblemError(notFound(what))
  return found
}

function list(scope: Scope, api: Api): void {
  const schema = {
    tags,
    operationId: 'listAgentVersions',
    summary: "List an agent's versions, highest number first",
    params: wire.idParams,
    querystring: wire.versionsQuery,
    response: documented({ 200: wire.versionList }, 403, 404, 422),
  }
  scope.get('/:id/versions', { onRequest: reading, schema }, async (request, reply) => {
    const view = await agentAsked(api, request, request.params.id)
    const { limit, before_version: below } = request.query
    const versions = await versionsOf(api, view, { below, limit: Math.min(limit, limits.pageMost) })
    return sendJson(reply, 200, versions.map(shownVersion))
  })
}

function create(scope: Scope, api: Api): void {
  const { services, vault } = api.context
  const schema = {
    tags,
    operationId: 'createAgentVersion',
    summary: 'Write a new version, from a configuration or from another version',
    params: wire.idParams,
    body: wire.versionDraft,
    response: documented({ 201: wire.version }, 403, 404, 422),
  }
  scope.post('/:id/versions', { onRequest: managing, schema }, async (request, reply) => {
    const view = await agentAsked(api, request, request.params.id)
    const { config, base_version: number = 'latest' } = request.body
    const base = config ? undefined : documentIn(await versionAsked(api, view, number))
    const made = await services.drafts.create(askOf(request), view.agent.id, (present) =>
      config ? sealed(config, vault, documentOf(present)) : (base ?? documentOf(present)),
    )
    return answer(reply, made, 'Agent', (draft) => sendJson(reply, 201, shownDraft(draft)))
  })
}

const differing = {
  description: 'What differs',
  content: { 'text/plain': { schema: z.string() } },
}

function compare(scope: Scope, api: Api): void {
  const schema = {
    tags,
    operationId: 'compareAgentVersions',
    summary: 'What differs between two versions, line by line, as plain text',
    params: wire.idParams,
    body: wire.comparing,
    response: { ...documented({}, 403, 404, 422), 200: differing },
  }
  scope.post('/:id/versions/compare', { onRequest: reading, schema }, async (request, reply) => {
    const view = await agentAsked(api, request, request.params.id)
    const { base_version: base, version } = request.body
    const [one, other] = await Promise.all([base, version].map((number) => versionAsked(api, view, number)))
    const named = [one, other].map((found) => found && { name: nameOf(found), config: shownVersion(found).config })
    const [before, after] = named
    if (!before || !after) return sendProblem(reply, notFound(what))
    return sendLines(reply, differences(before, after))
  })
}

function sendLines(reply: FastifyReply, lines: Iterable<string>): FastifyReply {
  return reply.type('text/plain; charset=utf-8').send(Readable.from(lines))
}

function nameOf(version: Version): string {
  return `version ${numberOf(version)} (${shownVersion(version).status})`
}

function read(scope: Scope, api: Api): void {
  const schema = {
    tags,
    operationId: 'getAgentVersion',
    summary:
      'Read a version; `latest` is the newest draft, and one is made for who may manage agents where there is none',
    params: wire.versionParams,
    response: documented({ 200: wire.version }, 403, 404),
  }
  scope.get('/:id/versions/:version', { onRequest: reading, schema }, async (request, reply) => {
    const { id, version } = request.params
    const view = await agentAsked(api, request, id)
    if (version !== 'latest' || !callerOf(request).scopes.has('agents:manage'))
      return sendJson(reply, 200, shownVersion(await versionAsked(api, view, version)))
    const latest = await ensured(api, askOf(request), view)
    return answer(reply, latest, 'Agent', (draft) => sendJson(reply, 200, shownDraft(draft)))
  })
}

function write(scope: Scope, api: Api): void {
  const { services, vault } = api.context
  const schema = {
    tags,
    operationId: 'updateAgentVersion',
    summary: 'Write a draft anew; secrets that are left out stay as long as their URL does',
    params: wire.versionParams,
    body: wire.versionChange,
    response: documented({ 200: wire.version }, 400, 403, 404, 422),
  }
  scope.put('/:id/versions/:version', { onRequest: managing, schema }, async (request, reply) => {
    const { id, version } = request.params
    const view = await agentAsked(api, request, id)
    const latest = version === 'latest' ? await ensured(api, askOf(request), view) : undefined
    if (latest?.refusal) return sendRefusal(reply, latest.refusal, 'Agent')
    const found: Version = latest?.value ? { is: 'draft', view: latest.value } : await versionAsked(api, view, version)
    if (found.is === 'written') return sendProblem(reply, published)
    const written = await services.drafts.write(askOf(request), found.view.draft.id, (present) =>
      sealed(request.body.config, vault, present as AgentDocument),
    )
    return answer(reply, written, what, (draft) => sendJson(reply, 200, shownDraft(draft)))
  })
}

const published = plain(400, 'A published version never changes: write a new one.')

function shownDraft(view: DraftView) {
  return shownVersion({ is: 'draft', view })
}
