/** The parts of the OpenAPI document that no route says. */
export const info = {
  info: {
    title: 'Colloquy',
    version: '1',
    description:
      'What state each conversation is in, when it will leave it, why it ended, and who has been told. ' +
      'Authorize with `Authorization: Bearer $COLLOQUY_KEY`. Writes take an `Idempotency-Key`; errors are RFC 9457 problems.',
  },
  servers: [{ url: '/' }],
  components: {
    securitySchemes: {
      account: { type: 'http' as const, scheme: 'bearer', description: 'A key of the account, COLLOQUY_KEY' },
      admin: {
        type: 'http' as const,
        scheme: 'bearer',
        description: 'The admin key of the server, COLLOQUY_ADMIN_KEY',
      },
    },
  },
  security: [{ account: [] }],
}

const header = (name: string, description: string) => ({
  name,
  in: 'header' as const,
  description,
  schema: { type: 'string' as const },
})

/** What is sent to webhook endpoints. */
export const webhooks = {
  event: {
    post: {
      summary: 'Something happened',
      description:
        'Signed as Standard Webhooks has it. Any 2xx within 15 s is a success; otherwise it is tried again for a day.',
      parameters: [
        header('webhook-id', 'The id of the event, the same on every try'),
        header('webhook-timestamp', 'Seconds since 1970, of this try'),
        header(
          'webhook-signature',
          '`v1,` and base64 of HMAC-SHA-256 over `id.timestamp.body`; two while a rotation lasts',
        ),
      ],
      requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Event' } } } },
      responses: { 200: { description: 'Any 2xx' } },
    },
  },
}
