import { z } from 'zod'
import { id, instant, next } from '../wire.ts'
import { retry } from './sessions.ts'
import { programSecret, script, toolsIn, toolsOut, url } from './tools.ts'

/** The shapes of agents and of the numbers they answer. Secrets go in and never come back. */

const secret = z.string().min(1).max(4096)
const ms = z.int().min(0).max(31_536_000_000)
const apiKey = z.string().regex(/^[\x21-\x7e]{1,4096}$/, 'takes up to 4096 visible ASCII characters')

const http = { by: z.literal('http'), url, timeoutMs: z.int().min(100).max(60_000) }
const baseUrl = url.refine(
  (text) => {
    const parsed = URL.parse(text)
    return parsed !== null && `${parsed.username}${parsed.password}${parsed.search}${parsed.hash}` === ''
  },
  { error: 'takes an http or https URL without user name, query and fragment; the key goes into key' },
)
const model = {
  by: z.literal('openai'),
  baseUrl: baseUrl.meta({ description: 'What /chat/completions is appended to', example: 'https://api.openai.com/v1' }),
  model: z.string().min(1).max(256),
  prompt: z.string().min(1).max(32_768).meta({ description: 'Who it is to be; `{name}` is filled from the data' }),
  temperature: z.number().min(0).max(2).optional().meta({ description: "Absent: the endpoint's default" }),
  maxTokens: z.int().min(1).max(1_000_000).optional().meta({ description: 'The most tokens of one answer' }),
  timeoutMs: http.timeoutMs,
}
const speechIn = z
  .discriminatedUnion('by', [
    script.meta({ description: 'Says its lines in turn, then goodbye' }),
    z
      .strictObject({
        ...http,
        timeoutMs: http.timeoutMs.default(10_000),
        secret: programSecret.nullable().optional().meta({
          description: 'Signs each request; absent: the one it has stays while the URL is the same. Null: none',
        }),
      })
      .meta({ description: 'Your program is asked at every turn' }),
    z
      .strictObject({
        ...model,
        timeoutMs: model.timeoutMs.default(10_000),
        key: apiKey.nullable().optional().meta({
          description: 'Sent as a bearer token; absent: the one it has stays while the URL is the same. Null: none',
        }),
      })
      .meta({ description: 'A language model is asked at every turn, over the chat completions protocol' }),
  ])
  .meta({ id: 'AgentSpeechDraft' })
const speechOut = z
  .discriminatedUnion('by', [
    script,
    z.object({ ...http, hasSecret: z.boolean() }),
    z.object({ ...model, hasKey: z.boolean() }),
  ])
  .meta({ id: 'AgentSpeech' })

const limits = z
  .strictObject({
    ringMs: ms.optional(),
    setupMs: ms.optional(),
    maxMs: ms.optional(),
    queueMs: ms.optional(),
    wrapMs: ms.optional(),
    silenceMs: ms.nullable().optional().meta({ description: 'Null: silence never ends it' }),
    askOnlineMs: ms.nullable().optional(),
    idleMs: z
      .int()
      .min(0)
      .max(3 * 31_536_000_000)
      .nullable()
      .optional()
      .meta({ description: 'Idle time after which a text session ends; null: never' }),
    voicemailMs: ms.nullable().optional().meta({ description: 'Null: voicemail is not looked for' }),
    voicemailWords: z.int().min(1).max(1000).optional(),
    lastWords: z.string().max(4000).optional().meta({ description: 'Said before hanging up for silence' }),
    onlineQuestion: z.string().max(4000).optional(),
  })
  .meta({ id: 'AgentLimits' })
const hours = z
  .strictObject({ startHour: z.int().min(0).max(23), endHour: z.int().min(0).max(24) })
  .refine(({ startHour, endHour }) => endHour >= startHour, {
    path: ['endHour'],
    error: 'takes an hour that is not before startHour',
  })
  .meta({ id: 'CallingHours', description: "Of the called party's day, from the start hour until the end hour" })
const inboundRules = {
  callsPerCaller: z.int().min(-1).max(1_000_000).default(-1).meta({ description: '-1: any number' }),
  exempt: z.array(z.string().max(40)).max(10_000).default([]),
  rejectUnknown: z.boolean().default(false),
}
const inboundIn = z
  .strictObject({
    ...inboundRules,
    source: z
      .strictObject({
        url,
        token: secret.nullable().optional().meta({
          description: 'Sent as a bearer token; absent: the one it has stays while the URL is the same. Null: none',
        }),
      })
      .nullable()
      .default(null)
      .meta({ description: "Asked for the caller's data" }),
  })
  .meta({ id: 'InboundRulesDraft' })
