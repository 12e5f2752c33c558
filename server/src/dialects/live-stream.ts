import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { DialectContext } from './dialect.ts'
import { beginEvents, heartbeat, heartbeatMs } from './event-stream.ts'

/** How long a reader may take to make room before it is let go. */
const patienceMs = 30_000
/** How long the last word may take to leave. */
const graceMs = 5_000

/** The answers that go on for long, by account; they are all ended before the server stops. */
export class Streams {
  readonly #open = new Map<string, Set<() => void>>()
  readonly #most: number

  /** `most`: of one account at once. */
  constructor(most: number) {
    this.#most = most
  }

  /** False: the account has too many open. */
  add(account: string, end: () => void): boolean {
    const own = this.#open.getOrInsertComputed(account, () => new Set())
    if (own.size >= this.#most) return false
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

/** A stream of events that goes on until one side ends it. */
export interface Live {
  /** Resolves when there is room for more; a reader that makes none for half a minute is let go. */
  write(text: string): Promise<void>
  end(farewell?: string): void
  isOver(): boolean
}

interface Asked {
  readonly account: string
  readonly reply: FastifyReply
  /** Whether the credential that opened it is still good for it. */
  isAllowed(): Promise<boolean>
  /** It is over, whoever ended it. */
  onEnd(): void
}

/** Answers with an event stream. A credential that is revoked ends it with the next heartbeat. Undefined: the account has too many open. */
export function openLive(
  streams: Streams,
  { after }: Pick<DialectContext, 'after'>,
  { account, reply, isAllowed, onEnd }: Asked,
): Live | undefined {
  const { raw } = reply
  let cancelBeat = (): void => {}
  let isOver = false
  const end = (farewell = ''): void => {
    if (isOver) return
    isOver = true
    cancelBeat()
    streams.remove(account, endNow)
    onEnd()
    if (raw.writableEnded || raw.destroyed) return
    raw.end(farewell)
    // Who does not even read that goes without it.
    raw.once(
      'close',
      after(graceMs, () => raw.destroy()),
    )
  }
  const endNow = (): void => end(': the server is stopping; connect again with Last-Event-ID\n\n')
  if (!streams.add(account, endNow)) return undefined

  beginEvents(reply)
  raw.write(': the stream is open\nretry: 1000\n\n')
  raw.once('close', () => end())
  raw.on('error', () => end())

  const beat = (): void => {
    raw.write(heartbeat)
    cancelBeat = after(heartbeatMs, beat)
    isAllowed().then(
      (allowed) => {
        if (!allowed)
          end(': the credential of this stream is no longer valid for it; connect again with another one\n\n')
      },
      // Nobody can tell right now: the next heartbeat asks again.
      () => {},
    )
  }
  cancelBeat = after(heartbeatMs, beat)
  return {
    isOver: () => isOver,
    end,
    async write(text) {
      if (isOver || raw.write(text) || (await drained(raw, after))) return
      end(': too slow: connect again with Last-Event-ID to go on where you are\n\n')
    },
  }
}

/** Whether what was written has left in time. */
function drained(raw: ServerResponse, after: DialectContext['after']): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (left: boolean) => (): void => {
      cancel()
      raw.off('drain', drain).off('close', drain)
      resolve(left)
    }
    const drain = done(true)
    const cancel = after(patienceMs, done(false))
    raw.once('drain', drain).once('close', drain)
  })
}
