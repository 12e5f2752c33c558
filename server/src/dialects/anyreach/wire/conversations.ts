import * as z from 'zod'
import { channels, statuses } from '../vocabulary.ts'

/** What answers about conversations hold (3.1, 3.2), for the document and the tests; they are not checked while serving. */

const time = z.iso.datetime().meta({ description: 'UTC, microseconds, `Z`', example: '2026-11-20T09:00:00.000001Z' })
const free = z.record(z.string(), z.unknown())
const maybeText = z.string().nullable()

/** A3: the words of the law. */
const status = z.enum(statuses).meta({ id: 'Status', description: 'Current state of the conversation.' })
const channel = z.enum(channels).meta({ id: 'Channel' })
const direction = z.enum(['inbound', 'outbound']).meta({ description: 'Who started it' })

const latency = z.looseObject({
  end_to_end_ms: z.number(),
  llm_ttft_ms: z.number().nullable(),
  tts_ttfb_ms: z.number().nullable(),
  tools_ms: z.number().nullable(),
})
const turn = z
  .looseObject({
    type: z.literal('turn'),
    role: z.enum(['user', 'agent']),
    text: z.string(),
    created_at: time,
    latency: latency.optional().meta({ description: 'Of agent turns' }),
  })
  .meta({ id: 'Turn' })

const tool = {
  call_id: z.string(),
  name: z.string(),
  arguments: free,
  output: z.unknown().meta({ description: 'What the tool answered' }),
  is_error: z.boolean(),
  latency_ms: z.number(),
}
const toolCall = z.looseObject({ type: z.literal('tool_call'), ...tool, created_at: time }).meta({ id: 'ToolCall' })
const transcript = z
  .looseObject({
    items: z.array(z.union([turn, toolCall])).optional(),
    truncated: z.literal(true).optional().meta({
      description: 'There is more before: of more than some four million characters the newest items are shown',
    }),
  })
  .meta({ id: 'Transcript', description: 'What was said and done, in order of time; empty: nothing yet' })
const recording = z
  .looseObject({
    url: z.string().optional(),
    format: z.string().optional(),
    duration: z.number().optional(),
    channels: z.int().optional(),
    expires_at: time.optional(),
  })
  .meta({ id: 'RecordingDetails', description: 'Empty: nothing was recorded' })

const safe = {
  id: z.string(),
  organization_id: z.string(),
  direction,
  channel,
  status,
  user_id: z.string().meta({ description: 'Your end user; of telephone calls the number' }),
  agent_id: maybeText.meta({ description: 'Null: begun with an inline configuration' }),
  agent_version_id: maybeText,
  agent_number: maybeText.meta({ description: "The agent's telephone number or e-mail address" }),
  web_widget_id: maybeText,
  duration: z
    .int()
    .nullable()
    .meta({ description: 'Whole seconds; null until it is over, and of a call never answered' }),
  user_turn_count: z.int().nullable(),
  created_at: time,
  updated_at: time,
  agent: z.looseObject({ id: z.string(), name: z.string() }).nullable(),
}
/** The columns that every reader may see (D5). */
export const safeColumns: readonly string[] = Object.keys(safe)
const sensitive = {
  summary: maybeText,
  initial_context: maybeText,
  custom_metadata: free,
  conversation: transcript,
  recording_details: recording,
}

const needsScope = 'Left out unless the token has conversations:read_sensitive.'

export const conversation = z
  .looseObject({
    ...safe,
    summary: sensitive.summary.optional().meta({ description: needsScope }),
    initial_context: sensitive.initial_context.optional().meta({ description: needsScope }),
    custom_metadata: sensitive.custom_metadata.optional().meta({ description: needsScope }),
    conversation: sensitive.conversation.optional(),
    recording_details: sensitive.recording_details.optional(),
  })
  .meta({ id: 'Conversation' })
export const conversations = z.array(conversation)

/** As it is shown to who may see everything. */
const wholeConversation = z.looseObject({ ...safe, ...sensitive })
export type WholeConversation = z.output<typeof wholeConversation>
export type Conversation = Omit<WholeConversation, keyof typeof sensitive> &
  Partial<Pick<WholeConversation, keyof typeof sensitive>>

const admission = {
  url: z.string().meta({ description: 'A WebSocket' }),
  token: z.string(),
  room_name: z.string(),
  expires_at: z.iso.datetime(),
}
export const listenerToken = z.looseObject(admission).meta({ id: 'ListenerToken' })

const startingMessage = maybeText.meta({ description: 'What the agent said first' })
export const created = z
  .looseObject({
    conversation,
    starting_message: startingMessage,
    url: admission.url
      .nullable()
      .optional()
      .meta({ description: 'WebRTC: a WebSocket; null: sent again when it was over' }),
    token: admission.token.nullable().optional().meta({ description: 'WebRTC: lets the user join; null as above' }),
    room_name: admission.room_name.optional(),
    expires_at: admission.expires_at.nullable().optional(),
  })
  .meta({ id: 'CreateConversationResponse' })

const widget = z.looseObject({ type: z.string(), data: free }).meta({ id: 'Widget' })
const usedTool = z.looseObject(tool).meta({ id: 'UsedTool' })
export const replied = z
  .looseObject({
    conversation_id: z.string(),
    reply: z.string().meta({ description: "The agent's text for this turn" }),
    tool_calls: z.array(usedTool),
    widgets: z.array(widget).optional().meta({ description: 'Only where interactivity is rich' }),
  })
  .meta({ id: 'SendMessageResponse' })
export type Replied = z.output<typeof replied>
