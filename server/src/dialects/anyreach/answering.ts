import type { FastifyReply } from 'fastify'
import type { Problem } from './errors.ts'

/** Answers with a problem; every body is `{"detail": …}`, a 422 has `errors` beside it (A24, D9). */
export function sendProblem(reply: FastifyReply, { status, detail, errors, headers = {} }: Problem): FastifyReply {
  return reply
    .code(status)
    .headers(headers)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ detail, ...(errors && { errors }) }))
}

/** Answers with a value as JSON. */
export function sendJson(reply: FastifyReply, status: number, value: unknown): FastifyReply {
  return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(value))
}

/** Answers with an array of what is JSON already. */
export function sendArray(reply: FastifyReply, texts: readonly string[]): FastifyReply {
  return reply
    .code(200)
    .type('application/json; charset=utf-8')
    .send(`[${texts.join(',')}]`)
}
