import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Services } from '#services/api.ts'
import type { DialectContext } from '../../dialect.ts'

type Needs = Pick<DialectContext, 'after'> & {
  readonly services: Pick<Services, 'events' | 'sessions'>
}

/** Looks at a session as an event has left it; undefined: it is over with waiting. */
type Look = (session: Session | undefined) => void

/** Those of one account who wait, by session, and how to stop following its events. */
interface Waiting {
  readonly bySession: Map<Id, Set<Look>>
  unfollow(): void
}

interface Patience {
  /** How many may wait for one account; who comes then is answered at once. */
  readonly most?: number
  /** Nobody waits any more. */
  readonly gone?: AbortSignal
}

const mostWaiting = 1_000

/** Waiting for what becomes of sessions: whoever waits is woken by their events, and nothing is asked again and again. */
export class Waits {
  readonly #needs: Needs
  readonly #accounts = new Map<string, Waiting>()
  #isOver = false

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /**
   * Resolves when the session is as wanted, or erased, when the time is up, when `gone` fires, or when the server stops. At once
   * where too many wait already.
   */
  async until(
    account: string,
    id: Id,
    isWanted: (session: Session) => boolean,
    longestMs: Milliseconds,
    { most = mostWaiting, gone }: Patience = {},
  ): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const leave = this.#join(account, id, most, (session) => {
      if (session === undefined || session.state === 'erasing' || isWanted(session)) resolve()
    })
    if (!leave) return
    const cancel = this.#needs.after(longestMs, resolve)
    gone?.addEventListener('abort', () => resolve(), { once: true })
    try {
      // Looked at after it is followed, so that nothing is missed in between.
      const view = await this.#needs.services.sessions.get(account, id)
      if (view && !isWanted(view.session) && gone?.aborted !== true) await promise
    } finally {
      cancel()
      leave()
    }
  }

  /** Before the server stops: nobody waits any more. */
  endAll(): void {
    this.#isOver = true
    for (const { bySession } of this.#accounts.values())
      for (const waiters of bySession.values()) for (const look of waiters) look(undefined)
  }

  #join(account: string, id: Id, most: number, look: Look): (() => void) | undefined {
    if (this.#isOver) return undefined
    const waiting = this.#accounts.getOrInsertComputed(account, () => this.#follow(account))
    if (waiting.bySession.size >= most) return undefined
    const own = waiting.bySession.getOrInsertComputed(id, () => new Set())
    own.add(look)
    return () => {
      own.delete(look)
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
        if (recorded.noun !== 'session') continue
        for (const look of bySession.get(recorded.aggregate) ?? []) look(after as Session)
      }
    })
    return { bySession, unfollow }
  }
}
