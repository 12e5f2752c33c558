import { z } from 'zod'
import { actNames } from '#domain/agent/tool-names.ts'

/** The shapes of an agent's tools and of what a script does with them. Secrets go in and never come back. */

/** What is in a URL is shown to whoever may read the agent: credentials have fields of their own. */
export const url = z
  .url({ protocol: /^https?$/, error: 'takes an http or https URL' })
  .max(2048)
  .refine((text) => !/^https?:\/\/[^/?#]*@/i.test(text), 'takes a URL without user name and password: use the secret')
export const programSecret = z
  .string()
  .regex(/^(whsec_)?[A-Za-z0-9+/_-]{16,1024}={0,2}$/, 'takes base64, with or without whsec_ in front')

const maxDepth = 32

function object(maxKb: number) {
  return z.record(z.string(), z.unknown()).refine((value) => isWithin(value, maxKb * 1024), {
    error: `takes an object of at most ${maxKb} KB as JSON, nested at most ${maxDepth} levels deep`,
  })
}

function isWithin(value: unknown, maxChars: number): boolean {
  return isShallow(value, maxDepth) && JSON.stringify(value).length <= maxChars
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1))
}

const toolName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'takes 1 to 64 letters, digits, _ and -')
  .refine((name) => !actNames.includes(name), { error: `takes another name than ${actNames.join(', ')}` })
const tool = {
  name: toolName,
  description: z.string().min(1).max(4096).meta({ description: 'When to use it, for the model' }),
  url: url.meta({ description: 'Your program: what it answers is what came of it' }),
  timeoutMs: z.int().min(100).max(30_000),
}
const parameters = object(16).meta({ description: 'JSON Schema of its arguments' })

export const toolsIn = z
  .array(
    z
      .strictObject({
        ...tool,
        parameters: parameters.default({ type: 'object', properties: {} }),
        timeoutMs: tool.timeoutMs.default(10_000),
        secret: programSecret.nullable().optional().meta({
          description: 'Signs each request; absent: the one it has stays while the URL is the same. Null: none',
        }),
      })
      .meta({ id: 'AgentToolDraft' }),
  )
  .max(32)
  .refine((tools) => new Set(tools.map(({ name }) => name)).size === tools.length, {
    error: 'takes each name once',
  })
  .meta({ description: 'What it may do beside talking, where its speech is a script or a language model' })
export const toolsOut = z.array(z.object({ ...tool, parameters, hasSecret: z.boolean() }).meta({ id: 'AgentTool' }))

const widget = z
  .strictObject({ type: z.string().regex(/^[\w-]{1,64}$/, 'takes 1 to 64 letters, digits, _ and -'), data: object(16) })
  .meta({ id: 'Widget' })
const text = z.string().min(1).max(4000)
const scriptedTurn = z
  .strictObject({
    say: text,
    tool: z
      .strictObject({ name: z.string().min(1).max(64), arguments: object(16).default({}) })
      .optional()
      .meta({ description: 'One of its tools, used before it is said; `{name}` in texts is filled from the data' }),
    widgets: z.array(widget).max(10).optional(),
    handOver: z.literal(true).optional().meta({ description: 'What is written goes on elsewhere after it' }),
  })
  .meta({ id: 'ScriptedTurn' })

export const script = z.strictObject({
  by: z.literal('script'),
  lines: z
    .array(z.union([text, scriptedTurn]))
    .max(200)
    .default([]),
  goodbye: z.string().max(4000).default(''),
})
