import { refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Feed, Followed } from '#engine/api.ts'
import type { DeliveryRow, DeliveryStore } from '#engine/ports/delivery-store.ts'
import type { System } from '#engine/ports.ts'
import type { Deliveries } from '../api.ts'
import type { Announcement } from '../ports.ts'
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

const pageRows = 500

/** Sends again: with the same token, in the order of the events, and with the whole schedule before it. */
export function createReplay(options: ReplayOptions): Deliveries['replay'] {
  const { system, limits, feed, store, announce, recorder, parked, dispatch } = options

  /** Puts a row where it is sent from; what is in memory already is hurried. Answers with how many that are. */
  function queue(row: DeliveryRow, frozen: Announcement['frozen']): number {
    const inMemory = dispatch.find(row.id)
    if (inMemory && inMemory.stage !== 'over') dispatch.hurry(inMemory)
    else recorder.add(replayed(row, frozen, system.now()))
    return 1
  }

  async function sent<Answer>(answer: Answer): Promise<Answer> {
    await recorder.flushed()
    parked.dueAt(system.now())
    return answer
  }

  async function one(account: string, id: string): Promise<{ readonly queued: number } | Refused> {
    await recorder.flushed()
    const row = await store.get(account, id)
    const stored = row && storedOf(row)
    if (row && stored) return sent({ queued: queue(row, stored) })
    const followed = row && (await feed.event(account, row.event))
    const announcement = followed && (await announce(followed)).find(({ target }) => target === row.target)
    if (announcement) return sent({ queued: queue(row, announcement.frozen) })
    if (row) return refuse('invalid', 'Nobody is to be told of this event there any more; look at the endpoint.')
    return refuse('not_found', 'There is no delivery with this id; list the deliveries to find it.')
  }

  async function inState(
    account: string,
    state: 'dead' | 'parked',
    target?: string,
  ): Promise<{ readonly queued: number }> {
    await recorder.flushed()
    let queued = 0
    let before: { readonly beforeSeq: number; readonly beforeId: string } | undefined
    for (;;) {
      const rows = await store.list({
        account,
        state,
        limit: pageRows,
        ...(target !== undefined && { target }),
        ...before,
      })
      for (const row of rows) {
        const stored = storedOf(row)
        if (stored) queued += queue(row, stored)
      }
      const last = rows.at(-1)
      if (!last || rows.length < pageRows) return sent({ queued })
      before = { beforeSeq: last.seq, beforeId: last.id }
      await recorder.flushed()
    }
  }

  async function inRange(
    account: string,
    fromSeq: number,
    toSeq: number,
    target?: string,
  ): Promise<{ readonly queued: number } | Refused> {
    const events = await eventsIn(account, fromSeq, toSeq)
    if (events.length > limits.replayEvents)
      return refuse('limit_reached', `Ask for at most ${limits.replayEvents} events at a time; make the range smaller.`)
    let queued = 0
    for (const id of events) {
      const followed = await feed.event(account, id)
      if (!followed) continue // erased meanwhile
      for (const announcement of await announce(followed)) {
        if (target === undefined || announcement.target === target) queued += await queueEvent(followed, announcement)
      }
      if (recorder.backlog() >= limits.backlog) await recorder.flushed()
    }
    return sent({ queued })
  }

  async function eventsIn(account: string, fromSeq: number, toSeq: number): Promise<readonly string[]> {
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

  async function queueEvent({ recorded }: Followed, { target, eventType, frozen }: Announcement): Promise<number> {
    const { account, id: event, seq, aggregate } = recorded
    const id = deliveryId(event, target)
    const now = system.now()
    const known = await store.get(account, id)
    const blank: DeliveryRow = {
      ...{ id, account, target, url: frozen.url, event, eventType, seq, aggregate, state: 'parked', tries: 0 },
      ...{ nextAt: now, createdAt: now, updatedAt: now, lastStatus: null, lastError: null, frozenJson: null },
    }
    // What was frozen stays as it is; the rest is told in today's words.
    return queue(known ?? blank, (known && storedOf(known)) ?? frozen)
  }

  return (account, what) => {
    if ('id' in what) return one(account, what.id)
    if ('state' in what) return inState(account, what.state, what.target)
    return inRange(account, what.fromSeq, what.toSeq, what.target)
  }
}
