import type { FastifySchemaCompiler } from 'fastify'
import { validatorCompiler } from 'fastify-zod-openapi'
import type * as z from 'zod'
import { parseBody, readQuery, withMeantNulls, withoutNulls } from './reading.ts'

/** Checks a request against its schemas, after queries and nulls have been read as their clients mean them. */
export const validation: FastifySchemaCompiler<z.ZodType> = (route) => {
  const validate = validatorCompiler(route)
  if (route.httpPart === 'body') {
    const read = route.method === 'PATCH' ? withMeantNulls : withoutNulls
    return (body: unknown) => validate(read(body === undefined ? parseBody('') : body))
  }
  if (route.httpPart === 'querystring') {
    const names = Object.keys((route.schema as z.ZodObject).shape)
    return (query: unknown) => validate(readQuery(query, names))
  }
  return validate
}
