import * as z from 'zod'

/** A24, in the law's own words. */
export const error = z
  .looseObject({
    detail: z
      .string()
      .optional()
      .meta({ description: 'A human-readable description of the error.', example: 'Conversation not found' }),
  })
  .meta({ id: 'Error' })

/** D9: the same with what is wrong where. */
const validationError = z
  .looseObject({
    detail: z.string(),
    errors: z
      .array(z.looseObject({ loc: z.array(z.union([z.string(), z.int()])), msg: z.string(), type: z.string() }))
      .optional(),
  })
  .meta({ id: 'ValidationError' })

/** One of the server-sent events of a stream; its data is JSON. */
export const streamedEvent = z
  .looseObject({ event: z.string(), data: z.string().meta({ description: 'JSON' }), id: z.string().optional() })
  .meta({ id: 'StreamedEvent' })

const ofStatus = {
  400: error,
  401: error,
  403: error,
  404: error,
  409: error,
  422: validationError,
  429: error,
  502: error,
} as const

/**
 * The answers of a route for its documentation; what is sent is ready bytes, so that the schema encodes nothing. `errors`: those that
 * clients are to know by their status.
 */
export function documented(
  answers: Readonly<Record<number, z.ZodType>>,
  ...errors: readonly (keyof typeof ofStatus)[]
): Readonly<Record<string, z.ZodType>> {
  const named: Record<string, z.ZodType> = Object.fromEntries(errors.map((status) => [status, ofStatus[status]]))
  return { ...answers, ...named, '4XX': error, '5XX': error }
}
