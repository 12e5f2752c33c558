import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Configuration, ConfigurationDocument } from '#domain/configuration/state.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import { accepted } from './accepted.ts'
import { json, send } from './answering.ts'
import { documented, type Api, type Scope } from './api.ts'
import { callerOf } from './caller.ts'
import { differences } from './differences.ts'
import { notFound } from './errors.ts'
import { newDocument, patchedDocument, replacedDocument } from './inward.ts'
import { shownConfiguration } from './outward.ts'
import { isPosition } from './positions.ts'
import { acceptedResource, configurationList, configurationResource, dryRunResource } from './resources.ts'
import { idOf } from './vocabulary.ts'
import {
  configurationsQuery,
  createConfiguration,
  dryRunQuery,
  idParams,
  patchConfiguration,
  updateConfiguration,
} from './wire.ts'

/** `/v2/ControlPlane/Configurations` (specification 4.1). Every change is committed before its 202 is sent (D24). */
export function configurationRoutes(scope: Scope, api: Api): void {
  list(scope, api)
  create(scope, api)
  fetch(scope, api)
  write(scope, api)
  remove(scope, api)
}

const tags = ['Configurations']
const changed = documented({ 200: dryRunResource, 202: acceptedResource })

function list(scope: Scope, { answering, pages, context }: Api): void {
  const schema = {
    tags,
    summary: 'List configurations',
    querystring: configurationsQuery,
    response: documented({ 200: configurationList }),
  }
  scope.get('/Configurations', { exposeHeadRoute: true, schema }, async (request, reply) => {
    const { account } = callerOf(request).principal
    const { memoryStoreId } = request.query
    const asked = { ...(memoryStoreId && { memoryStoreId }) }
    const listing = pages.read(account, 'configurations', request.query, asked, isPosition)
    if (isRefused(listing)) return answering.refuse(request, reply, listing.refusal)
    const store = listing.filters['memoryStoreId']
    const { items, next } = await context.services.configurations.list(account, {
      ...(typeof store === 'string' && { memoryStoreId: store }),
      ...(listing.after && { after: listing.after }),
      limit: listing.pageSize,
    })
    return send(reply, pages.render(listing, 'configurations', items.map(shownConfiguration), next))
  })
}

function create(scope: Scope, { answering, context }: Api): void {
  const schema = {
    tags,
    summary: 'Create a configuration',
    body: createConfiguration,
    response: documented({ 202: acceptedResource }),
  }
  scope.post('/Configurations', { schema }, (request, reply) => {
    const document = newDocument(request.body)
    const { configurations } = context.services
    const render = accepted(answering.baseUrl(request))
    return answering.write(request, reply, (ask) => configurations.create(ask, document), render)
  })
}

function fetch(scope: Scope, { answering, context }: Api): void {
  const schema = {
    tags,
    summary: 'Fetch a configuration',
    params: idParams,
    response: documented({ 200: configurationResource }),
  }
  scope.get('/Configurations/:id', { exposeHeadRoute: true, schema }, async (request, reply) => {
    const id = idOf('configuration', request.params.id)
    const { account } = callerOf(request).principal
    const configuration = id && (await context.services.configurations.get(account, id))
    if (!configuration) return answering.refuse(request, reply, notFound(request.params.id).refusal)
    return send(reply, json(200, shownConfiguration(configuration), { etag: `"${configuration.version}"` }))
  })
}

function write(scope: Scope, api: Api): void {
  const given = { tags, params: idParams, querystring: dryRunQuery, response: changed }
  const put = { ...given, summary: 'Replace a configuration', body: updateConfiguration }
  const patch = { ...given, summary: 'Change parts of a configuration', body: patchConfiguration }
  scope.put('/Configurations/:id', { schema: put }, (request, reply) =>
    change(api, request, reply, (present) => replacedDocument(request.body, present)),
  )
  scope.patch('/Configurations/:id', { schema: patch }, (request, reply) =>
    change(api, request, reply, (present) => patchedDocument(request.body, present)),
  )
}

function remove(scope: Scope, { answering, context }: Api): void {
  const schema = {
    tags,
    summary: 'Delete a configuration that no open conversation needs',
    params: idParams,
    response: documented({ 202: acceptedResource }),
  }
  scope.delete('/Configurations/:id', { schema }, async (request, reply) => {
    const id = idOf('configuration', request.params.id)
    if (!id) return answering.refuse(request, reply, notFound(request.params.id).refusal)
    const version = expectedVersion(request.headers['if-match'])
    const { configurations } = context.services
    const render = accepted(answering.baseUrl(request))
    return answering.write(request, reply, (ask) => configurations.remove(ask, id, version), render)
  })
}

type Asked = FastifyRequest<{ Params: { id: string }; Querystring: { dryRun?: 'true' | 'false' | undefined } }>
type Rewrite = (present: Configuration) => ConfigurationDocument | Refused

async function change(api: Api, request: Asked, reply: FastifyReply, rewrite: Rewrite): Promise<FastifyReply> {
  const { answering, context } = api
  const id = idOf('configuration', request.params.id)
  if (!id) return answering.refuse(request, reply, notFound(request.params.id).refusal)
  if (request.query.dryRun === 'true') return tryOut(api, request, reply, rewrite)
  const version = expectedVersion(request.headers['if-match'])
  const render = accepted(answering.baseUrl(request))
  const { configurations } = context.services
  return answering.write(request, reply, (ask) => configurations.write(ask, id, rewrite, version), render)
}

/** X2: what a change would do, without doing it. */
async function tryOut(
  { answering, context }: Api,
  request: Asked,
  reply: FastifyReply,
  rewrite: Rewrite,
): Promise<FastifyReply> {
  const { account } = callerOf(request).principal
  const id = idOf('configuration', request.params.id) ?? ''
  const present = await context.services.configurations.get(account, id)
  if (!present) return answering.refuse(request, reply, notFound(request.params.id).refusal)
  const document = rewrite(present)
  if (isRefused(document)) return answering.refuse(request, reply, document.refusal)
  const changes = differences(shownConfiguration(present), shownConfiguration({ ...present, document }))
  return send(reply, json(200, { ext: { dryRun: true, changes } }))
}

/** D36: the version an If-Match names. `*` and no header: any; what no version could have written matches none. */
export function expectedVersion(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined
  const number = /^"?(\d{1,15})"?$/.exec(header.trim())?.[1]
  return number === undefined ? -1 : Number(number)
}
