import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { System } from '#engine/ports.ts'
import type { Asked, OutgoingRequest, Sender, SendResult } from '#services/ports.ts'

/** What the receiver does with a request; `number` counts all requests from 1. */
export type Script = (request: OutgoingRequest, number: number) => Answer | Promise<Answer>

/** A status without a body has an empty one. */
export type Answer = SendResult | Asked

/** As much as who asks gets to read. */
const maxBodyBytes = 64 * 1024

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

  async function perform(request: OutgoingRequest): Promise<Answer> {
    if (closed) return { error: 'The server is stopping.', refused: false }
    requests.push(request)
    inFlight++
    try {
      return await current(request, requests.length)
    } finally {
      inFlight--
    }
  }

  return {
    requests,
    inFlight: () => inFlight,
    follow(next) {
      current = next
    },
    async send(request) {
      const answer = await perform(request)
      return 'error' in answer ? { error: answer.error, refused: answer.refused } : { status: answer.status }
    },
    async ask(request) {
      const answer = await perform(request)
      return 'error' in answer ? answer : bounded({ body: '', ...answer })
    },
    async close() {
      closed = true
    },
  }
}

function bounded(answered: { readonly status: number; readonly body: string }): Asked {
  if (Buffer.byteLength(answered.body) <= maxBodyBytes) return answered
  return { error: 'The receiver answered with more than 64 KB.', refused: false }
}

/** A receiver that answers after a while, or too late. */
export function answerAfter(system: System, afterMs: Milliseconds, result: Answer): Script {
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
