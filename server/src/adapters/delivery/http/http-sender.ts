import type { System } from '#engine/ports.ts'
import type { Asked, OutgoingRequest, Sender, SendResult } from '#services/ports.ts'
import { addressGuard, type GuardOptions } from './address-guard.ts'
import { Exchange, type Ending } from './exchange.ts'
import { failed, GivenUp } from './failures.ts'
import { connectionPools, type PoolLimits } from './pools.ts'

export interface HttpSenderOptions extends GuardOptions, Partial<PoolLimits> {
  readonly system: System
  /** Upper bounds on what a request may ask for. */
  readonly maxConnectTimeoutMs?: number
  readonly maxTotalTimeoutMs?: number
  readonly maxAskTimeoutMs?: number
}

const connectStepMs = 500

/** Sends over HTTP and HTTPS: guarded, without redirects, each exchange within its time. */
export function httpSender(options: HttpSenderOptions): Sender {
  const { system, maxOrigins = 256, maxConnections = 64 } = options
  const { maxConnectTimeoutMs = 5000, maxTotalTimeoutMs = 15_000, maxAskTimeoutMs = 60_000 } = options
  const pools = connectionPools(addressGuard(options), { maxOrigins, maxConnections })
  let closed = false

  function start(request: OutgoingRequest, ending: Ending): void {
    const { settle } = ending
    if (request.signal?.aborted) return settle(failed(new GivenUp()))
    const url = URL.parse(request.url)
    if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
      return settle({ error: 'The target must be an http or https URL.', refused: true })
    if (closed) return settle({ error: 'The server is stopping.', refused: false })
    const pool = pools.of({
      origin: url.origin,
      internalTargets: request.internalTargets,
      connectTimeoutMs: Math.min(inSteps(request.connectTimeoutMs), maxConnectTimeoutMs),
    })
    const { method, body } = request
    pool.dispatch(
      { path: url.pathname + url.search, method, headers: headersOf(request, url), body },
      new Exchange(system, { ...ending, signal: request.signal }),
    )
  }

  function asked(request: OutgoingRequest, onText?: Ending['onText']): Promise<Asked> {
    const withinMs = Math.min(request.totalTimeoutMs, maxAskTimeoutMs)
    return new Promise((settle) => start(request, { at: 'body', withinMs, settle, ...(onText && { onText }) }))
  }

  return {
    send: (request) =>
      new Promise<SendResult>((resolve) => {
        const withinMs = Math.min(request.totalTimeoutMs, maxTotalTimeoutMs)
        start(request, { at: 'status', withinMs, settle: (asked) => resolve(statusOf(asked)) })
      }),
    ask: (request) => asked(request),
    stream: asked,
    async close() {
      closed = true
      await pools.close()
    },
  }
}

function statusOf(asked: Asked): SendResult {
  return 'error' in asked ? { error: asked.error, refused: asked.refused } : { status: asked.status }
}

/** Rounded up, so that requests whose limits differ by a little share connections; the limit of the whole holds all the same. */
function inSteps(timeoutMs: number): number {
  return Math.ceil(timeoutMs / connectStepMs) * connectStepMs
}

function headersOf({ headers }: OutgoingRequest, url: URL): Record<string, string> {
  if (!url.username && !url.password) return headers
  if (Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')) return headers
  const credentials = Buffer.from(`${decoded(url.username)}:${decoded(url.password)}`).toString('base64')
  return { ...headers, authorization: `Basic ${credentials}` }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a bare percent sign
  }
}
