import type { Dispatcher } from 'undici'
import type { System } from '#engine/ports.ts'
import type { AnswerHead, Asked } from '#services/ports.ts'
import { failed, GivenUp, TooLarge, TooSlow } from './failures.ts'

/** As much of a body as is read: to keep the connection, or because it was asked for; and as it comes. */
const maxBody = { bytes: 64 * 1024, words: '64 KB' }
const maxStream = { bytes: 1024 * 1024, words: '1 MB' }

/** How an exchange ends, and when it does: at the first final status, the rest being read off; or with the body, all of it. */
export interface Ending {
  readonly at: 'status' | 'body'
  readonly withinMs: number
  /** Given up when it aborts. */
  readonly signal?: AbortSignal | undefined
  /** Told each piece of the body when it comes. */
  readonly onText?: (text: string, head: AnswerHead) => void
  /** Called with the first answer or failure; what comes after it does not count. */
  settle(asked: Asked): void
}

/** One request on its way. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #ending: Ending
  readonly #release: () => void
  readonly #decoder = new TextDecoder() // without a byte order mark; what is not UTF-8 is replaced
  #controller: Dispatcher.DispatchController | undefined
  #stopped: Error | undefined
  #head: AnswerHead = { status: 0, type: '' }
  #text = ''
  #bodyBytes = 0

  constructor(system: System, ending: Ending) {
    this.#ending = ending
    const { withinMs, signal } = ending
    const giveUp = (): void => this.#stop(new GivenUp())
    const cancelTimer = system.after(withinMs, () => this.#stop(new TooSlow(withinMs)))
    signal?.addEventListener('abort', giveUp)
    this.#release = () => {
      cancelTimer()
      signal?.removeEventListener('abort', giveUp)
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#stopped) controller.abort(this.#stopped)
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status < 200) return
    this.#head = { status, type: typeOf(headers['content-type']) }
    if (this.#ending.at === 'status') this.#ending.settle({ status, body: '' })
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    const most = this.#ending.onText ? maxStream : maxBody
    this.#bodyBytes += chunk.length
    if (this.#bodyBytes > most.bytes) this.#stop(new TooLarge(most.words))
    else if (this.#ending.at === 'body') this.#take(this.#decoder.decode(chunk, { stream: true }))
  }

  onResponseEnd(): void {
    this.#release()
    if (this.#ending.at !== 'body') return
    this.#take(this.#decoder.decode())
    this.#ending.settle({ status: this.#head.status, body: this.#text })
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#release()
    this.#ending.settle(failed(error))
  }

  #take(text: string): void {
    if (text === '' || this.#stopped) return
    this.#text += text
    this.#ending.onText?.(text, this.#head)
  }

  /** Settles at once: a request that still waits for a connection cannot be taken back. */
  #stop(reason: Error): void {
    this.#ending.settle(failed(reason))
    this.#stopped ??= reason
    this.#controller?.abort(reason)
  }
}

function typeOf(header: string | string[] | undefined): string {
  const [type = ''] = String(header ?? '').split(';')
  return type.trim().toLowerCase()
}
