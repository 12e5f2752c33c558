import type { FastifyReply } from 'fastify'
import type { DialectContext } from '../../dialect.ts'
import { beginEvents, heartbeat, heartbeatMs } from '../../event-stream.ts'

/** An answer that is told event by event. */
export interface Events {
  send(event: string, data: unknown): void
  end(): void
}

/** Answers with an event stream. To who has gone nothing is sent any more. */
export function openEvents({ after }: Pick<DialectContext, 'after'>, reply: FastifyReply): Events {
  const raw = beginEvents(reply)
  const write = (text: string): void => {
    if (!raw.writableEnded && !raw.destroyed) raw.write(text)
  }
  raw.on('error', () => {})
  let cancel = after(heartbeatMs, beat)
  function beat(): void {
    write(heartbeat)
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
