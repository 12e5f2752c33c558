import type { FastifyReply } from 'fastify'
import type { DialectContext } from '../../dialect.ts'

const heartbeatMs = 15_000

/** An answer that is told event by event. */
export interface Events {
  send(event: string, data: unknown): void
  end(): void
}

/** Answers with an event stream. To who has gone nothing is sent any more. */
export function openEvents({ after }: Pick<DialectContext, 'after'>, reply: FastifyReply): Events {
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
  const write = (text: string): void => {
    if (!raw.writableEnded && !raw.destroyed) raw.write(text)
  }
  raw.on('error', () => {})
  let cancel = after(heartbeatMs, beat)
  function beat(): void {
    write(': still here\n\n')
    cancel = after(heartbeatMs, beat)
  }
  raw.once('close', () => cancel())
  return {
    send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    end: () => {
      cancel()
      if (!raw.writableEnded && !raw.destroyed) raw.end()
    },
  }
}
