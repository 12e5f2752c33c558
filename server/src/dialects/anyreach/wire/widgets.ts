import * as z from 'zod'
import { limits } from '../limits.ts'
import { campaignKey } from '../vocabulary.ts'

/** The shapes of web widgets (4.7). What is in `config.v1` beside `branding` is free. */

const config = z
  .looseObject({ v1: z.record(z.string(), z.unknown()).optional() })
  .meta({ description: 'How it looks, under `v1`; at most 64 KiB as JSON' })
const fields = {
  agent_id: z.string().max(100).meta({ description: 'Who answers: by its latest published version' }),
  agent_version_id: z.string().max(100).nullable().meta({ description: 'Who answers, by exactly this version' }),
  domains: z
    .array(z.string().trim().toLowerCase().min(1).max(253))
    .max(50)
    .meta({ description: 'Hosts of the pages it may be used on, as `example.com` or `*.example.com`; empty: none' }),
  published: z.boolean().meta({ description: 'Whether it can be read and used without a token' }),
  config,
}
const { agent_id: agentId, agent_version_id: versionId, domains, published } = fields

export const widgetDraft = z
  .looseObject({
    agent_id: agentId.nullish(),
    agent_version_id: versionId.optional(),
    domains: domains.default([]),
    published: published.default(false),
    config: config.default({}),
  })
  .meta({ id: 'CreateWebWidgetRequest' })
export const widgetChange = z
  .looseObject({
    agent_id: agentId.nullish(),
    agent_version_id: versionId.optional(),
    domains: domains.optional(),
    published: published.optional(),
    config: config.optional(),
  })
  .meta({ id: 'UpdateWebWidgetRequest' })
export type WidgetChange = z.output<typeof widgetChange>

export const autoBrand = z
  .looseObject({
    domain: z.string().trim().toLowerCase().min(1).max(253).meta({ description: 'A host, as `example.com`' }),
  })
  .meta({ id: 'AutoBrandRequest' })

const stamp = z.iso.datetime()
export const widget = z
  .object({
    id: z.string(),
    organization_id: z.string(),
    ...fields,
    agent_id: z.string().nullable(),
    created_at: stamp,
    updated_at: stamp,
  })
  .meta({ id: 'WebWidget' })
export const widgetList = z.array(widget)

export const publicWidget = z
  .object({ id: z.string(), channel: z.literal('webrtc'), config })
  .meta({ id: 'PublicWebWidget' })

export const guestStart = z
  .looseObject({
    user_id: z
      .string()
      .max(limits.userId)
      .regex(/^guest_[\w-]{1,200}$/, 'A guest\'s id begins with "guest_"; leave it out to be given one.')
      .nullish(),
    custom_metadata: z
      .record(z.string(), z.unknown())
      .refine((data) => Buffer.byteLength(JSON.stringify(data)) <= limits.metadataBytes, 'Give at most 64 KiB.')
      .refine((data) => !Object.hasOwn(data, campaignKey), `Leave ${campaignKey} out: only campaigns say it.`)
      .nullish(),
  })
  .meta({ id: 'StartWidgetConversation' })
  .nullish()

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).default(limits.pageUsual).meta({ description: 'At most 200' }),
  cursor: z.string().max(200).optional().meta({ description: "Base64 of the last item's created_at" }),
})
export const idParams = z.object({ id: z.string().max(100) })
