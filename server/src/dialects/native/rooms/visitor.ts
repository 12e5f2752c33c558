import type { RawData, WebSocket } from 'ws'
import type { DialectContext } from '#dialects/dialect.ts'
import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import { isRefused, type Refusal } from '#domain/vocabulary/refusal.ts'
import type { Heard, Presence, Seat } from '#services/rooms/api.ts'
import { joined, readFrame, shown, type Frame, type Told } from './words.ts'

const beatMs: Milliseconds = 15_000
/** How many beats may go unanswered: a socket whose other end has vanished says nothing of it. */
const mostUnanswered = 2
const mostPerSecond = 20
/** How many of its messages may wait for the store. */
const mostWaiting = 40
/** What may wait for a reader to make room. */
const mostBuffered = 4 * 1024 * 1024

/** Close codes (RFC 6455 section 7.4.1; those from 4000 on are our own). */
const closing = {
  over: 1000,
  binary: 1003,
  policy: 1008,
  failed: 1011,
  stopping: 1012,
  replaced: 4001,
  refused: 4003,
} as const

type Context = Pick<DialectContext, 'services' | 'now' | 'after' | 'log'>

/** One socket in a room: what it says is taken in order, what it may cost is bounded. */
export class Visitor {
  readonly #ws: WebSocket
  readonly #seat: Seat
  readonly #context: Context
  #presence: Presence | undefined
  /** What was heard before it was told that it is in. */
  #early: Heard[] | undefined = []
  #turn: Promise<void> = Promise.resolve()
  #waiting = 0
  #unanswered = 0
  #since: Instant = 0
  #count = 0
  #stopBeating: (() => void) | undefined
  #isDismissed = false

  constructor(ws: WebSocket, seat: Seat, context: Context) {
    this.#ws = ws
    this.#seat = seat
    this.#context = context
    ws.on('message', (data, isBinary) => this.#take(data, isBinary))
    ws.on('ping', () => void this.#isTooFast())
    ws.on('pong', () => (this.#unanswered = 0))
    // What is wrong with a frame closes the socket by itself, with the code that says so.
    ws.on('error', () => {})
    ws.once('close', () => this.#gone())
    this.#beat()
  }

  async enter(): Promise<void> {
    this.#turn = this.#enter().catch((error: unknown) => this.#broken(error))
    await this.#turn
  }

  /** The server stops: resolves when the socket is gone. Its seat is left as it is, for the next process. */
  dismiss(patienceMs: Milliseconds): Promise<void> {
    this.#isDismissed = true
    const { promise, resolve } = Promise.withResolvers<void>()
    if (this.#ws.readyState === this.#ws.CLOSED) return Promise.resolve()
    const cancel = this.#context.after(patienceMs, () => this.#ws.terminate())
    this.#ws.once('close', () => {
      cancel()
      resolve()
    })
    this.#ws.close(closing.stopping, 'the server is stopping: come back')
    return promise
  }

  async #enter(): Promise<void> {
    const presence = await this.#context.services.rooms.enter(this.#seat, (heard) => this.#hear(heard))
    if (isRefused(presence)) return this.#refused(presence.refusal, closing.refused)
    this.#presence = presence
    if (this.#ws.readyState !== this.#ws.OPEN) return this.#lost()
    this.#send(joined(presence, this.#seat))
    const early = this.#early ?? []
    this.#early = undefined
    for (const heard of early) this.#hear(heard)
  }

  #hear(heard: Heard): void {
    if (this.#early) return void this.#early.push(heard)
    if (heard.is === 'replaced') {
      this.#send({ type: 'error', code: 'replaced', message: 'You have joined over another connection.' })
      return this.#ws.close(closing.replaced, 'joined over another connection')
    }
    this.#send(shown(heard))
    if (heard.is === 'over') this.#ws.close(closing.over)
  }

  #take(data: RawData, isBinary: boolean): void {
    if (this.#ws.readyState !== this.#ws.OPEN || this.#isTooFast()) return
    if (isBinary) return this.#ws.close(closing.binary, 'only text frames are read here')
    const told = readFrame(frameText(data))
    if (!told) {
      const message = 'Send JSON: {"type":"say","text":"…"}, {"type":"leave"} or {"type":"ping"}.'
      return this.#send({ type: 'error', code: 'malformed', message })
    }
    if (told.type === 'ping') return this.#send({ type: 'pong' })
    if (this.#waiting >= mostWaiting)
      return this.#send({
        type: 'error',
        code: 'busy',
        message: 'Too much waits to be kept: say it again in a moment.',
      })
    this.#waiting++
    this.#turn = this.#turn
      .then(() => this.#do(told))
      .catch((error: unknown) => this.#broken(error))
      .finally(() => this.#waiting--)
  }

  async #do(told: Exclude<Told, { readonly type: 'ping' }>): Promise<void> {
    if (!this.#presence || this.#ws.readyState !== this.#ws.OPEN) return
    if (told.type === 'say') {
      const refused = await this.#presence.say(told.text)
      if (refused) return this.#refused(refused.refusal)
      // What is said to the agent alone comes back to nobody else.
      return this.#seat.mode === 'whisper' ? this.#send({ type: 'advised', text: told.text }) : undefined
    }
    await this.#presence.leave()
    // Who takes part hears that it is over, and is closed by that.
    if (this.#seat.role === 'listener') this.#ws.close(closing.over)
  }

  #refused({ code, message }: Refusal, close?: number): void {
    this.#send({ type: 'error', code, message })
    if (close !== undefined) this.#ws.close(close, code)
  }

  #send(frame: Frame): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return
    this.#ws.send(JSON.stringify(frame))
    // Who does not read is let go, so that no buffer grows for them.
    if (this.#ws.bufferedAmount > mostBuffered) this.#ws.terminate()
  }

  #isTooFast(): boolean {
    const now = this.#context.now()
    if (Math.abs(now - this.#since) >= 1_000) {
      this.#since = now
      this.#count = 0
    }
    if (++this.#count <= mostPerSecond) return false
    this.#ws.close(closing.policy, `more than ${mostPerSecond} messages a second`)
    return true
  }

  #beat(): void {
    this.#stopBeating = this.#context.after(beatMs, () => {
      if (this.#unanswered >= mostUnanswered) return this.#ws.terminate()
      this.#unanswered++
      if (this.#ws.readyState === this.#ws.OPEN) this.#ws.ping()
      this.#beat()
    })
  }

  #gone(): void {
    this.#stopBeating?.()
    this.#lost()
  }

  #lost(): void {
    if (!this.#isDismissed) this.#presence?.lost()
  }

  #broken(error: unknown): void {
    const { log } = this.#context
    log.error({ error: error instanceof Error ? error.name : typeof error }, 'a message in a room broke')
    this.#ws.close(closing.failed)
  }
}

function frameText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString()
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString()
}
