import type { FastifyBaseLogger, FastifyInstance, FastifySchema, RawServerDefault } from 'fastify'
import type { FastifyZodOpenApiTypeProvider } from 'fastify-zod-openapi'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type * as z from 'zod'
import type { DialectContext } from '../dialect.ts'
import type { Answering } from './answering.ts'
import type { Pages } from './pages.ts'
import { errorResource } from './resources.ts'

/** What every route file is given. */
export interface Api {
  readonly context: DialectContext
  readonly answering: Answering
  readonly pages: Pages
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
  return { ...answers, '4XX': errorResource, '5XX': errorResource }
}
