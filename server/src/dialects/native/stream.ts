import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { Recorded } from '#engine/api.ts'
import { showEvent } from './events.ts'
import type { Answering, Native } from './scope.ts'

const heartbeatMs = 15_000
/** How long a reader may take to make room before it is let go. */
const patienceMs = 30_000
/** How long the last word may take to leave. */
const graceMs = 5_000
const mostStreams = 100

/** The event streams that are open, by account; they are all ended before the server stops. */
export class Streams {
  readonly #open = new Map<string, Set<() => void>>()

  add(account: string, end: () => void): boolean {
    const own = this.#open.getOrInsertComputed(account, () => new Set())
    if (own.size >= mostStreams) return false
    own.add(end)
    return true
  }

  remove(account: string, end: () => void): void {
    const own = this.#open.get(account)
    own?.delete(end)
    if (own?.size === 0) this.#open.delete(account)
  }

  endAll(): void {
    for (const own of this.#open.values()) for (const end of own) end()
  }
}

interface Asked {
  readonly native: Native
  readonly account: string
  /** The number of the last event seen. */
  readonly from: number
  readonly reply: Answering
  /** Whether the key that opened it is still good. */
  isAllowed(): Promise<boolean>
}

/**
 * Answers with an event stream that goes on until one side ends it. The next events are fetched only when the last ones
 * have left: a reader that makes no room for half a minute is told so and let go, so no buffer grows for it.
 * A key that is revoked ends it with the next heartbeat. False: the account has too many open.
 */
export function openStream(streams: Streams, { native, account, from, reply, isAllowed }: Asked): boolean {
  const { context, cursors } = native
  const { raw } = reply as FastifyReply
  const cancellations: (() => void)[] = []
  const end = (farewell = ''): void => {
    for (const cancel of cancellations.splice(0)) cancel()
    streams.remove(account, endNow)
    if (raw.writableEnded || raw.destroyed) return
    raw.end(farewell)
    // Who does not even read that goes without it.
    const cancel = context.after(graceMs, () => raw.destroy())
    raw.once('close', cancel)
  }
  const endNow = (): void => end(': the server is stopping; connect again with Last-Event-ID\n\n')
  if (!streams.add(account, endNow)) return false

  const full = reply as FastifyReply
  full.hijack()
  raw.writeHead(200, {
    ...(full.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  raw.write(': the stream is open\nretry: 1000\n\n')
  raw.once('close', () => end())
  raw.on('error', () => end())

  const beat = (): void => {
    raw.write(': still here\n\n')
    cancellations[0] = context.after(heartbeatMs, beat)
    isAllowed().then(
      (allowed) => {
        if (!allowed) end(': the key of this stream is no longer valid; connect again with another one\n\n')
      },
      // Nobody can tell right now: the next heartbeat asks again.
      () => {},
    )
  }
  cancellations.push(context.after(heartbeatMs, beat))
  const over = (): boolean => raw.writableEnded || raw.destroyed
  const send = async (batch: readonly Recorded[]): Promise<void> => {
    if (over()) return
    const text = batch.map((recorded) => frame(recorded, cursors.write('events', account, {}, recorded.seq))).join('')
    if (!raw.write(text) && !(await drained(raw, context)))
      end(': too slow: connect again with Last-Event-ID to go on where you are\n\n')
  }
  void catchUp(context.services.events, account, from, send, over).then(
    (seen) => {
      if (over()) return
      const follow = context.services.events.follow(account, seen, (batch) =>
        send(batch.map(({ recorded }) => recorded)),
      )
      cancellations.push(follow)
    },
    () => end(': the store is not available; connect again with Last-Event-ID\n\n'),
  )
  return true
}

/** Sends what the account has missed, from its own index; answers with the place in the whole log that this reaches. */
async function catchUp(
  events: Native['context']['services']['events'],
  account: string,
  from: number,
  send: (batch: readonly Recorded[]) => Promise<void>,
  over: () => boolean,
): Promise<number> {
  for (let seen = from; ;) {
    const newest = events.lastSeq()
    const page = await events.page(account, seen, 500)
    if (page.items.length === 0 || over()) return Math.max(seen, newest)
    await send(page.items)
    seen = page.next
  }
}

function frame(recorded: Recorded, cursor: string): string {
  return `id: ${cursor}\nevent: ${recorded.event.type}\ndata: ${JSON.stringify(showEvent(recorded))}\n\n`
}

/** Whether what was written has left in time. */
function drained(raw: ServerResponse, context: Native['context']): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (left: boolean) => (): void => {
      cancel()
      raw.off('drain', drain).off('close', drain)
      resolve(left)
    }
    const drain = done(true)
    const cancel = context.after(patienceMs, done(false))
    raw.once('drain', drain).once('close', drain)
  })
}
