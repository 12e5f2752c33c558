import * as z from 'zod'
import { mostAtATime, mostData } from '#domain/campaign/contacts.ts'
import { mostAtOnce } from '#domain/campaign/settings.ts'
import { isZone } from '#domain/vocabulary/calling-hours.ts'
import { statuses } from '../vocabulary.ts'
import { shownAs } from './shown-as.ts'
import { pageQuery } from './widgets.ts'

/** The shapes of campaigns and what belongs to them (4.7); the vendor publishes none, so the field names are ours. */

const name = z.string().trim().min(1, 'Give a name.').max(255)
const number = z.string().regex(/^\+[1-9]\d{1,14}$/, 'Give the number in E.164 form, as +14155550133.')
const hour = z.int().min(0).max(24)

// Named, so that clients that are generated have one name for each.
const retry = z
  .object({
    max_attempts: z.int().min(2).max(6).meta({ description: 'Dials in all, the first one included' }),
    delay_minutes: z.int().min(1).max(10_080),
    on: z
      .array(z.enum(['no_answer', 'busy', 'failed']))
      .min(1)
      .default(['no_answer', 'busy']),
  })
  .meta({ id: 'CampaignRetry' })
const callingHours = z.object({ start_hour: hour, end_hour: hour }).meta({ id: 'CallingHours' })
const settingFields = {
  calling_hours: callingHours
    .nullable()
    .meta({ description: "Whole hours of the day, the end excluded; null: the agent's own" }),
  timezone: z
    .string()
    .max(64)
    .refine(isZone, 'Give a time zone by its IANA name.')
    .nullable()
    .meta({ description: 'Whose clock the calling hours are on: an IANA name; null: of whoever is called' }),
  retry: retry.nullable().meta({ description: 'Null: nobody is dialled twice' }),
  concurrency_limit: z.int().min(1).max(mostAtOnce).nullable().meta({
    description:
      'Contacts in hand at once, the time between retries included; null: as many as the organization may call',
  }),
}
const settingsGiven = z.object(settingFields).partial()
export type SettingsGiven = z.output<typeof settingsGiven>
const settings = z.object(settingFields).meta({ id: 'CampaignSettings' })
export type Settings = z.output<typeof settings>

const fields = {
  name,
  agent_id: z.string().max(100),
  phone_numbers: z
    .array(number)
    .max(20)
    .meta({ description: "Your numbers, in rotation; empty: the organization's default" }),
  configuration_id: z
    .string()
    .max(100)
    .nullable()
    .meta({ description: 'Named settings, taken as they are at each start' }),
}
const ownSettings = settingsGiven.optional().meta({ description: 'Settings of its own; not beside configuration_id' })
export const campaignDraft = z
  .looseObject({
    name,
    agent_id: fields.agent_id,
    phone_numbers: fields.phone_numbers.default([]),
    configuration_id: fields.configuration_id.default(null),
    configuration: ownSettings,
  })
  .meta({ id: 'CreateCampaignRequest' })
export const campaignChange = z
  .looseObject({ ...z.object(fields).partial().shape, configuration: ownSettings })
  .meta({ id: 'UpdateCampaignRequest' })

const stamp = z.iso.datetime()
const campaignStatuses = ['active', 'paused', 'closed'] as const
export const campaign = z
  .object({
    id: z.string(),
    organization_id: z.string(),
    ...fields,
    status: z.enum(campaignStatuses),
    started: z.boolean().meta({ description: 'Whether it is calling: active, and started' }),
    pause_reason: z.string().nullable().meta({ description: 'Why it paused by itself' }),
    configuration: settings.meta({ description: 'What it calls by: the named settings as they are now, or its own' }),
    agent_version_id: z.string().nullable().meta({ description: 'Since the last start' }),
    contact_count: z.int(),
    created_at: stamp,
    updated_at: stamp,
  })
  .meta({ id: 'Campaign' })
export const campaignList = z.array(campaign)

