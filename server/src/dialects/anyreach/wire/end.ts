import type { FastifySchema } from 'fastify'
import * as z from 'zod'
import { documented, error } from '../documented.ts'
import { statuses } from '../vocabulary.ts'
import { shownAs } from './shown-as.ts'

/** Ending a conversation, in the law's own words (A19 to A23): the document says them to the letter. */

export const endedParams = z.object({
  conversation_id: z.string().meta({ description: 'The text conversation to end.' }),
})

/** In version 3.0.3 a reference says nothing beside itself; the law has a sentence beside one all the same. */
const status = z.enum(statuses).meta(
  shownAs({
    $ref: '#/components/schemas/Status',
    description: 'The conversation status after ending — always completed.',
  }),
)

/** A20. All of them are always there, which the law does not promise. */
export const ended = z
  .object({
    conversation_id: z.string().meta({ description: 'The conversation that was ended.' }),
    status,
    duration: z.int().nullable().meta({ description: "The conversation's wall-clock duration in seconds." }),
    summary: z
      .string()
      .nullable()
      .meta({ description: 'A short summary of the conversation, when one was generated.' }),
  })
  .meta({
    id: 'EndConversationResponse',
    override: ({ jsonSchema }) => {
      delete jsonSchema.required
    },
  })
export type Ended = z.output<typeof ended>

export const endedAnswers: FastifySchema['response'] = {
  ...documented({}),
  200: answer('The conversation was ended (or was already completed).', ended),
  403: answer("The token's role doesn't grant access to this action.", error),
  404: answer('The conversation does not exist.', error),
  409: answer('The conversation is not a text channel, or is in a non-active, non-completed state.', error),
}

function answer(description: string, schema: z.ZodType) {
  return { description, content: { 'application/json': { schema } } }
}
