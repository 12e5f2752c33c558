import * as z from 'zod'
import { limits } from '../limits.ts'
import { readStamp } from '../time.ts'
import { channels } from '../vocabulary.ts'
import { shownAs } from './shown-as.ts'

/** What conversations that took place elsewhere are told by (D12). Unknown keys are ignored, so that an exported one can be given as it is. */

/** A9: only what is over can be imported. */
export const endedStatuses = ['completed', 'failed', 'cancelled', 'transferred', 'unanswered'] as const

const moment = z
  .string()
  .max(64)
  .refine((text) => readStamp(text) !== undefined, 'Give a moment with its offset, as 2026-11-20T09:00:00Z.')
  .transform((text) => readStamp(text) ?? 0)
  .meta(shownAs({ type: 'string', format: 'date-time' }))
const ms = z.number().min(0)
const name = z.string().min(1).max(255)

const latency = z.looseObject({
  end_to_end_ms: ms,
  llm_ttft_ms: ms.nullish(),
  tools_ms: ms.nullish(),
})
const turn = z
  .looseObject({
    type: z.literal('turn'),
    role: z.enum(['user', 'agent']),
    text: z.string(),
    created_at: moment,
    latency: latency.nullish().meta({ description: 'Of agent turns' }),
  })
  .meta({ id: 'ImportedTurn' })
const toolCall = z
  .looseObject({
    type: z.literal('tool_call'),
    call_id: name,
    name,
    arguments: z.record(z.string(), z.unknown()).nullish(),
    output: z.unknown().meta({ description: 'What the tool answered' }),
    is_error: z.boolean().nullish(),
    latency_ms: ms.nullish(),
    created_at: moment,
  })
  .meta({ id: 'ImportedToolCall' })

const items = z.array(z.union([turn, toolCall]))
/** A century, in seconds. */
const longest = 3_155_760_000

const importedConversation = z
  .looseObject({
    id: z
      .string()
      .regex(/^[\x21-\x7e]{1,200}$/, 'Give 1 to 200 visible ASCII characters.')
      .nullish()
      .meta({ description: "Told again by this name, nothing is made twice; a UUID becomes the conversation's id" }),
    conversation_id: z.uuid('Give a UUID.').nullish().meta({ description: 'The same, where it is a UUID' }),
    channel: z.enum(channels),
    direction: z
      .enum(['inbound', 'outbound'])
      .nullish()
      .meta({ description: 'Absent: outbound by telephone and e-mail, else inbound' }),
    user_id: z
      .string()
      .min(1, 'Give the id of your end user; of a telephone call the number.')
      .max(limits.userId)
      .regex(/\S/, 'Give the id of your end user; of a telephone call the number.'),
    agent_id: z.string().min(1).max(100).nullable().meta({ description: 'An agent of yours; null: none of yours' }),
    agent_number: z.string().max(limits.userId).nullish().meta({ description: 'Of telephone calls and e-mail' }),
    status: z.enum(endedStatuses),
    created_at: moment,
    started_at: moment
      .nullish()
      .meta({ description: 'When it was answered, joined or begun; duration counts from it. Absent: created_at' }),
    ended_at: moment.nullish().meta({ description: 'Absent: after duration' }),
    duration: z.number().min(0).max(longest).nullish().meta({
      description: 'Seconds from started_at or created_at, where ended_at is not known; null: it ended as it began',
    }),
    items: items.nullish().meta({ description: 'What was said and done; at most 256 KB as JSON' }),
    conversation: z
      .looseObject({ items: items.nullish() })
      .nullish()
      .meta({ description: 'The same as items, as a conversation is shown and exported' }),
    summary: z.string().nullish(),
    initial_context: z.string().nullish(),
    custom_metadata: z.record(z.string(), z.unknown()).nullish(),
  })
  .refine(({ ended_at, duration }) => typeof ended_at === 'number' || duration !== undefined, {
    path: ['ended_at'],
    message: 'Say when it ended, or its duration.',
  })
  .meta({ id: 'ImportedConversation' })
export type ImportedConversation = z.output<typeof importedConversation>

export const imports = z
  .looseObject({
    conversations: z
      .array(importedConversation)
      .min(1, 'Give 1 to 100 conversations.')
      .max(limits.imports, 'Give 1 to 100 conversations.'),
  })
  .meta({ id: 'ImportConversations' })

const result = z
  .looseObject({
    conversation_id: z.string().optional(),
    created_at: z.iso.datetime().optional().meta({ description: 'As given, or the next moment that was free' }),
    repeated: z.boolean().optional().meta({ description: 'It was there already' }),
    error: z
      .looseObject({
        status: z.int(),
        detail: z.string(),
        errors: z
          .array(z.looseObject({ loc: z.array(z.union([z.string(), z.int()])), msg: z.string(), type: z.string() }))
          .optional(),
      })
      .optional()
      .meta({ description: 'Nothing of it was kept' }),
  })
  .meta({ id: 'ImportResult' })

export const importResults = z
  .looseObject({ results: z.array(result).meta({ description: 'One for each conversation, in their order' }) })
  .meta({ id: 'ImportConversationsResponse' })
