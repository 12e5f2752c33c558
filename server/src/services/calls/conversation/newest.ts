import type { DomainEvent, Part } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Engine } from '#engine/api.ts'

/** Whose parts, of which kind, and between which numbers: after `after`, up to `upTo`. */
export interface PartsWanted {
  readonly account: string
  readonly aggregate: Id
  readonly kind: string
  readonly after: number
  readonly upTo: number
}

const readAtOnce = 500

/** Parts, newest first: no more are read than are taken. */
export async function* newestParts<Event extends DomainEvent>(
  engine: Pick<Engine, 'parts'>,
  { account, aggregate, kind, after, upTo }: PartsWanted,
): AsyncGenerator<Part<Event>, void, undefined> {
  for (let to = upTo; to > after;) {
    const from = Math.max(after, to - readAtOnce)
    // Each has a number of its own: there are no more of them than numbers.
    const parts = await engine.parts<Event>(account, aggregate, { kind, after: from, limit: to - from })
    yield* parts.filter(({ n }) => n <= to).toReversed()
    to = from
  }
}
