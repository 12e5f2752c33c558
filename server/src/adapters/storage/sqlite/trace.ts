import type { AggregateWrite, AnswerRow } from '#engine/ports/rows.ts'

/**
 * What a write puts into tables other than the log and its cluster. It is kept beside the event as JSON, because those
 * tables have no index by aggregate (each would cost every write), and erasing must find the rows again.
 */
export interface Trace {
  readonly handles?: [kind: string, key: string][]
  readonly rows?: [list: string, equal: string, sort: number | string][]
  readonly claims?: [kind: string, route: string, key: string][]
  /** `at` tells the answer from a later one under the same key. */
  readonly answer?: [scope: string, key: string, at: number]
}

/** The trace of a write as text, or null when it left none. `handles` are those it added, and the keys it is found by. */
export function traceOf(
  write: AggregateWrite,
  handles: Trace['handles'],
  answer: AnswerRow | undefined,
): string | null {
  const { takes, rowsAdded } = write
  if (!handles && takes.length === 0 && rowsAdded.length === 0 && !answer) return null
  return JSON.stringify({
    ...(handles && { handles }),
    ...(rowsAdded.length > 0 && { rows: rowsAdded.map(({ list, equal, sort }) => [list, equal, sort]) }),
    ...(takes.length > 0 && { claims: takes.map(({ kind, route, key }) => [kind, route, key]) }),
    ...(answer && { answer: [answer.scope, answer.key, answer.at] }),
  } as Trace)
}

export function readTrace(text: string): Trace {
  return JSON.parse(text) as Trace
}
