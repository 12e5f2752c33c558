import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { System } from '#engine/ports.ts'
import type { OutgoingRequest, Sender, SendResult } from '#services/ports.ts'

/** What the receiver does with a request; `number` counts all requests from 1. */
export type Script = (request: OutgoingRequest, number: number) => SendResult | Promise<SendResult>

export interface RecordedSender extends Sender {
  /** All requests so far, in the order they were sent. */
  readonly requests: readonly OutgoingRequest[]
  /** Requests that wait for their answer. */
  inFlight(): number
  /** Another script from now on. */
  follow(script: Script): void
}

/** A sender that sends nothing. Without a script every request is answered with 200. */
export function recordedSender(script: Script = () => ({ status: 200 })): RecordedSender {
  const requests: OutgoingRequest[] = []
  let current = script
  let closed = false
  let inFlight = 0
  return {
    requests,
    inFlight: () => inFlight,
    follow(next) {
      current = next
    },
    async send(request) {
      if (closed) return { error: 'The server is stopping.', refused: false }
      requests.push(request)
      inFlight++
      try {
        return await current(request, requests.length)
      } finally {
        inFlight--
      }
    },
    async close() {
      closed = true
    },
  }
}

/** A receiver that answers after a while, or too late. */
export function answerAfter(system: System, afterMs: Milliseconds, result: SendResult): Script {
  return (request) =>
    new Promise((resolve) => {
      if (afterMs < request.totalTimeoutMs) system.after(afterMs, () => resolve(result))
      else system.after(request.totalTimeoutMs, () => resolve(tooSlow(request)))
    })
}

/** A receiver that takes requests and never answers. */
export function silence(system: System): Script {
  return answerAfter(system, Number.POSITIVE_INFINITY, { status: 200 })
}

function tooSlow({ totalTimeoutMs }: OutgoingRequest): SendResult {
  return { error: `The receiver did not answer within ${totalTimeoutMs / 1000} s.`, refused: false }
}
