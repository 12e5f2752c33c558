import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Asked } from '#services/ports.ts'
import { askInTime, type AskingNeed, type Question } from './asking.ts'
import { EventStream } from './event-stream.ts'

/** What came of asking for events: what they came to; or the answer, where it ended before, or was none. */
export type Streamed<Value> = { readonly value: Value } | { readonly asked: Asked; readonly isStream: boolean }

/** Whoever has said all may close the connection; after this it is closed. */
const lingerMs: Milliseconds = 1_000

/**
 * Asks for an answer in server-sent events. `take` is given the data of each unnamed one, until it answers what they come to; a throw
 * of it is thrown, and stops the request.
 */
export async function askForEvents<Value>(
  need: AskingNeed,
  question: Question,
  take: (data: string) => Value | undefined,
): Promise<Streamed<Value>> {
  const over = new AbortController()
  const giveUp = (): void => over.abort()
  const { promise, resolve, reject } = Promise.withResolvers<Streamed<Value>>()
  let isStream = false
  let isSettled = false
  let cancel = (): void => {}
  const events = new EventStream((type, data) => {
    if (isSettled || type !== 'message') return
    try {
      const value = take(data)
      if (value === undefined) return
      isSettled = true
      resolve({ value })
      cancel = need.system.after(lingerMs, giveUp)
    } catch (error) {
      isSettled = true
      reject(error as Error)
      giveUp()
    }
  })
  question.signal.addEventListener('abort', giveUp)
  if (question.signal.aborted) giveUp()
  const asked = askInTime(need, {
    ...question,
    signal: over.signal,
    onText: (text, { status, type }) => {
      isStream = status === 200 && type === 'text/event-stream'
      if (isStream) events.add(text)
    },
  })
  void asked.then((ended) => resolve({ asked: ended, isStream }), reject).finally(() => cancel())
  try {
    return await promise
  } finally {
    question.signal.removeEventListener('abort', giveUp)
  }
}
