import * as z from 'zod'

/** The configuration of an agent's version, as it is read; for the document and the tests, it is not checked while serving. */

const fields = z.record(z.string(), z.unknown())
const timeout = z.int().meta({ description: 'Milliseconds' })
const hasSecret = z.boolean().meta({ description: 'Whether its requests are signed' })

const scriptedTurn = z
  .object({
    say: z.string(),
    tool: z.object({ name: z.string(), arguments: fields }).optional(),
    widgets: z.array(z.object({ type: z.string(), data: fields })).optional(),
    hand_over: z.literal(true).optional().meta({ description: 'Text and e-mail go on elsewhere after it' }),
  })
  .meta({ id: 'ShownScriptedTurn' })

const script = z
  .object({
    type: z.literal('script'),
    lines: z.array(z.union([z.string(), scriptedTurn])),
    goodbye: z.string(),
  })
  .meta({ id: 'ShownScript' })

const http = z
  .object({ type: z.literal('http'), url: z.string(), has_secret: hasSecret, timeout_ms: timeout })
  .meta({ id: 'ShownProgram' })

const openai = z
  .object({
    type: z.literal('openai'),
    base_url: z.string(),
    model: z.string(),
    has_api_key: z.boolean().meta({ description: 'Whether a bearer token is sent' }),
    temperature: z.number().optional(),
    max_tokens: z.int().optional(),
    timeout_ms: timeout,
  })
  .meta({ id: 'ShownModel' })

const tool = z
  .object({
    name: z.string(),
    description: z.string(),
    parameters: fields.meta({ description: 'JSON Schema of its arguments' }),
    url: z.string(),
    has_secret: hasSecret,
    timeout_ms: timeout,
  })
  .meta({ id: 'ShownTool' })

export const shownAgentConfig = z
  .looseObject({
    greeting: z.string(),
    instructions: z.string(),
    agent: z.discriminatedUnion('type', [script, http, openai]),
    tools: z.array(tool),
    idle_end_minutes: z.int().nullable(),
    summary: z.boolean(),
    email: z.object({ address: z.string(), default_subject: z.string() }).nullable(),
  })
  .meta({ id: 'ShownAgentConfig', description: 'As AgentConfig, without its secrets' })
