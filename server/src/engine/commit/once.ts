import { refuse } from '#domain/vocabulary/refusal.ts'
import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Once, Outcome, Rendered } from '../api.ts'
import type { Storage, System } from '../ports.ts'
import type { AnswerRow } from '../ports/rows.ts'
import { StorageUnavailable } from '../ports/storage.ts'
import type { Executed } from '../unit/executor.ts'

/** How long an answer is kept, in real time. */
const answersKeptMs: Milliseconds = 24 * 3_600_000
const perForget = 1_000
/** How long a request waits for its twin that is being answered. */
const twinWaitMs: Milliseconds = 25_000

/** Requests repeated with the same key get the first one's answer: stored with its decision, in one transaction. */
export class Answers {
  readonly #storage: Storage
  readonly #system: System
  readonly #running = new Map<string, { readonly fingerprint: string; readonly over: Promise<void> }>()

  constructor(storage: Storage, system: System) {
    this.#storage = storage
    this.#system = system
  }

  async once<Value>(
    once: Once<Value>,
    run: (answer: (value: Value) => AnswerRow | undefined) => Promise<Executed<Value>>,
  ): Promise<Outcome<Value>> {
    const name = `${once.scope}\n${once.key}`
    for (;;) {
      const twin = this.#running.get(name)
      if (twin === undefined) break
      if (twin.fingerprint !== once.fingerprint) return reused
      if (!(await this.#waitFor(twin.over))) return running
    }
    let finish: () => void = () => {}
    this.#running.set(name, { fingerprint: once.fingerprint, over: new Promise((resolve) => (finish = resolve)) })
    try {
      const stored = await this.#read(once)
      if (stored === 'unavailable') return unavailable
      if (stored !== null) return replay(once, stored)
      const executed = await run((value) => this.#row(once, value))
      return 'stored' in executed ? replay(once, executed.stored) : executed
    } finally {
      this.#running.delete(name)
      finish()
    }
  }

  /** Removes what is too old to be asked for, a little at a time until nothing is left of it. */
  async forget(): Promise<void> {
    while ((await this.#storage.forgetAnswers(this.#system.now() - answersKeptMs, perForget)) === perForget);
  }

  async #read(once: Once<never>): Promise<AnswerRow | null | 'unavailable'> {
    try {
      const stored = await this.#storage.answer(once.scope, once.key)
      if (stored === null || stored.at > this.#system.now() - answersKeptMs) return stored
      await this.forget()
      return await this.#storage.answer(once.scope, once.key)
    } catch (error) {
      if (error instanceof StorageUnavailable) return 'unavailable'
      throw error
    }
  }

  #row<Value>(once: Once<Value>, value: Value): AnswerRow | undefined {
    const rendered: Rendered | undefined = once.render(value)
    if (rendered === undefined) return undefined
    return {
      scope: once.scope,
      key: once.key,
      fingerprint: once.fingerprint,
      status: rendered.status,
      headersJson: JSON.stringify(rendered.headers),
      body: rendered.body,
      at: this.#system.now() satisfies Instant,
    }
  }

  async #waitFor(over: Promise<void>): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#system.after(twinWaitMs, () => resolve(false))
      void over.then(() => {
        cancel()
        resolve(true)
      })
    })
  }
}

function replay(once: Pick<Once<never>, 'fingerprint'>, stored: AnswerRow): Outcome<never> {
  if (stored.fingerprint !== once.fingerprint) return reused
  const headers = JSON.parse(stored.headersJson) as Record<string, string>
  return { replayed: { status: stored.status, headers, body: stored.body } }
}

const reused = refuse(
  'idempotency_reused',
  'This idempotency key was used for another request; use a new key for a new request.',
)
const running = refuse(
  'idempotency_running',
  'The first request with this idempotency key is still being answered; try again in a moment.',
)
const unavailable = refuse('unavailable', 'The store cannot be read right now; try again later.')
