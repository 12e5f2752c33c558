import type { FastifyBaseLogger, FastifyInstance, FastifySchema, RawServerDefault } from 'fastify'
import type { FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type * as z from 'zod'
import type { DialectContext } from '../dialect.ts'
import type { Waits } from './executions/waits.ts'
import { problemAnswer } from './wire/answers.ts'

/** What the dialect is told beside what every dialect is. */
export interface BolnaSettings {
  /** Where this server is reached, without a slash at the end: for URLs in bodies that no request asked for. */
  publicUrl(): string
  /** The addresses its webhooks come from, as receivers see them; nobody can find them out from inside. */
  readonly sourceIps?: readonly string[]
}

/** What every route file is given. */
export interface Api extends BolnaSettings {
  readonly context: DialectContext
  readonly waits: Waits
}

export type Scope = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  FastifyZodOpenApiTypeProvider
>

/** The answers of a route for its documentation; what is sent is ready bytes, so that the schema encodes nothing. */
export function documented(answers: Readonly<Record<number, z.ZodType>>): FastifySchema['response'] {
  return { ...answers, '4XX': problemAnswer, '5XX': problemAnswer }
}
