import type { Announcer, Frozen, SendResult, Sender } from '../ports.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'

/** Makes the request of one attempt and sends it. Never rejects. */
export type Attempt = (frozen: Frozen, at: Instant, number: number) => Promise<SendResult>

export function attempts(announcers: ReadonlyMap<string, Announcer>, sender: Sender): Attempt {
  return async (frozen, at, number) => {
    const announcer = announcers.get(frozen.announcer)
    if (!announcer)
      return { error: 'What was to be said is in a dialect that this server does not speak.', refused: true }
    let request
    try {
      const made = announcer.request(frozen, { at, number })
      request = made instanceof Promise ? await made : made
    } catch {
      return { error: 'The request could not be made.', refused: false }
    }
    if (!request) return { error: 'There is nobody to tell any more.', refused: true }
    try {
      return await sender.send(request)
    } catch {
      return { error: 'The request could not be sent.', refused: false }
    }
  }
}
