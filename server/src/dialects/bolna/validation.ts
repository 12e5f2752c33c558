import type { FastifySchemaCompiler } from 'fastify'
import { validatorCompiler } from 'fastify-zod-openapi'
import type * as z from 'zod'

/** Checks a request against its schemas. No body is an empty one: what it lacks is then named. */
export const validation: FastifySchemaCompiler<z.ZodType> = (route) => {
  const validate = validatorCompiler(route)
  return route.httpPart === 'body' ? (body: unknown) => validate(body ?? {}) : validate
}
