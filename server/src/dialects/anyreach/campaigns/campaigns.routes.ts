import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Campaign } from '#domain/campaign/state.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { CampaignDraft } from '#services/campaigns/api.ts'
import { readAgentId, showAgentId } from '../agents/agent-ids.ts'
import { foundAgent } from '../agents/agents.ts'
import { sendJson, sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { askOf, callerOf, needs } from '../credentials/caller.ts'
import { noSettings, readCampaignId, readConfigurationId, refusedBy, settingsWith, shownCampaign } from './campaigns.ts'
import { chooseAgent } from '../agents/choosing.ts'
import { documented } from '../documented.ts'
import { notFound, plain, wrong, type Problem } from '../errors.ts'
import { keptAs } from '../conversations/kept.ts'
import { newestOf } from '../newest.ts'
import { campaignKey } from '../vocabulary.ts'
import * as wire from '../wire/campaigns.ts'

const tags = ['Campaigns']
export const readingCampaigns = needs('campaigns:read', 'campaigns:manage')
export const managingCampaigns = needs('campaigns:manage')

/** `/campaign/campaigns`: many calls from one list of contacts. */
export function campaignRoutes(scope: Scope, api: Api): void {
  list(scope, api)
  create(scope, api)
  read(scope, api)
  change(scope, api)
  start(scope, api)
  pauseAndClose(scope, api)
}

function list(scope: Scope, api: Api): void {
  const { campaigns } = api.context.services
  const schema = {
    tags,
    operationId: 'listCampaigns',
    summary: 'List campaigns, newest first',
    querystring: wire.campaignsQuery,
    response: documented({ 200: wire.campaignList }, 403, 422),
  }
  scope.get('/campaigns', { onRequest: readingCampaigns, schema }, async (request, reply) => {
    const { account } = callerOf(request)
    const { name = '', status = [] } = request.query
    const test = (about: { readonly name: string; readonly status: Campaign['status'] }): boolean =>
      about.name.toLowerCase().includes(name.toLowerCase()) && (status.length === 0 || status.includes(about.status))
    const found = await newestOf(
      (page) => campaigns.list(account, { ...page, test }),
      request.query,
      (one) => one,
    )
    if ('status' in found) return sendProblem(reply, found)
    if (found.next !== undefined) reply.header('x-next-cursor', found.next)
    return sendJson(reply, 200, await Promise.all(found.items.map((one) => shownCampaign(api, one))))
  })
}

function create(scope: Scope, api: Api): void {
  const { campaigns } = api.context.services
  const schema = {
    tags,
    operationId: 'createCampaign',
    summary: 'Create a campaign; it calls nobody before it is started',
    body: wire.campaignDraft,
    response: documented({ 201: wire.campaign }, 403, 404, 422),
  }
  scope.post('/campaigns', { onRequest: managingCampaigns, schema }, async (request, reply) => {
    const { name, phone_numbers: from, configuration = {} } = request.body
    const named = await namedIn(api, callerOf(request).account, request.body)
    if ('status' in named) return sendProblem(reply, named)
    const { agentId, planId = null } = named
    if (agentId === undefined) return sendProblem(reply, notFound('Agent'))
    const settings = settingsWith(noSettings, configuration)
    if (isRefused(settings)) return answer(api, reply, settings)
    return answer(api, reply, await campaigns.create(askOf(request), { name, agentId, from, planId, settings }), 201)
  })
}

function read(scope: Scope, api: Api): void {
  const schema = {
    tags,
    operationId: 'getCampaign',
    summary: 'Read a campaign',
    params: wire.idParams,
    response: documented({ 200: wire.campaign }, 403, 404),
  }
  scope.get('/campaigns/:id', { onRequest: readingCampaigns, schema }, async (request, reply) => {
    const found = await foundCampaign(api, request, request.params.id)
    return found ? answer(api, reply, found) : sendProblem(reply, notFound('Campaign'))
  })
}

function change(scope: Scope, api: Api): void {
  const { campaigns } = api.context.services
  const schema = {
    tags,
    operationId: 'updateCampaign',
    summary: 'Change a campaign that is not closed; it counts from the next start on',
    params: wire.idParams,
    body: wire.campaignChange,
    response: documented({ 200: wire.campaign }, 400, 403, 404, 422),
  }
  scope.patch('/campaigns/:id', { onRequest: managingCampaigns, schema }, async (request, reply) => {
    const found = await foundCampaign(api, request, request.params.id)
    if (!found) return sendProblem(reply, notFound('Campaign'))
    const { name, phone_numbers: from, configuration } = request.body
    const named = await namedIn(api, found.account, request.body)
    if ('status' in named) return sendProblem(reply, named)
    const changed = await campaigns.change(askOf(request), found.id, (present) => {
      const settings = configuration && settingsWith(present.settings, configuration)
      if (isRefused(settings)) return settings
      if (settings && named.planId === undefined && present.planId !== null) return hasNamed
      return { ...named, ...(name !== undefined && { name }), ...(from && { from }), ...(settings && { settings }) }
    })
    return answer(api, reply, changed)
  })
}

const hasNamed = refuse(
  'invalid',
  'The campaign has named settings: change those, or give configuration_id null beside its own.',
  { field: 'configuration' },
)

/** By the latest published version, as it is now. */
function start(scope: Scope, api: Api): void {
  const { campaigns } = api.context.services
  const schema = {
    tags,
    operationId: 'startCampaign',
    summary: 'Call all contacts that have not been called yet, and whoever is added from now on',
    params: wire.idParams,
    response: documented({ 200: wire.campaign }, 400, 403, 404, 422),
  }
  scope.post('/campaigns/:id/start', { onRequest: managingCampaigns, schema }, async (request, reply) => {
    const found = await foundCampaign(api, request, request.params.id)
    if (!found) return sendProblem(reply, notFound('Campaign'))
    const wish = { channel: 'telephone', agent_id: showAgentId(found.agentId) } as const
    const chosen = await chooseAgent(api, found.account, wish)
    const version = 'status' in chosen || !chosen.pin ? noVersion : chosen.pin.version
    const vendor = keptAs({ custom_metadata: { [campaignKey]: found.name } })
    const started = await campaigns.start(askOf(request), found.id, { version, vendor })
    const fits = !isRefused(started) || started.refusal.code !== 'wrong_state'
    if (fits && 'status' in chosen) return sendProblem(reply, chosen)
    return isRefused(started) && started.refusal.field === 'planId'
      ? sendProblem(reply, noConfiguration)
      : answer(api, reply, started)
  })
}

const noConfiguration = plain(
  400,
  'The configuration of this campaign is not there any more: give it another configuration_id, or null.',
)

/** None has this number: a start by it is refused, at first in its status. */
const noVersion = 0

function pauseAndClose(scope: Scope, api: Api): void {
  const { campaigns } = api.context.services
  const acts = {
    pause: 'Stop what waits; live calls go on, and a start goes on with the rest',
    close: 'Stop what waits, for good',
  } as const
  for (const act of ['pause', 'close'] as const) {
    const schema = {
      tags,
      operationId: `${act}Campaign`,
      summary: acts[act],
      params: wire.idParams,
      response: documented({ 200: wire.campaign }, 400, 403, 404),
    }
    scope.post(`/campaigns/:id/${act}`, { onRequest: managingCampaigns, schema }, async (request, reply) => {
      const id = readCampaignId((request.params as { readonly id: string }).id)
      if (id === undefined) return sendProblem(reply, notFound('Campaign'))
      return answer(api, reply, await campaigns[act](askOf(request), id))
    })
  }
}

/** The campaign a path names; another organization's is unknown (D10). */
async function foundCampaign(
  { context: { services } }: Api,
  request: FastifyRequest,
  text: string,
): Promise<Campaign | undefined> {
  const id = readCampaignId(text)
  return id === undefined ? undefined : services.campaigns.get(callerOf(request).account, id)
}

const both = wrong(['body', 'configuration'], 'Give either these or configuration_id.')

/** Who and what a body names, as far as it does. */
async function namedIn(
  api: Api,
  account: string,
  {
    agent_id,
    configuration_id,
    configuration,
  }: {
    readonly agent_id?: string | undefined
    readonly configuration_id?: string | null | undefined
    readonly configuration?: unknown
  },
): Promise<Pick<Partial<CampaignDraft>, 'agentId' | 'planId'> | Problem> {
  if (typeof configuration_id === 'string' && configuration !== undefined) return both
  const agent = agent_id === undefined ? undefined : await foundAgent(api, account, readAgentId(agent_id))
  if (agent_id !== undefined && !agent) return notFound('Agent')
  const planId = typeof configuration_id === 'string' ? readConfigurationId(configuration_id) : configuration_id
  if (typeof configuration_id === 'string' && planId === undefined) return notFound('Configuration')
  return { ...(agent && { agentId: agent.agent.id }), ...(planId !== undefined && { planId }) }
}

async function answer(api: Api, reply: FastifyReply, came: Campaign | Refused, status = 200): Promise<FastifyReply> {
  if (isRefused(came)) return sendProblem(reply, refusedBy(came.refusal, 'Campaign', ['configuration']))
  return sendJson(reply, status, await shownCampaign(api, came))
}
