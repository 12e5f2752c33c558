import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DialectContext } from '../dialect.ts'

/** What the dialect is told beside what every dialect is. */
export interface AnyreachSettings {
  /** Where this server is reached, without a slash at the end: for URLs in bodies that no request asked for. */
  publicUrl(): string
}

/** What every route file is given. */
export interface Api extends AnyreachSettings {
  readonly context: DialectContext
}

export type Scope = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  FastifyZodOpenApiTypeProvider
>

/** A file of routes. */
export type Register = (scope: Scope, api: Api) => void | Promise<void>