const inboundOut = z
  .object({ ...inboundRules, source: z.object({ url: z.string(), hasToken: z.boolean() }).nullable() })
  .meta({ id: 'InboundRules' })
const makes = z.strictObject({
  recording: z.boolean().default(false),
  summary: z.boolean().default(false),
  extraction: z.boolean().default(false),
})
const fields = {
  name: z.string().min(1).max(128),
  welcome: z.string().max(4000).default('').meta({ description: 'Said first; `{name}` is filled from the data' }),
  hours: hours.nullable().default(null).meta({ description: 'Null: at any time' }),
  retry: retry.nullable().default(null),
  route: z.string().min(1).max(64).default('default').meta({ description: 'The carrier route it dials over' }),
  configurationId: id
    .nullable()
    .default(null)
    .meta({ description: 'Its conversations are found and made by it; null, or deleted: the default one' }),
  mail: z
    .strictObject({
      address: z.email().max(254),
      subject: z.string().regex(/^[^\r\n]{1,255}$/, 'takes 1 to 255 characters in one line'),
    })
    .nullable()
    .default(null)
    .meta({ id: 'AgentMail', description: 'What its mail is sent as, and the subject where an order names none' }),
  callsBack: z.boolean().default(false).meta({ description: 'Whether it may agree on another call with the user' }),
}

export const agentDraft = z
  .strictObject({
    ...fields,
    speech: speechIn.default({ by: 'script', lines: [], goodbye: '' }),
    tools: toolsIn.default([]),
    limits: limits.default({}),
    inbound: inboundIn.default({ callsPerCaller: -1, exempt: [], rejectUnknown: false, source: null }),
    makes: makes.default({ recording: false, summary: false, extraction: false }),
  })
  .meta({ id: 'AgentDraft' })
export type AgentDraft = z.output<typeof agentDraft>

const definition = z
  .object({
    ...fields,
    speech: speechOut,
    tools: toolsOut,
    limits,
    inbound: inboundOut,
    makes,
    announce: z
      .object({ dialect: z.string(), url: z.string(), events: z.array(z.string()).nullable() })
      .nullable()
      .meta({ description: 'Whom another API of this server tells of its sessions; changed there' }),
  })
  .meta({ id: 'AgentDefinition' })
export const agent = z
  .object({
    id,
    status: z.enum(['live', 'deleted']),
    version: z.int(),
    ...definition.shape,
    createdAt: instant,
    updatedAt: instant,
    deletedAt: instant.nullable().meta({ description: 'It can be restored for 30 days' }),
  })
  .meta({ id: 'Agent' })
export const agents = z.object({ agents: z.array(agent), next })
export const agentVersion = z.object({ id, version: z.int(), definition }).meta({ id: 'AgentVersion' })
export const agentVersions = z.object({ versions: z.array(agentVersion), next })
export const versionParams = z.object({ id, version: z.coerce.number().int().min(1).max(1_000_000_000) })
export const removeQuery = z.strictObject({
  purge: z.stringbool().default(false).meta({ description: 'At once and for good, its ended sessions too' }),
})
export const stopWaiting = z.strictObject({ scheduled: z.boolean().default(false) }).nullish()
export const stopped = z.object({ stopped: z.array(z.string()) })

const e164 = z.string().min(1).max(40).meta({ description: 'E.164', example: '+12025550100' })
export const numberDraft = z.strictObject({
  number: e164,
  agentId: id.nullable().optional().meta({ description: 'Who answers calls to it' }),
  route: z.string().min(1).max(64).optional(),
  isDefault: z
    .boolean()
    .optional()
    .meta({ description: 'Calls that name no number come from it; absent: the first number is' }),
})
export const numberChange = z.strictObject({ agentId: id.nullable() })
export const phoneNumber = z
  .object({
    id,
    number: z.string(),
    agentId: z.string().nullable(),
    agentVersion: z
      .int()
      .nullable()
      .meta({ description: 'The version of the agent that answers; null: the present one' }),
    outbound: z.object({ agentId: z.string(), version: z.int() }).nullable().meta({
      description: 'Who calls from it where an order names only the number; set in another API of this server',
    }),
    route: z.string(),
    hosted: z.boolean().meta({ description: "Whether it is the operator's" }),
    isDefault: z.boolean(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'PhoneNumber' })
export const phoneNumbers = z.object({ phoneNumbers: z.array(phoneNumber) })
