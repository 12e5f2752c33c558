import * as z from 'zod'
import { actNames } from '#domain/agent/tool-names.ts'

/** The configuration of an agent's version, as it is written. Secrets go in and never come back. */

/** What is in a URL is shown to whoever may read the agent: credentials have fields of their own. */
const url = z
  .url({ protocol: /^https?$/, error: 'Give an http or https URL.' })
  .max(2048)
  .refine((text) => !/^https?:\/\/[^/?#]*@/i.test(text), 'Give a URL without user name and password: use the secret.')
const timeout = z.int().min(100).max(60_000).default(10_000).meta({ description: 'Milliseconds' })
const has = z.boolean().optional().meta({ description: 'Only read: whether there is one' })
const signingSecret = z
  .string()
  .regex(/^(whsec_)?[A-Za-z0-9+/_-]{16,1024}={0,2}$/, 'Give base64, with or without whsec_ in front.')
  .nullable()
  .optional()
  .meta({ description: 'Signs each request; absent: the one it has stays while the URL is the same; null: none' })

const fields = z.record(z.string(), z.unknown())
const widget = z.strictObject({ type: z.string().regex(/^[\w-]{1,64}$/), data: fields.default({}) })
const toolName = z.string().regex(/^[\w-]{1,64}$/, 'Give 1 to 64 of a-z, A-Z, 0-9, _ and -.')
const line = z.union([
  z.string().min(1).max(4000),
  z.strictObject({
    say: z.string().max(4000),
    tool: z.strictObject({ name: toolName, arguments: fields.default({}) }).optional(),
    widgets: z.array(widget).max(10).optional(),
    hand_over: z.literal(true).optional().meta({ description: 'Text and e-mail go on elsewhere after it' }),
  }),
])

const script = z
  .strictObject({
    type: z.literal('script'),
    lines: z.array(line).max(200).default([]),
    goodbye: z.string().max(4000).default(''),
  })
  .meta({ description: 'The built-in agent: its lines in turn, then goodbye, and it ends. Without lines it listens' })
const http = z
  .strictObject({ type: z.literal('http'), url, secret: signingSecret, has_secret: has, timeout_ms: timeout })
  .meta({ description: 'Your program is asked at every turn' })
const openai = z
  .strictObject({
    type: z.literal('openai'),
    base_url: url
      .refine((text) => isBare(text), {
        error: 'Give a URL without user name, query and fragment; the key goes into api_key.',
      })
      .meta({ description: 'What /chat/completions is appended to', example: 'https://api.openai.com/v1' }),
    model: z.string().min(1).max(256),
    api_key: z
      .string()
      .regex(/^[\x21-\x7e]{1,4096}$/, 'Give up to 4096 visible ASCII characters.')
      .nullable()
      .optional()
      .meta({ description: 'A bearer token; absent: the one it has stays while base_url is the same; null: none' }),
    has_api_key: has,
    temperature: z.number().min(0).max(2).optional(),
    max_tokens: z.int().min(1).max(1_000_000).optional().meta({ description: 'The most tokens of one answer' }),
    timeout_ms: timeout,
  })
  .meta({ description: 'A language model behind the chat completions protocol is asked at every turn' })

const tool = z.strictObject({
  name: toolName.refine(
    (name) => !actNames.includes(name),
    `Give another name: every agent has ${actNames.join(', ')} already.`,
  ),
  description: z.string().max(4000).default('').meta({ description: 'When to use it, for the model' }),
  parameters: fields.default({ type: 'object', properties: {} }).meta({ description: 'JSON Schema of its arguments' }),
  url,
  secret: signingSecret,
  has_secret: has,
  timeout_ms: timeout,
})

/** Without a name to be referred to by. */
export const agentConfigItself = z.looseObject({
  greeting: z
    .string()
    .max(4000)
    .default('')
    .meta({ description: 'Said first, whatever the agent is; empty: the user begins' }),
  instructions: z
    .string()
    .max(32_768)
    .default('')
    .meta({ description: 'Who it is to be: the prompt of a language model' }),
  agent: z
    .discriminatedUnion('type', [script, http, openai])
    .default({ type: 'script', lines: [], goodbye: '' })
    .meta({ description: 'Where its answers come from' }),
  tools: z
    .array(tool)
    .max(64)
    .refine((tools) => new Set(tools.map(({ name }) => name)).size === tools.length, 'Give each tool its own name.')
    .default([])
    .meta({ description: 'What it may do beside talking: your programs are asked' }),
  idle_end_minutes: z
    .int()
    .min(1)
    .max(1_576_800)
    .nullable()
    .default(null)
    .meta({ description: 'Minutes without a message after which a text conversation is completed; null: never' }),
  summary: z.boolean().default(true).meta({ description: 'Whether a summary is made at the end' }),
  email: z
    .strictObject({
      address: z.email('Give an e-mail address.').max(254),
      default_subject: z
        .string()
        .max(255)
        .regex(/^[^\r\n]*$/, 'Give one line.')
        .default(''),
    })
    .nullable()
    .default(null)
    .meta({ description: 'What its mail is sent as' }),
})

export const agentConfig = agentConfigItself.meta({
  id: 'AgentConfig',
  description: 'Other keys are kept as they are and given back',
})

export type AgentConfig = z.output<typeof agentConfig>

function isBare(text: string): boolean {
  const { username, password, search, hash } = URL.parse(text) ?? new URL('http://u@x')
  return `${username}${password}${search}${hash}` === ''
}
