import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'

/** How often something is sent to who waits, so that nothing between thinks that the other side has gone. */
export const heartbeatMs = 15_000
export const heartbeat = ': still here\n\n'

/** Begins an answer that is told event by event; from then on it is written by hand. */
export function beginEvents(reply: FastifyReply): ServerResponse {
  const { raw } = reply
  reply.hijack()
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  // Headers alone would wait for the first word.
  raw.flushHeaders()
  return raw
}
