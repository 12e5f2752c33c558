import { Worker } from 'node:worker_threads'
import { StorageUnavailable } from '#engine/ports/storage.ts'
import { end, newSignal } from './signal.ts'
import type { Answer, Tasks } from './tasks.ts'

interface Waiting {
  resolve(output: unknown): void
  reject(error: Error): void
}

/** The main thread's line to the writer and to the checkpointer. */
export class Line {
  readonly signal: Int32Array = newSignal()
  readonly #writer: Worker
  readonly #ended: { readonly writer: Promise<unknown>; readonly checkpointer: Promise<unknown> }
  readonly #waiting = new Map<number, Waiting>()
  #next = 1
  #broken: string | undefined

  constructor(file: string, maxPages: number | null) {
    const workerData = { file, maxPages, signal: this.signal }
    this.#writer = new Worker(new URL('./writer.ts', import.meta.url), { workerData })
    const checkpointer = new Worker(new URL('./checkpointer.ts', import.meta.url), { workerData })
    this.#writer.on('message', (answer: Answer) => this.#settle(answer))
    this.#writer.on('error', (error) => this.#break(`The writer of the store has stopped: ${(error as Error).message}`))
    this.#writer.on('exit', () => this.#break('The store is closed.'))
    checkpointer.on('error', () => {}) // the writer bounds the log without it, only less smoothly
    this.#ended = { writer: exit(this.#writer), checkpointer: exit(checkpointer) }
  }

  /** Resolves when the writer has begun, with the number of the newest event. */
  begun(): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#broken !== undefined) reject(new StorageUnavailable(this.#broken))
      else this.#waiting.set(0, { resolve: resolve as (output: unknown) => void, reject })
    })
  }

  tell<Name extends keyof Tasks>(name: Name, input: Tasks[Name]['input']): Promise<Tasks[Name]['output']> {
    return new Promise((resolve, reject) => {
      if (this.#broken !== undefined) {
        reject(new StorageUnavailable(this.#broken))
        return
      }
      const number = this.#next++
      this.#waiting.set(number, { resolve: resolve as (output: unknown) => void, reject })
      this.#writer.postMessage({ number, name, input })
    })
  }

  /** Lets the writer finish what it was told before, then ends both threads. */
  async close(): Promise<void> {
    end(this.signal)
    await this.#ended.checkpointer
    // last, because the last connection to close tidies the log away
    await this.tell('close', null).catch(() => {})
    await this.#ended.writer
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.number)
    this.#waiting.delete(answer.number)
    if ('output' in answer) waiting?.resolve(answer.output)
    else waiting?.reject(answer.unavailable ? new StorageUnavailable(answer.error) : new Error(answer.error))
  }

  #break(why: string): void {
    this.#broken ??= why
    for (const waiting of this.#waiting.values()) waiting.reject(new StorageUnavailable(why))
    this.#waiting.clear()
  }
}

function exit(worker: Worker): Promise<unknown> {
  return new Promise((resolve) => worker.once('exit', resolve))
}
