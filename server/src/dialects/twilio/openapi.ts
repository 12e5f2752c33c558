import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { callbackBody } from './resources.ts'

/** The head of the OpenAPI document; its paths and schemas come from the routes. */
export const openapi: NonNullable<FastifyDynamicSwaggerOptions['openapi']> = {
  openapi: '3.1.0',
  info: {
    title: 'Conversation Orchestrator (Conversations API v2)',
    version: '2.0.0',
    description: [
      'The API that the official helper libraries speak: point their base URL here.',
      'In the body of a POST or PUT, null means "absent". In a PATCH it clears what can be cleared, unless the body also has null on `status`, `configuration`, `metadata`, `displayName`, `memoryStoreId` or `conversationGroupingType`: then every null means "absent".',
      'Every write takes an `Idempotency-Key` (a UUID): the same request repeated within 24 hours gets the same answer.',
      'Names in queries match whatever their case. Unknown fields are ignored.',
    ].join('\n\n'),
  },
  components: {
    securitySchemes: {
      basic: { type: 'http', scheme: 'basic', description: 'API key SID and secret, or account SID and auth token.' },
    },
  },
  security: [{ basic: [] }],
  tags: [
    { name: 'Configurations', description: 'The rules conversations are grouped, timed and reported by.' },
    { name: 'Operations', description: 'What became of writes that were answered 202.' },
    { name: 'Conversations', description: 'What is said between the same parties until it is over.' },
    { name: 'Participants', description: 'Who takes part.' },
    { name: 'Communications', description: 'What was said.' },
  ],
  webhooks: {
    statusCallback: {
      post: {
        summary: 'What happened to a conversation',
        description:
          'Sent to each URL of `statusCallbacks`. `X-Twilio-Signature` signs the URL, which carries `bodySHA256`; `I-Twilio-Idempotency-Token` is the same on every try.',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Callback' } } },
        },
        responses: { '2XX': { description: 'Taken. The body is ignored.' } },
      },
    },
  },
}

/** Schemas that no route mentions. */
export const components = { schemas: { Callback: callbackBody } }
