import { refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Feed, Followed } from '#engine/api.ts'
import type { DeliveryRow, DeliveryStore } from '#engine/ports/delivery-store.ts'
import type { System } from '#engine/ports.ts'
import type { Deliveries } from '../api.ts'
import type { Announcement, Frozen } from '../ports.ts'
import type { Announce } from './announcing.ts'
import type { Dispatch } from './dispatch.ts'
import { deliveryId } from './identity.ts'
import type { DeliveryLimits } from './limits.ts'
import type { Parked } from './parked.ts'
import type { Recorder } from './recorder.ts'
import { replayed, storedOf } from './rows.ts'

export interface ReplayOptions {
  readonly system: System
  readonly limits: DeliveryLimits
  readonly feed: Feed
  readonly store: DeliveryStore
  readonly announce: Announce
  readonly recorder: Recorder
  readonly parked: Parked
  readonly dispatch: Dispatch
}

type Answer = { readonly queued: number } | Refused

interface Range {
  readonly fromSeq: number
  readonly toSeq: number
  readonly target?: string
}

const pageRows = 500

/** Sends again: with the same token, in the order of the events, and with the whole schedule before it. */
export class Replay {
  readonly #options: ReplayOptions

  constructor(options: ReplayOptions) {
    this.#options = options
  }

  replay(account: string, what: Parameters<Deliveries['replay']>[1]): Promise<Answer> {
    if ('id' in what) return this.#one(account, what.id)
    if ('state' in what) return this.#inState(account, what.state, what.target)
    return this.#inRange(account, what)
  }

  async #one(account: string, id: string): Promise<Answer> {
    const { recorder, store, feed, announce } = this.#options
    await recorder.flushed()
    const row = await store.get(account, id)
    if (!row) return refuse('not_found', 'There is no delivery with this id; list the deliveries to find it.')
    const stored = storedOf(row)
    if (stored) return this.#sent(this.#queue(row, stored))
    const followed = await feed.event(account, row.event)
    const announcement = followed && (await announce(followed)).find(({ target }) => target === row.target)
    if (announcement) return this.#sent(this.#queue(row, announcement.frozen))
    return refuse('invalid', 'Nobody is to be told of this event there any more; look at the endpoint.')
  }

  async #inState(account: string, state: 'dead' | 'parked', target?: string): Promise<Answer> {
    const { recorder, store } = this.#options
    let queued = 0
    let before: { readonly beforeSeq: number; readonly beforeId: string } | undefined
    for (;;) {
      await recorder.flushed()
      const narrowed = target === undefined ? { account, state } : { account, state, target }
      const rows = await store.list({ ...narrowed, ...before, limit: pageRows })
      for (const row of rows) {
        const stored = storedOf(row)
        if (stored) queued += this.#queue(row, stored)
      }
      const last = rows.at(-1)
      if (!last || rows.length < pageRows) return this.#sent(queued)
      before = { beforeSeq: last.seq, beforeId: last.id }
    }
  }

  async #inRange(account: string, { fromSeq, toSeq, target }: Range): Promise<Answer> {
    const { limits, feed, announce, recorder } = this.#options
    const events = await this.#eventsIn(account, fromSeq, toSeq)
    if (events.length > limits.replayEvents)
      return refuse('limit_reached', `Ask for at most ${limits.replayEvents} events at a time; make the range smaller.`)
    let queued = 0
    for (const id of events) {
      const followed = await feed.event(account, id)
      if (!followed) continue // erased meanwhile
      for (const announcement of await announce(followed)) {
        if (target !== undefined && announcement.target !== target) continue
        queued += await this.#queueEvent(followed, announcement)
      }
      if (recorder.backlog() >= limits.backlog) await recorder.flushed()
    }
    return this.#sent(queued)
  }

  async #eventsIn(account: string, fromSeq: number, toSeq: number): Promise<readonly string[]> {
    const { feed, limits } = this.#options
    const ids: string[] = []
    for (let after = fromSeq - 1; ids.length <= limits.replayEvents;) {
      const page = await feed.page(account, after, pageRows)
      ids.push(...page.filter(({ seq }) => seq <= toSeq).map(({ id }) => id))
      const last = page.at(-1)?.seq
      if (last === undefined || last >= toSeq) break
      after = last
    }
    return ids
  }

  async #queueEvent({ recorded }: Followed, { target, eventType, frozen }: Announcement): Promise<number> {
    const { store, system } = this.#options
    const { account, id: event, seq, aggregate } = recorded
    const id = deliveryId(event, target)
    const now = system.now()
    const known = await store.get(account, id)
    // What was frozen stays as it is; the rest is told in today's words.
    if (known) return this.#queue(known, storedOf(known) ?? frozen)
    const facts = { id, account, target, url: frozen.url, event, eventType, seq, aggregate }
    const blank = {
      state: 'parked',
      tries: 0,
      nextAt: now,
      lastStatus: null,
      lastError: null,
      frozenJson: null,
    } as const
    return this.#queue({ ...facts, ...blank, createdAt: now, updatedAt: now }, frozen)
  }

  /** Puts a row where it is sent from; what is in memory already is hurried. Answers with how many that are. */
  #queue(row: DeliveryRow, frozen: Frozen): number {
    const { dispatch, recorder, system } = this.#options
    const inMemory = dispatch.find(row.id)
    if (inMemory && inMemory.stage !== 'over') dispatch.hurry(inMemory)
    else recorder.add(replayed(row, frozen, system.now()))
    return 1
  }

  async #sent(queued: number): Promise<Answer> {
    const { recorder, parked, system } = this.#options
    await recorder.flushed()
    parked.dueAt(system.now())
    return { queued }
  }
}
