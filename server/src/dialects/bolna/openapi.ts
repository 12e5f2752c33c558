import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'

/** The head of the OpenAPI document; its paths and schemas come from the routes. */
export const openapi: NonNullable<FastifyDynamicSwaggerOptions['openapi']> = {
  openapi: '3.1.0',
  info: {
    title: 'Calls (Bolna)',
    version: '2.0.0',
    description: [
      "The API that Bolna's clients speak: put this host in place of theirs, and a key of the account in place of its own.",
      'A key begins with `bn-`; the bearer keys of the account are taken too. Ids are read dashed or as 32 hexadecimal digits.',
      '`POST /call` and other writes take an `Idempotency-Key` (1 to 128 characters): the same request repeated within 24 hours gets the same answer.',
      'What is ours in an execution is under `x`. Unknown fields of requests are ignored, those of agents are kept.',
    ].join('\n\n'),
  },
  components: {
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'A key of the account.' } },
  },
  security: [{ bearer: [] }],
  tags: [
    { name: 'Calls', description: 'Ordering and steering calls.' },
    { name: 'Executions', description: 'What became of calls.' },
    { name: 'Agents', description: 'Who talks.' },
    { name: 'Batches', description: 'Many calls from one list.' },
    { name: 'Inbound', description: 'Which agent answers a number.' },
    { name: 'Phone numbers', description: "The account's own numbers." },
    { name: 'Webhooks', description: 'What receivers were told, and telling them again.' },
    { name: 'Recordings', description: 'The sound of calls.' },
    { name: 'User', description: 'The account.' },
    { name: 'Errors', description: 'What the integers in answers mean.' },
  ],
  webhooks: {
    execution: {
      post: {
        summary: 'An execution has changed its status',
        description:
          'Sent to `agent_config.webhook_url` for each change of status: the execution as of that change, the same bytes on every try. `X-Webhook-Id` is the same on retries and replays; with a secret, `X-Webhook-Signature` is `v1=` and the hex HMAC-SHA256 of `<X-Webhook-Timestamp>.<raw body>`.',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Execution' } } },
        },
        responses: { '2XX': { description: 'Taken. The body is ignored.' } },
      },
    },
  },
}

/** Every schema is mentioned by a route. */
export const components = {}
