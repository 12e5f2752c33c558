import { session as noun } from '#domain/session/session.ts'
import type { SessionEvent } from '#domain/session/events.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Engine, Followed } from '#engine/api.ts'

type Listener = (event: SessionEvent) => void

/** Tells whoever waits what happens to a session, right after it is committed. Nothing is followed while nobody waits. */
export class Watch {
  readonly #feed: Engine['feed']
  readonly #listeners = new Map<Id, Set<Listener>>()
  #unfollow: (() => void) | undefined

  constructor({ feed }: Pick<Engine, 'feed'>) {
    this.#feed = feed
  }

  /** Everything that commits from now on; answers with what ends it. */
  on(session: Id, listener: Listener): () => void {
    const listeners = this.#listeners.get(session) ?? new Set()
    this.#listeners.set(session, listeners.add(listener))
    this.#unfollow ??= this.#feed.follow(this.#feed.lastSeq(), (batch) => this.#tell(batch))
    return () => this.#off(session, listener)
  }

  #off(session: Id, listener: Listener): void {
    const listeners = this.#listeners.get(session)
    listeners?.delete(listener)
    if (listeners?.size === 0) this.#listeners.delete(session)
    if (this.#listeners.size > 0) return
    this.#unfollow?.()
    this.#unfollow = undefined
  }

  #tell(batch: readonly Followed[]): void {
    for (const { recorded } of batch) {
      if (recorded.noun !== noun.name) continue
      for (const listener of this.#listeners.get(recorded.aggregate) ?? []) listener(recorded.event as SessionEvent)
    }
  }
}
