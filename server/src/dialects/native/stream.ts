import type { FastifyReply } from 'fastify'
import type { Recorded } from '#engine/api.ts'
import { openLive, type Streams } from '../live-stream.ts'
import { showEvent } from './events.ts'
import type { Answering, Native } from './scope.ts'

interface Asked {
  readonly native: Native
  readonly account: string
  /** The number of the last event seen. */
  readonly from: number
  readonly reply: Answering
  /** Whether the key that opened it is still good. */
  isAllowed(): Promise<boolean>
}

/**
 * Answers with the account's events, one after the other, until one side ends it. The next ones are fetched only when the last
 * ones have left, so no buffer grows for a slow reader. False: the account has too many open.
 */
export function openStream(streams: Streams, { native, account, from, reply, isAllowed }: Asked): boolean {
  const { context, cursors } = native
  const { events } = context.services
  let stop = (): void => {}
  const live = openLive(streams, context, {
    account,
    reply: reply as FastifyReply,
    isAllowed,
    onEnd: () => stop(),
  })
  if (!live) return false
  const send = async (batch: readonly Recorded[]): Promise<void> => {
    if (live.isOver()) return
    await live.write(
      batch.map((recorded) => frame(recorded, cursors.write('events', account, {}, recorded.seq))).join(''),
    )
  }
  void catchUp(events, account, from, send, live.isOver).then(
    (seen) => {
      if (live.isOver()) return
      stop = events.follow(account, seen, (batch) => send(batch.map(({ recorded }) => recorded)))
    },
    () => live.end(': the store is not available; connect again with Last-Event-ID\n\n'),
  )
  return true
}

/** Sends what the account has missed, from its own index; answers with the place in the whole log that this reaches. */
async function catchUp(
  events: Native['context']['services']['events'],
  account: string,
  from: number,
  send: (batch: readonly Recorded[]) => Promise<void>,
  over: () => boolean,
): Promise<number> {
  for (let seen = from; ;) {
    const newest = events.lastSeq()
    const page = await events.page(account, seen, 500)
    if (page.items.length === 0 || over()) return Math.max(seen, newest)
    await send(page.items)
    seen = page.next
  }
}

function frame(recorded: Recorded, cursor: string): string {
  return `id: ${cursor}\nevent: ${recorded.event.type}\ndata: ${JSON.stringify(showEvent(recorded))}\n\n`
}
