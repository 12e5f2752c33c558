import type { Engine } from '#engine/api.ts'
import type { Events } from './api.ts'

/** What happened in an account, in pages, live, or one by one. */
export function createEvents(engine: Engine): Events {
  const { feed } = engine
  return {
    page: async (account, after, limit) => {
      const items = await feed.page(account, after, limit)
      return { items, next: items.at(-1)?.seq ?? after }
    },
    follow: (account, after, reader) =>
      feed.follow(after, (batch) => {
        const own = batch.filter(({ recorded }) => recorded.account === account)
        return own.length > 0 ? reader(own) : undefined
      }),
    get: (account, id) => feed.event(account, id),
    lastSeq: () => feed.lastSeq(),
  }
}
