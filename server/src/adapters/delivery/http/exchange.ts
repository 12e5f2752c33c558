import type { Dispatcher } from 'undici'
import type { System } from '#engine/ports.ts'
import type { SendResult } from '#services/ports.ts'
import { failed, TooSlow } from './failures.ts'

/** As much of a body as is read to keep the connection. */
const maxBodyBytes = 64 * 1024

/** One request on its way. Settles with the first final status or the first failure; then reads the body off, within bounds. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #settle: (result: SendResult) => void
  readonly #cancelTimer: () => void
  #controller: Dispatcher.DispatchController | undefined
  #stopped: Error | undefined
  #bodyBytes = 0

  constructor(system: System, totalTimeoutMs: number, settle: (result: SendResult) => void) {
    this.#settle = settle
    this.#cancelTimer = system.after(totalTimeoutMs, () => {
      settle({ error: `The receiver did not answer within ${totalTimeoutMs / 1000} s.`, refused: false })
      this.#stop(new TooSlow())
    })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#stopped) controller.abort(this.#stopped)
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    if (status >= 200) this.#settle({ status })
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#bodyBytes += chunk.length
    if (this.#bodyBytes > maxBodyBytes) this.#stop(new TooSlow())
  }

  onResponseEnd(): void {
    this.#cancelTimer()
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#cancelTimer()
    this.#settle(failed(error))
  }

  #stop(reason: Error): void {
    this.#stopped ??= reason
    this.#controller?.abort(reason)
  }
}
