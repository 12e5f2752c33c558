import { z } from 'zod'
import { mostDays } from '#domain/retention/days.ts'
import { channels } from '#domain/vocabulary/channel.ts'
import { eventTypes } from './vocabulary.ts'

/** The shapes on the wire. Types, validation and the reference all come from here. */

export const id = z.string().max(200)
export const instant = z.string().meta({
  id: 'Instant',
  description: 'UTC, RFC 3339, on the clock of the account',
  example: '2026-11-20T09:05:00.000Z',
})
/** An instant as a caller may write it: any offset. */
export const instantIn = z
  .string()
  .max(40)
  .meta({ description: 'RFC 3339, any offset', example: '2026-11-20T09:05:00Z' })
const channel = z.enum(channels).meta({ id: 'Channel' })
const address = z.string().min(1).max(254)
const status = z.enum(['active', 'inactive', 'closed']).meta({ id: 'ConversationStatus' })
export const limit = z.coerce
  .number()
  .int()
  .min(1)
  .max(1000)
  .default(50)
  .meta({ description: 'Most items to answer with' })
export const cursor = z.string().min(1).max(2000).meta({ description: '`next` of the page before, as it was' })
export const next = z.string().nullable().meta({ description: 'The cursor of the next page; null at the end' })
export const idParams = z.object({ id })

export const pageQuery = z.strictObject({ cursor: cursor.optional(), limit })

