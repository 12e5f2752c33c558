import type { AggregateWrite, AnswerRow } from '#engine/ports/rows.ts'

/**
 * What a write puts into tables other than the log and its cluster, handles aside. It is kept beside the event as JSON,
 * because those tables have no index by aggregate (each would cost every write), and erasing must find the rows again.
 */
export interface Trace {
  readonly rows?: [list: string, equal: string, sort: number | string][]
  readonly claims?: [kind: string, route: string, key: string][]
  /** `at` tells the answer from a later one under the same key. */
  readonly answer?: [scope: string, key: string, at: number]
}

/** The trace of a write as text, or null when it left none. */
export function traceOf({ takes, rowsAdded, head }: AggregateWrite, given: AnswerRow | undefined): string | null {
  const answer = head?.erasing ? undefined : given // what the erasing request itself is answered stays, for its repetition
  if (takes.length === 0 && rowsAdded.length === 0 && !answer) return null
  return JSON.stringify({
    ...(rowsAdded.length > 0 && { rows: rowsAdded.map(({ list, equal, sort }) => [list, equal, sort]) }),
    ...(takes.length > 0 && { claims: takes.map(({ kind, route, key }) => [kind, route, key]) }),
    ...(answer && { answer: [answer.scope, answer.key, answer.at] }),
  } as Trace)
}

export function readTrace(text: string): Trace {
  return JSON.parse(text) as Trace
}

const digestBytes = 16

/** The digests of the handles that a write added, one after the other; null for none. */
export function joinDigests(digests: readonly Uint8Array[]): Uint8Array | null {
  return digests.length > 1 ? Buffer.concat(digests) : (digests[0] ?? null)
}

export function splitDigests(joined: Uint8Array): Uint8Array[] {
  return Array.from({ length: joined.length / digestBytes }, (_, i) =>
    joined.subarray(i * digestBytes, (i + 1) * digestBytes),
  )
}
