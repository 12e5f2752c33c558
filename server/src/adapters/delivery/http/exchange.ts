import type { Dispatcher } from 'undici'
import type { System } from '#engine/ports.ts'
import type { Asked } from '#services/ports.ts'
import { failed, TooLarge, TooSlow } from './failures.ts'

/** As much of a body as is read: to keep the connection, or because it was asked for. */
const maxBodyBytes = 64 * 1024

/** How an exchange ends, and when it does: at the first final status, the rest being read off; or with the body, all of it. */
export interface Ending {
  readonly at: 'status' | 'body'
  readonly withinMs: number
  /** Called with the first answer or failure; what comes after it does not count. */
  settle(asked: Asked): void
}

/** One request on its way. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #ending: Ending
  readonly #cancelTimer: () => void
  readonly #chunks: Uint8Array[] = []
  #controller: Dispatcher.DispatchController | undefined
  #stopped: Error | undefined
  #status = 0
  #bodyBytes = 0

  constructor(system: System, ending: Ending) {
    this.#ending = ending
    this.#cancelTimer = system.after(ending.withinMs, () => this.#stop(new TooSlow(ending.withinMs)))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#stopped) controller.abort(this.#stopped)
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return
    this.#status = status
    if (this.#ending.at === 'status') this.#ending.settle({ status, body: '' })
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#bodyBytes += chunk.length
    if (this.#bodyBytes > maxBodyBytes) this.#stop(new TooLarge())
    else if (this.#ending.at === 'body') this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.#cancelTimer()
    if (this.#ending.at === 'body') this.#ending.settle({ status: this.#status, body: textOf(this.#chunks) })
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#cancelTimer()
    this.#ending.settle(failed(error))
  }

  /** Settles at once: a request that still waits for a connection cannot be taken back. */
  #stop(reason: Error): void {
    this.#ending.settle(failed(reason))
    this.#stopped ??= reason
    this.#controller?.abort(reason)
  }
}

/** Without a byte order mark; what is not UTF-8 is replaced. */
function textOf(chunks: readonly Uint8Array[]): string {
  return new TextDecoder().decode(Buffer.concat(chunks))
}
