import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { System } from '#engine/ports.ts'
import type { Asked, OutgoingRequest, Sender, SendResult } from '#services/ports.ts'

/** What the receiver does with a request; `number` counts all requests from 1. */
export type Script = (request: OutgoingRequest, number: number) => Answer | Promise<Answer>

/** A status without a body has an empty one. Who has it streamed gets it in one piece. */
export type Answer = SendResult | Asked | { readonly status: number; readonly type: string; readonly body: string }

/** As much as who asks gets to read, at once and as it comes. */
const maxBody = { bytes: 64 * 1024, words: '64 KB' }
const maxStream = { bytes: 1024 * 1024, words: '1 MB' }

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
    if (request.signal?.aborted) return givenUp
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
      return 'error' in answer ? answer : bounded({ status: answer.status, body: bodyOf(answer) }, maxBody)
    },
    async stream(request, onText) {
      const answer = await perform(request)
      if ('error' in answer) return answer
      const { status } = answer
      const body = bodyOf(answer)
      const result = bounded({ status, body }, maxStream)
      if ('body' in result && body !== '') onText(body, { status, type: 'type' in answer ? answer.type : '' })
      return result
    },
    async close() {
      closed = true
    },
  }
}

const givenUp = { error: 'The request was given up before it was answered.', refused: false } as const

function bodyOf(answer: Exclude<Answer, { error: string }>): string {
  return 'body' in answer ? answer.body : ''
}

function bounded(answered: { readonly status: number; readonly body: string }, most: typeof maxBody): Asked {
  if (Buffer.byteLength(answered.body) <= most.bytes) return answered
  return { error: `The receiver answered with more than ${most.words}.`, refused: false }
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