export const problem = z
  .object({
    type: z.string().meta({ example: '/errors/invalid' }),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().meta({ description: 'What is wrong and what to do' }),
    field: z.string().optional().meta({ description: 'The field that is wrong, as a dotted path' }),
    conflicting: z.string().optional().meta({ description: 'The id of the other resource that is the cause' }),
    retryable: z.boolean().meta({ description: 'Whether the same request may succeed later, unchanged' }),
    requestId: z.string().optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' })

const name = z.string().min(1).max(128)
const limits = z.strictObject({
  requestsPerSecond: z.int().min(1).max(1_000_000).nullable().meta({ description: "Null: the server's own setting" }),
  internalTargets: z.boolean().meta({ description: 'Whether webhooks may go to loopback and private addresses' }),
  slots: z
    .int()
    .min(0)
    .max(100_000)
    .nullable()
    .meta({ description: "Calls at once; 0 pauses. Null: the server's own setting" }),
  retentionDays: z.int().min(1).max(mostDays).nullable().meta({
    description: 'Days after which sessions that have ended are deleted, from a day after it is said on. Null: never',
  }),
})
export const accountDraft = z.strictObject({
  name,
  clock: z.enum(['wall', 'test']).default('wall'),
  limits: limits.partial().optional(),
})
export const accountChange = z.strictObject({ name: name.optional(), limits: limits.partial().optional() })
export const keyDraft = z.strictObject({
  name: name.default('unnamed'),
  scopes: z
    .array(z.string().regex(/^[a-z_]+:[a-z_]+$/, 'takes scopes like conversations:read'))
    .min(1)
    .max(24)
    .optional()
    .meta({
      description: "What it may do in AnyReach's API, the only one it is then good for; absent: everything, everywhere",
    }),
  expiresAt: instantIn.optional().meta({ description: 'In real time; absent: never' }),
})
export const key = z
  .object({
    sid: z.string(),
    name: z.string(),
    scopes: z.array(z.string()).nullable().meta({ description: 'Null: everything, everywhere' }),
    expiresAt: instant.nullable().meta({ description: 'In real time; null: never' }),
    createdAt: instant,
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'Key', description: 'A credential; its secret is shown once, when it is made' })
export const account = z
  .object({
    id,
    name: z.string(),
    sid: z.string(),
    clock: z.enum(['wall', 'test']),
    limits: limits.extend({
      wantedSlots: z.int().nullable().meta({ description: 'Calls at once that the account itself wishes for' }),
    }),
    keys: z.array(key),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Account' })
export const accounts = z.object({ accounts: z.array(account), next })
export const newKey = z
  .object({
    key,
    secret: z.string(),
    bearer: z.string().meta({ description: 'The key in one word: `Authorization: Bearer …`' }),
  })
  .meta({ id: 'NewKey' })
export const newAccount = z.object({ account, authToken: z.string(), ...newKey.shape }).meta({ id: 'NewAccount' })
export const keys = z.object({ keys: z.array(key) })
export const newToken = z.object({ authToken: z.string() })
export const keyParams = z.object({ id, sid: z.string().max(100) })
export const sidParams = z.object({ sid: z.string().max(100) })

const participant = z
  .object({
    id,
    name: z.string(),
    type: z.enum(['customer', 'agent', 'human_agent', 'ai_agent', 'unknown']),
    profileId: z.string().nullable(),
    addresses: z.array(z.object({ channel, address: z.string(), channelId: z.string().nullable() })),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Participant' })
const nextTransition = z
  .object({ to: status, at: instant, because: z.string() })
  .meta({ id: 'NextTransition', description: 'What time alone will bring, if nothing else happens' })
export const conversation = z
  .object({
    id,
    status,
    name: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
    configuration: z.object({ id, version: z.int(), displayName: z.string() }),
    participants: z.array(participant),
    entered: z
      .object({ at: instant, by: z.string(), because: z.string() })
      .meta({ description: 'How it came into its status' }),
    nextTransition: nextTransition.nullable(),
    lastCommunicationAt: z
      .record(z.string(), instant)
      .meta({ description: 'By channel; a channel that is absent has no running clock' }),
    openStreams: z.array(z.string()).meta({ description: 'Calls whose transcription is running' }),
    endsBy: instant.meta({ description: 'No conversation lives longer than three years' }),
    previousConversationId: z.string().nullable(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Conversation' })
export const conversations = z.object({ conversations: z.array(conversation), next })
export const conversationChange = z.strictObject({
  status: status
    .optional()
    .meta({ description: '`closed` ends it, for ever; `active` and `inactive` leave its clocks as they are' }),
  name: z.string().min(1).max(256).nullable().optional(),
  metadata: z
    .record(z.string().min(1).max(128), z.string().max(512).nullable())
    .optional()
    .meta({ description: 'Merged; null removes a key' }),
})
export const many = <Item extends z.ZodType>(
  item: Item,
  most: number,
): z.ZodOptional<z.ZodPreprocess<z.ZodArray<Item>>> =>
  z.preprocess((given) => (typeof given === 'string' ? given.split(',') : given), z.array(item).max(most)).optional()
export const conversationsQuery = z.strictObject({
  status: many(status, 3).meta({ description: 'Repeat it or separate with commas' }),
  channelId: z.string().min(1).max(254).optional().meta({ description: 'A call, message or thread id' }),
  address: z
    .union([address, z.array(address).max(10)])
    .optional()
    .meta({ description: 'Each given address takes part' }),
  configurationId: id.optional(),
  createdAfter: instantIn.optional(),
  createdBefore: instantIn.optional(),
  cursor: cursor.optional(),
  limit,
})
export const deleted = z.object({ id, deleted: z.literal(true) })
export const participants = z.object({ participants: z.array(participant) })

const party = z.object({ channel, address: z.string(), participantId: z.string() })
const deliveryStatus = z.enum(['initiated', 'in_progress', 'delivered', 'read', 'failed'])
const share = z.number().min(0).max(1)
const transcription = z.strictObject({
  channel: z.int().min(0).max(1).optional().meta({ description: '0 inbound, 1 outbound' }),
  confidence: share.optional(),
  engine: z.string().max(128).optional(),
  words: z
    .array(
      z.strictObject({ text: z.string().max(1000), startTime: z.number().optional(), endTime: z.number().optional() }),
    )
    .max(10_000)
    .optional(),
})
const content = z.object({
  type: z.enum(['text', 'transcription']),
  text: z.string(),
  transcription: transcription.optional(),
})
export const communication = z
  .object({
    id,
    conversationId: id,
    author: party,
    recipients: z.array(party.extend({ deliveryStatus: deliveryStatus.optional() })),
    content,
    channelId: z.string().nullable(),
    resourceId: z.string().nullable(),
    occurredAt: instant,
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Communication' })
export const communications = z.object({ communications: z.array(communication), next })
export const communicationParams = z.object({ id, communicationId: id })
export const communicationsQuery = z.strictObject({
  channelId: z.string().min(1).max(254).optional(),
  cursor: cursor.optional(),
  limit,
})

const timelineEntry = z
  .object({
    id,
    type: z.string(),
    at: instant.meta({ description: 'The instant it counts from: for a timeout, the instant it was due' }),
    recordedAt: instant,
    from: status.nullable().optional(),
    to: status.optional(),
    by: z.string().optional(),
    because: z.string().optional(),
    refused: z.boolean().meta({ description: 'True: it came too late and changed nothing' }),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'TimelineEntry' })
export const timeline = z.object({ timeline: z.array(timelineEntry), next })

const timeouts = z.object({ inactive: z.int().optional(), closed: z.int().optional() })
export const configuration = z
  .object({
    id,
    version: z.int(),
    displayName: z.string(),
    description: z.string(),
    grouping: z.enum(['profile', 'addresses', 'addresses_and_channel']),
    channels: z.record(
      z.string(),
      z.object({
        timeoutsMinutes: timeouts.nullable(),
        capture: z.array(
          z.object({ from: z.string(), to: z.string(), metadata: z.record(z.string(), z.string()).optional() }),
        ),
      }),
    ),
    callbacks: z.array(z.object({ url: z.string(), method: z.string() })),
    closeSilentAfterMinutes: z.int().nullable(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Configuration' })
export const configurations = z.object({ configurations: z.array(configuration), next })

const resource = z.string().min(1).max(254)
const callSid = z.string().min(1).max(254).meta({ description: 'The id of the call' })
const text = z.string().max(8_388_608)
const message = {
  channel,
  from: address,
  to: address,
  text,
  resourceId: resource
    .optional()
    .meta({ description: 'Your id of the message; the same again is an update, not a second message' }),
  channelId: resource.optional(),
  occurredAt: instantIn.optional(),
}
const mostHeader = 65_536
const ofMail = {
  messageId: z
    .string()
    .max(998)
    .regex(/^\s*<?[^<>\s]+>?\s*$/, 'takes one Message-ID')
    .optional()
    .meta({ description: 'EMAIL: its Message-ID; the same again is the same mail', example: '<1@mail.example.com>' }),
  inReplyTo: z.string().max(mostHeader).optional().meta({ description: 'EMAIL: its In-Reply-To, as it is' }),
  references: z
    .union([z.string().max(mostHeader), z.array(z.string().max(998)).max(1000)])
    .optional()
    .meta({ description: 'EMAIL: its References, as they are or one by one' }),
  subject: z.string().max(mostHeader).optional().meta({ description: 'EMAIL: its subject, decoded' }),
  autoSubmitted: z.string().max(998).optional().meta({
    description: 'EMAIL: its Auto-Submitted (RFC 3834); anything but `no` is recorded and never answered',
  }),
}
export const trafficEvent = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('message.received'), ...message, ...ofMail }).meta({ id: 'MessageReceived' }),
    z.strictObject({ type: z.literal('message.sent'), ...message }).meta({ id: 'MessageSent' }),
    z
      .strictObject({
        type: z.literal('delivery.updated'),
        resourceId: resource,
        to: address.optional(),
        status: deliveryStatus,
      })
      .meta({ id: 'DeliveryUpdated' }),
    z
      .strictObject({
        type: z.literal('stream.started'),
        callSid,
        from: address,
        to: address,
        direction: z.enum(['inbound', 'outbound']),
        callType: z.enum(['PSTN', 'CLIENT', 'PUBLIC_SIP', 'SIP']).optional(),
        configurationId: id.optional(),
        conversationId: id.optional(),
      })
      .meta({ id: 'StreamStarted' }),
    z
      .strictObject({
        type: z.literal('utterance'),
        callSid,
        track: z.enum(['inbound', 'outbound']),
        text,
        transcription: transcription.optional(),
        resourceId: resource.optional(),
      })
      .meta({ id: 'Utterance' }),
    z
      .strictObject({ type: z.literal('tts.fragment'), callSid, text, resourceId: resource.optional() })
      .meta({ id: 'TtsFragment' }),
    z.strictObject({ type: z.literal('stream.ended'), callSid }).meta({ id: 'StreamEnded' }),
  ])
  .meta({ id: 'TrafficEvent' })
const mostTraffic = 1000
/** Documents the body; each item is checked on its own, so that one bad item does not fail the rest. */
export const trafficDocumented = z.strictObject({ events: z.array(trafficEvent).min(1).max(mostTraffic) })
export const trafficBody = z.strictObject({ events: z.array(z.unknown()).min(1).max(mostTraffic) })
export const trafficResult = z
  .object({
    status: z.enum(['recorded', 'updated', 'attached', 'ended', 'noted', 'ignored', 'refused']),
    conversationId: z.string().optional(),
    communicationId: z.string().optional(),
    because: z.string().optional().meta({ description: 'Why it was ignored' }),
    problem: problem.optional().meta({ description: 'Why it was refused' }),
  })
  .meta({ id: 'TrafficResult' })
export const trafficResults = z.object({ results: z.array(trafficResult) })

const event = z
  .object({
    specversion: z.literal('1.0'),
    id,
    type: z.string(),
    source: z.string(),
    subject: z.string(),
    time: instant,
    datacontenttype: z.literal('application/json'),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event', description: 'A CloudEvent: the same bytes in pages, streams and webhooks' })
export const events = z.object({
  events: z.array(event),
  next: z.string().meta({ description: 'Go on here; always there, the log never ends' }),
})
export const eventsQuery = z.strictObject({
  after: z.string().min(1).max(2000).optional().meta({
    description:
      '`next` of the page before, `oldest` or `latest`; absent: pages begin with the oldest, a stream with the next',
  }),
  limit,
})

const eventFilter = z.union([
  z.enum(eventTypes),
  z.string().regex(/^[a-z]+\.\*$/, 'takes an event type, or all of a kind as conversation.*'),
])
const endpointUrl = z.url({ protocol: /^https?$/, error: 'takes an http or https URL' }).max(2048)
const endpointFields = {
  description: z.string().max(256),
  events: z.array(eventFilter).max(50).meta({ description: 'Types it wants; empty: all' }),
}
export const endpointDraft = z.strictObject({
  url: endpointUrl,
  description: endpointFields.description.default(''),
  events: endpointFields.events.default([]),
})
export const endpointChange = z.strictObject({
  url: endpointUrl.optional(),
  description: endpointFields.description.optional(),
  events: endpointFields.events.optional(),
  status: z.enum(['enabled', 'disabled']).optional(),
})
export const endpoint = z
  .object({
    id,
    url: z.string(),
    description: z.string(),
    events: z.array(z.string()),
    status: z.enum(['enabled', 'disabled']),
    oldSecretUntil: instant
      .nullable()
      .meta({ description: 'Until then the secret before the last rotation signs, too' }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'WebhookEndpoint' })
export const endpoints = z.object({ endpoints: z.array(endpoint) })
export const endpointWithSecret = z
  .object({
    endpoint,
    secret: z.string().meta({ description: 'Shown once; `whsec_…`, for any Standard Webhooks library' }),
  })
  .meta({ id: 'WebhookEndpointWithSecret' })
export const tested = z
  .object({ delivered: z.boolean(), status: z.int().nullable(), error: z.string().nullable() })
  .meta({ id: 'WebhookTest' })

const deliveryState = z.enum(['delivered', 'parked', 'dead'])
export const delivery = z
  .object({
    id,
    state: deliveryState.meta({ description: 'parked: to be tried at `nextAt`; dead: given up' }),
    target: z.string(),
    url: z.string(),
    eventId: id,
    eventType: z.string(),
    tries: z.int(),
    nextAt: instant.nullable(),
    lastStatus: z.int().nullable(),
    lastError: z.string().nullable(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Delivery', description: 'One event on its way to one receiver; times are real time' })
export const deliveries = z.object({ deliveries: z.array(delivery), next })
export const deliveriesQuery = z.strictObject({
  state: deliveryState.optional(),
  target: z.string().min(1).max(2100).optional(),
  cursor: cursor.optional(),
  limit,
})
export const replay = z.union([
  z.strictObject({ state: z.enum(['dead', 'parked']), target: z.string().min(1).max(2100).optional() }),
  z.strictObject({ fromEvent: id, toEvent: id, target: z.string().min(1).max(2100) }),
])
export const deliveryParams = z.object({ id: z.string().max(2500) })
export const queued = z.object({ queued: z.int() })

export const clock = z.object({ kind: z.enum(['wall', 'test']), now: instant }).meta({ id: 'Clock' })
export const advance = z.union([
  z.strictObject({ by: z.string().max(64).meta({ description: 'ISO 8601 duration', example: 'PT10M' }) }),
  z.strictObject({ to: instantIn }),
])
export const advanced = z
  .object({
    now: instant,
    fired: z.array(
      z.object({
        conversationId: id.optional(),
        sessionId: id.optional(),
        batchId: id.optional(),
        from: z.string(),
        to: z.string(),
        at: instant,
        because: z.string(),
      }),
    ),
  })
  .meta({ id: 'Advanced' })

export const backup = z.strictObject({
  file: z.string().min(1).max(1024).meta({ description: 'A name, or the full path of a file that does not exist yet' }),
})
export const backedUp = z.object({ file: z.string() })

export const machineQuery = z.strictObject({ format: z.enum(['json', 'mermaid']).default('json') })
export const machine = z
  .object({
    noun: z.string(),
    states: z.array(z.string()),
    moves: z.array(z.object({ from: z.string(), to: z.string(), by: z.array(z.string()), on: z.string() })),
  })
  .meta({ id: 'Machine' })
