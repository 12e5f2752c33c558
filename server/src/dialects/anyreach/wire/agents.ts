import * as z from 'zod'
import { agentConfig } from './agent-config.ts'
import { limits } from '../limits.ts'
import { shownAgentConfig } from './shown-config.ts'
import { moments } from './moments.ts'

/** The shapes of agents and their versions (4.7). */

const freeObject = z
  .record(z.string(), z.unknown())
  .refine((object) => Buffer.byteLength(JSON.stringify(object)) <= limits.metadataBytes, 'Give at most 64 KiB as JSON.')

const fields = {
  name: z.string().trim().min(1, 'Give the agent a name.').max(128),
  description: z.string().max(4000).nullable(),
  active: z.boolean().meta({ description: 'Whether conversations may be begun with it' }),
  is_demo: z.boolean(),
  metadata: freeObject,
}
const { name, description, active, is_demo: isDemo, metadata } = fields

export const agentDraft = z
  .object({
    name,
    description: description.default(null),
    active: active.default(true),
    is_demo: isDemo.default(false),
    metadata: metadata.default({}),
  })
  .meta({ id: 'CreateAgentRequest' })
export const agentChange = z.object(fields).partial().meta({ id: 'UpdateAgentRequest' })
export type AgentChange = z.output<typeof agentChange>

const stamp = z.iso.datetime()
export const agent = z
  .object({
    id: z.string(),
    organization_id: z.string(),
    ...fields,
    published_version: z
      .int()
      .nullable()
      .meta({ description: 'What conversations talk by; null: nothing is published' }),
    published_version_id: z.string().nullable(),
    created_at: stamp,
    updated_at: stamp,
  })
  .meta({ id: 'Agent' })
export const agentList = z.array(agent)

export const idParams = z.object({ id: z.string().max(100) })
export const versionParams = idParams.extend({
  version: z.string().max(20).meta({ description: 'Its number, or `latest`' }),
})

const flag = z.enum(['true', 'false'])
export const agentsQuery = z.object({
  name: z.string().max(256).optional().meta({ description: 'A part of it, in whatever case' }),
  active: flag.optional(),
  is_demo: flag.optional(),
  metadata: z.string().max(limits.metadataBytes).optional().meta({ description: 'A JSON object that it contains' }),
  ...moments,
  limit: z.coerce.number().int().min(1).default(limits.pageUsual).meta({ description: 'At most 200' }),
  cursor: z.string().max(200).optional().meta({ description: "Base64 of the last item's created_at" }),
})
export type AgentsQuery = z.output<typeof agentsQuery>

const number = z.int().min(1).max(999_999_999)
const numberOrLatest = z.union([number, z.literal('latest')])
export const versionDraft = z
  .object({ config: agentConfig.optional(), base_version: numberOrLatest.optional() })
  .refine(({ config, base_version: base }) => (config === undefined) !== (base === undefined), {
    path: ['config'],
    error: 'Give exactly one of config and base_version.',
  })
  .meta({ id: 'CreateAgentVersionRequest' })
export const versionChange = z.object({ config: agentConfig }).meta({ id: 'UpdateAgentVersionRequest' })
export const comparing = z
  .object({ base_version: numberOrLatest, version: numberOrLatest.default('latest') })
  .meta({ id: 'CompareAgentVersionsRequest' })
const numbers = z.array(z.string().min(1).max(40)).max(100).default([])
export const publishing = z
  .object({
    phone_numbers: numbers.meta({ description: 'Numbers of the organization that get this version' }),
    unassign_phone_numbers: numbers.meta({ description: 'Numbers that this agent loses' }),
    direction: z.enum(['inbound', 'outbound', 'both']).default('inbound'),
  })
  .meta({ id: 'PublishAgentVersionRequest' })
  .nullish()
export type Publishing = NonNullable<z.output<typeof publishing>>

export const versionsQuery = z.object({
  limit: agentsQuery.shape.limit,
  before_version: z.coerce.number().int().min(1).max(1_000_000_000).optional(),
})

const versionShape = {
  id: z.string(),
  agent_id: z.string(),
  version: z.int(),
  status: z.enum(['draft', 'published']),
  config: shownAgentConfig,
  created_at: stamp,
  updated_at: stamp,
  published_at: stamp.nullable(),
}
export const version = z.object(versionShape).meta({ id: 'AgentVersion' })
export const versionList = z.array(version)
const phoneNumber = z
  .object({
    phone_number: z.string(),
    inbound_agent_version_id: z.string().nullable(),
    outbound_agent_version_id: z.string().nullable(),
  })
  .meta({ id: 'PhoneNumberSlots' })
export const published = z
  .object({ ...versionShape, phone_numbers: z.array(phoneNumber) })
  .meta({ id: 'PublishedAgentVersion' })
