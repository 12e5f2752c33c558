import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Services } from '#services/api.ts'
import type { DialectContext } from '../dialect.ts'

type Needs = Pick<DialectContext, 'after'> & {
  readonly services: Pick<Services, 'events' | 'sessions'>
}

/** Those of one account who wait, by session, and how to stop following its events. */
interface Waiting {
  readonly bySession: Map<Id, Set<() => void>>
  unfollow(): void
}

/** How many may wait at once for one account; who comes then is answered at once. */
const mostWaiting = 1_000

/** Long polls (section 10): whoever waits for a call's end is woken by its last event, and nothing is asked again and again. */
export class Waits {
  readonly #needs: Needs
  readonly #accounts = new Map<string, Waiting>()
  #isOver = false

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /** Resolves when the session has ended, when the time is up, when `gone` fires, or when the server stops. */
  async forEnd(account: string, id: Id, longestMs: Milliseconds, gone?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const leave = this.#join(account, id, resolve)
    if (!leave) return
    const cancel = this.#needs.after(longestMs, resolve)
    gone?.addEventListener('abort', () => resolve(), { once: true })
    try {
      // Looked at after it is followed, so that its end is not missed in between.
      const view = await this.#needs.services.sessions.get(account, id)
      if (view && view.session.state !== 'ended' && gone?.aborted !== true) await promise
    } finally {
      cancel()
      leave()
    }
  }

  /** Before the server stops: nobody waits any more. */
  endAll(): void {
    this.#isOver = true
    for (const { bySession } of this.#accounts.values())
      for (const waiters of bySession.values()) for (const wake of waiters) wake()
  }

  #join(account: string, id: Id, wake: () => void): (() => void) | undefined {
    if (this.#isOver) return undefined
    const waiting = this.#accounts.getOrInsertComputed(account, () => this.#follow(account))
    if (waiting.bySession.size >= mostWaiting) return undefined
    const own = waiting.bySession.getOrInsertComputed(id, () => new Set())
    own.add(wake)
    return () => {
      own.delete(wake)
      if (own.size === 0 && waiting.bySession.get(id) === own) waiting.bySession.delete(id)
      if (waiting.bySession.size > 0 || this.#accounts.get(account) !== waiting) return
      this.#accounts.delete(account)
      waiting.unfollow()
    }
  }

  #follow(account: string): Waiting {
    const bySession: Waiting['bySession'] = new Map()
    const { events } = this.#needs.services
    const unfollow = events.follow(account, events.lastSeq(), (batch) => {
      for (const { recorded, after } of batch) {
        if (recorded.noun !== 'session' || !bySession.has(recorded.aggregate)) continue
        const { state } = after as Session
        if (state === 'ended' || state === 'erasing') for (const wake of bySession.get(recorded.aggregate) ?? []) wake()
      }
    })
    return { bySession, unfollow }
  }
}