const statusWord = z.enum(campaignStatuses)
export const campaignsQuery = pageQuery.extend({
  name: z.string().max(255).optional().meta({ description: 'A part of it, in whatever case' }),
  status: z
    .union([statusWord.transform((word) => [word]), z.array(statusWord).max(10)])
    .optional()
    .meta({
      ...shownAs({ type: 'array', items: { type: 'string', enum: [...campaignStatuses] } }),
      description: 'Any of these; may be given several times',
    }),
})

const contactFields = {
  phone_number: number,
  name: z.string().max(255).nullable(),
  variables: z
    .record(z.string(), z.unknown())
    .meta({ description: "For the agent's prompt, where `name` is filled in beside them; at most 25 KB as JSON" }),
}
const contactDraft = z.looseObject({
  phone_number: contactFields.phone_number,
  name: contactFields.name.optional(),
  variables: contactFields.variables
    .refine((data) => JSON.stringify(data).length <= mostData, 'Give at most 25 KB as JSON.')
    .optional(),
})
export const contactsDraft = z
  .looseObject({
    contacts: z
      .array(contactDraft)
      .min(1, 'Give at least one contact.')
      .max(mostAtATime, `Give at most ${mostAtATime} contacts at once.`),
  })
  .meta({ id: 'UpsertContactsRequest' })
export const upserted = z
  .object({ created: z.int(), updated: z.int(), total: z.int().meta({ description: 'Contacts of the campaign' }) })
  .meta({ id: 'UpsertContactsResponse' })

export const contactStates = ['pending', 'queued', 'in_progress', 'done'] as const
const contact = z
  .object({
    id: z.string(),
    ...contactFields,
    state: z.enum(contactStates),
    conversation_id: z.string().nullable(),
    conversation_status: z.enum(statuses).nullable(),
    created_at: stamp,
    updated_at: stamp,
  })
  .meta({ id: 'CampaignContact' })
export const contactPage = z.object({ items: z.array(contact), total: z.int() }).meta({ id: 'CampaignContacts' })
export const contactsQuery = z.object({
  limit: pageQuery.shape.limit,
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
})

export const stats = z
  .object({
    total: z.int(),
    pending: z.int().meta({ description: 'Contacts whom nobody has called' }),
    deleted: z.int().meta({ description: 'Contacts who were called, and whose conversation was deleted since' }),
    statuses: z
      .partialRecord(z.enum(statuses), z.int())
      .meta({ description: 'Contacts by the status of their conversation' }),
  })
  .meta({ id: 'CampaignStats' })

export const configurationDraft = z
  .looseObject({ name, ...settingsGiven.shape })
  .meta({ id: 'CreateCampaignConfigurationRequest' })
export const configurationChange = z
  .looseObject({ name: name.optional(), ...settingsGiven.shape })
  .meta({ id: 'UpdateCampaignConfigurationRequest' })
export const configuration = z
  .object({
    id: z.string(),
    organization_id: z.string(),
    name,
    ...settings.shape,
    created_at: stamp,
    updated_at: stamp,
  })
  .meta({ id: 'CampaignConfiguration' })
export const configurationList = z.array(configuration)

export const timezones = z.array(z.string())

export const concurrencyChange = z
  .looseObject({ concurrency_limit: z.int().min(1).max(mostAtOnce) })
  .meta({ id: 'UpdateConcurrencySettingsRequest' })
export const concurrency = z
  .object({
    organization_id: z.string(),
    concurrency_limit: z.int().meta({ description: 'Calls at once that the organization wishes for' }),
    effective_limit: z.int().meta({ description: 'What holds: the wish, and never more than the operator allows' }),
    global_concurrency_limit: z
      .int()
      .nullable()
      .meta({ description: 'Of all organizations together; null: there is none' }),
    in_use: z.int(),
    waiting: z.int(),
  })
  .meta({ id: 'ConcurrencySettings' })

export { idParams } from './widgets.ts'
