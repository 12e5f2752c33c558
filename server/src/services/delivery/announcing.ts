import type { Followed } from '#engine/api.ts'
import { StorageUnavailable } from '#engine/ports/storage.ts'
import type { System } from '#engine/ports.ts'
import type { Announcement, Announcer, Logger } from '../ports.ts'

/** Whom to tell of an event, in all dialects; at once where all of them know at once, as most do of most events. */
export type Announce = (followed: Followed) => Told
export type Told = readonly Announcement[] | Promise<readonly Announcement[]>

export interface AnnouncingOptions {
  readonly system: System
  readonly log: Logger
  readonly announcers: readonly Announcer[]
  isStopped(): boolean
}

const triesInAll = 4
const firstPauseMs = 250

/** Asks every announcer. One that throws is asked again; a store that cannot be read is waited for, whatever it takes. */
export function announcing({ system, log, announcers, isStopped }: AnnouncingOptions): Announce {
  async function again(announcer: Announcer, followed: Followed, error: unknown): Promise<readonly Announcement[]> {
    let cause = error
    for (let tries = 1; !isStopped(); tries++) {
      const { id: event, account } = followed.recorded
      const facts = {
        announcer: announcer.name,
        event,
        account,
        error: cause instanceof Error ? cause.name : typeof cause,
      }
      if (tries >= triesInAll && !(cause instanceof StorageUnavailable)) {
        log.error(facts, 'An event could not be put into words; nobody is told of it.')
        return []
      }
      await new Promise<void>((resolve) => system.after(Math.min(firstPauseMs * 2 ** tries, 5_000), resolve))
      try {
        return await announcer.announcements(followed)
      } catch (next) {
        cause = next
      }
    }
    return []
  }

  function ask(announcer: Announcer, followed: Followed): Told {
    try {
      const told = announcer.announcements(followed)
      return told instanceof Promise ? told.catch((error: unknown) => again(announcer, followed, error)) : told
    } catch (error) {
      return again(announcer, followed, error)
    }
  }

  return (followed) => {
    let all: readonly Announcement[] = []
    const later: Promise<readonly Announcement[]>[] = []
    for (const announcer of announcers) {
      const told = ask(announcer, followed)
      if (told instanceof Promise) later.push(told)
      else if (told.length > 0) all = all.length > 0 ? [...all, ...told] : told
    }
    return later.length > 0 ? Promise.all(later).then((rest) => [...all, ...rest.flat()]) : all
  }
}
