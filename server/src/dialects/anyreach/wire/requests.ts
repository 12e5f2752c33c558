import * as z from 'zod'
import { agentConfig } from './agent-config.ts'
import { limits } from '../limits.ts'
import { channels, statuses } from '../vocabulary.ts'
import { moments } from './moments.ts'
import { shownAs } from './shown-as.ts'

/** What conversations are created, listed and spoken to by (4.1, 4.2, 4.4). Unknown keys are ignored. */

const bytesOf = (text: string): number => Buffer.byteLength(text)
const uuid = z.uuid('Give a UUID, such as 2f1c7f0e-5b8e-4b43-9a52-5b6a1d0e9f11.')
const address = z
  .string()
  .max(limits.userId)
  .regex(/^[^\s@<>,;"]+@[^\s@<>,;"]+$/, 'Give an e-mail address.')

const ways = {
  agent_id: z.string().max(100).nullish(),
  agent_version_id: z.string().max(100).nullish(),
  version: z
    .union([z.int().min(1), z.literal('latest')])
    .nullish()
    .meta({ description: 'Only with agent_id; absent: the latest published one' }),
  agent_number: z.string().max(40).nullish().meta({ description: 'Telephone: one of your numbers' }),
}
const order = {
  user_id: z
    .string()
    .min(1, 'Give the id of your end user; of a telephone call the number.')
    .max(limits.userId)
    .regex(/\S/, 'Give the id of your end user; of a telephone call the number.'),
  ...ways,
  initial_context: z
    .string()
    .refine((text) => bytesOf(text) <= limits.contextBytes, 'Give at most 64 KiB.')
    .nullish()
    .meta({ description: 'Told to the agent before the first word' }),
  custom_metadata: z
    .record(z.string(), z.unknown())
    .refine((metadata) => bytesOf(JSON.stringify(metadata)) <= limits.metadataBytes, 'Give at most 64 KiB.')
    .nullish()
    .meta({ description: 'Yours: given back, and lists can be filtered by it' }),
  conversation_id: uuid
    .nullish()
    .meta({ description: "Becomes the conversation's id; sent again, nothing is made twice" }),
  id: uuid.nullish().meta({ description: 'The same as conversation_id' }),
}

export const createConversation = z
  .looseObject({
    channel: z.enum(channels),
    ...order,
    agent_config: agentConfig.nullish().meta({ description: 'For this conversation alone; not by telephone' }),
    to_address: address.nullish().meta({ description: 'E-mail: where the first mail goes' }),
    from_address: address.nullish().meta({ description: "E-mail; absent: the agent's own" }),
    subject: z
      .string()
      .max(255)
      .regex(/^[^\r\n]*$/, 'Give one line.')
      .nullish()
      .meta({ description: "E-mail; absent: the agent's default subject" }),
  })
  .meta({ id: 'CreateConversation' })
export type CreateConversation = z.output<typeof createConversation>

/** D12: the body of a telephone create. */
export const dial = z
  .looseObject({ channel: z.literal('telephone').default('telephone'), ...order })
  .meta({ id: 'DialConversation' })

export const idempotency = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'Give 1 to 200 visible ASCII characters.')
    .optional()
    .meta({ description: 'Names the order; sent again, nothing is made twice (D2). In place of a UUID in the body' }),
})

export const sendMessage = z
  .looseObject({
    text: z
      .string()
      .min(1, 'Say something.')
      .max(limits.message, `Use at most ${limits.message} characters.`)
      .regex(/\S/, 'Say something: the text is blank.'),
    interactivity: z
      .enum(['plain', 'rich'])
      .nullish()
      .transform((given) => given ?? 'plain')
      .meta(shownAs({ type: 'string', enum: ['plain', 'rich'], default: 'plain' })),
  })
  .meta({ id: 'SendMessage' })

export const listening = z
  .looseObject({
    mode: z
      .enum(['listen', 'whisper', 'barge'], 'Give "listen", "whisper" or "barge", or leave it out to listen.')
      .nullish()
      .meta({
        description:
          '`whisper`: the agent alone is told what is said; `barge`: everybody hears it. Both need conversations:manage',
      }),
  })
  .meta({ id: 'CreateListenerToken' })
  .nullish()

export const idParams = z.object({
  conversation_id: z.string().meta({ description: 'The conversation.' }),
})

const several = <Word extends string>(words: readonly [Word, ...Word[]]) =>
  z
    .union([z.enum(words).transform((word) => [word]), z.array(z.enum(words)).max(50)])
    .optional()
    .meta({ ...shownAs({ type: 'array', items: { type: 'string', enum: [...words] } }), description: 'Any of these' })
const number = (description: string) =>
  z
    .string()
    .max(64)
    .refine((text) => text.trim() !== '' && Number.isFinite(Number(text)), 'Give a number.')
    .transform(Number)
    .optional()
    .meta({ ...shownAs({ type: 'number' }), description })
const word = (description: string) => z.string().max(500).optional().meta({ description })

export const filters = {
  direction: z.enum(['inbound', 'outbound']).optional(),
  channel: several(channels),
  status: several(statuses),
  agent_id: word('Exactly this one'),
  agent_version_id: word('Exactly this one'),
  web_widget_id: word('Exactly this one'),
  user_id: word('Contains this, in any case'),
  user_id_exact: word('Is exactly this'),
  agent_number: word('Contains this'),
  duration_above: number('Seconds, inclusive'),
  duration_below: number('Seconds, inclusive'),
  user_turn_count_above: number('Inclusive'),
  user_turn_count_below: number('Inclusive'),
  custom_metadata: z.string().max(limits.metadataBytes).optional().meta({
    description: 'A JSON object: what the metadata has to contain. Needs conversations:read_sensitive',
    example: '{"order_id":"123"}',
  }),
  ...moments,
}

export const listQuery = z.object({
  ...filters,
  cursor: z.string().max(500).optional().meta({
    description: "Base64 of the last item's created_at, or the last answer's X-Next-Cursor: what is older follows",
  }),
  limit: z
    .string()
    .regex(/^0*[1-9]\d{0,30}$/, 'Give a whole number from 1 on.')
    .transform(Number)
    .optional()
    .meta({
      ...shownAs({ type: 'integer', minimum: 1, default: limits.pageUsual }),
      description: 'More than 200 are never given',
    }),
  count: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'Whether to say how many there are in X-Total-Count' }),
})
export type ListQuery = z.output<typeof listQuery>
export type Filters = Omit<ListQuery, 'cursor' | 'limit' | 'count'>
