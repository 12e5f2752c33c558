import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'

/** The head of the OpenAPI document, in the law's own words; its paths and schemas come from the routes. */
export const openapi: NonNullable<FastifyDynamicSwaggerOptions['openapi']> = {
  openapi: '3.0.3',
  info: { title: 'AnyReach API', version: '1.0.0', description: 'REST API for the AnyReach platform.' },
  components: {
    securitySchemes: {
      bearerAuth: { type: 'http', scheme: 'bearer', description: 'Personal access token. See Authentication.' },
    },
  },
  security: [{ bearerAuth: [] }],
  tags: [
    {
      name: 'Conversations',
      description: 'Create, list, retrieve, and message conversations between your users and AnyReach agents.',
    },
    { name: 'Agents', description: 'Who talks: agents, their versions, and what a version says.' },
    { name: 'Web widgets', description: 'What begins conversations from your pages.' },
    { name: 'Webhooks', description: 'Being told what happens to conversations.' },
    { name: 'Campaigns', description: 'Many calls from one list of contacts.' },
    { name: 'Admin', description: 'API keys, and what a token may do.' },
  ],
}

/** The vendor's own; a client that was made from this document asks the first one. */
const theirs = { url: 'https://api.anyreach.ai', description: 'Production' }

type Json = { [key: string]: unknown }

interface Document extends Json {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas?: Json } & Json
}

interface Operation {
  readonly responses: Record<string, Json>
  readonly requestBody?: unknown
  readonly parameters?: readonly { readonly schema?: Json; readonly description?: string }[]
}

/** The document as it was written by the routes, in the words and within the bounds of version 3.0.3 and of the law. */
export function lawful(written: unknown): Document {
  const document = structuredClone(written) as Document
  const asked = askedFor(document)
  for (const [name, schema] of Object.entries(document.components.schemas ?? {})) tidy(schema, asked.has(name))
  for (const operation of operationsOf(document)) {
    answerAll(operation.responses)
    tidy(operation.requestBody, true)
    tidy(operation.responses, false)
    for (const parameter of operation.parameters ?? []) {
      tidy(parameter.schema, true)
      if (parameter.schema?.['description'] === parameter.description) delete parameter.schema?.['description']
    }
    for (const [status, response] of Object.entries(operation.responses)) {
      if (response['description'] === 'Default Response') response['description'] = meaningOf(status)
      const shared = Object.entries(responses).find(([, { description }]) => description === response['description'])
      if (shared) operation.responses[status] = { $ref: `#/components/responses/${shared[0]}` }
    }
  }
  return { ...document, components: { ...document.components, responses } }
}

/** The document as it is served from `url`: our own first (section 5). */
export function served(document: Document, url: string): Document {
  return { ...document, servers: [{ url, description: 'This server' }, theirs] }
}

function operationsOf({ paths }: Document): readonly Operation[] {
  return Object.values(paths).flatMap((verbs) => Object.values(verbs))
}

/** What says nothing of its answers has none with a body, and every request may be refused. */
function answerAll(answers: Operation['responses']): void {
  const own = Object.keys(answers).filter((status) => status.startsWith('2'))
  if (own.every((status) => !answers[status]?.['content'])) {
    for (const status of own) delete answers[status]
    answers['204'] = { description: 'Default Response' }
  }
  for (const range of ['4XX', '5XX']) answers[range] ??= { description: 'Default Response', content: error }
}

/** The schemas that requests are checked by, where nothing may be added to some; answers may have more than is said. */
function askedFor(document: Document): ReadonlySet<string> {
  const names = new Set<string>()
  const visit = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part ?? null).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (names.has(name)) continue
      names.add(name)
      visit(document.components.schemas?.[name])
    }
  }
  for (const { requestBody } of operationsOf(document)) visit(requestBody)
  return names
}

/** Takes out what says nothing. `asked`: of a request. */
function tidy(schema: unknown, asked: boolean): void {
  if (typeof schema !== 'object' || schema === null) return
  const own = schema as Json
  if (isAny(own['additionalProperties']) && 'properties' in own) delete own['additionalProperties']
  if (own['additionalProperties'] === false && !asked) delete own['additionalProperties']
  if (own['minimum'] === Number.MIN_SAFE_INTEGER) delete own['minimum']
  if (own['maximum'] === Number.MAX_SAFE_INTEGER) delete own['maximum']
  if (own['format'] === 'date-time' || own['format'] === 'uuid') delete own['pattern']
  delete own['x-fastify-zod-openapi-optional']
  if (isSchema(own) && 'default' in own) tellDefault(own)
  for (const inner of Object.values(own)) tidy(inner, asked)
}

/** A property that is called `default` is none of a schema's own words. */
function isSchema(own: Json): boolean {
  return 'type' in own || 'anyOf' in own || 'oneOf' in own || 'allOf' in own || '$ref' in own
}

/** Generated clients take what has a default for required, or cannot read it: people are told of it instead. */
function tellDefault(own: Json): void {
  const { default: value, description } = own
  const told = value === null || typeof value === 'object' ? undefined : `Default: ${JSON.stringify(value)}.`
  delete own['default']
  if (told !== undefined) own['description'] = typeof description === 'string' ? `${description}. ${told}` : told
}

function isAny(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && Object.keys(schema).length === 0
}

const error = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } }

/** The law's own (A21, A22). */
const responses = {
  Forbidden: { description: "The token's role doesn't grant access to this action.", content: error },
  NotFound: { description: 'The conversation does not exist.', content: error },
}

const meanings: Readonly<Record<string, string>> = {
  200: 'Done.',
  201: 'Made.',
  202: 'Taken; it goes on.',
  204: 'Done; there is nothing to say.',
  400: 'It cannot be read, or does not fit what is there.',
  401: 'The credential is missing or not valid.',
  403: responses.Forbidden.description,
  404: 'There is no such thing.',
  409: 'It does not fit the state or the channel it is in, or what was asked before.',
  422: 'A field is wrong; `errors` says which.',
  429: 'Too many requests; `Retry-After` says when to come again.',
  502: 'The agent failed; the message is kept.',
  '4XX': 'The request was refused.',
  '5XX': 'The server failed, or is not ready.',
}

function meaningOf(status: string): string {
  return meanings[status] ?? 'An answer.'
}
