import type { System } from '#engine/ports.ts'
import type { OutgoingRequest, Sender, SendResult } from '#services/ports.ts'
import { addressGuard, type GuardOptions } from './address-guard.ts'
import { Exchange } from './exchange.ts'
import { connectionPools, type PoolLimits } from './pools.ts'

export interface HttpSenderOptions extends GuardOptions, Partial<PoolLimits> {
  readonly system: System
  /** Upper bounds on what a request may ask for. */
  readonly maxConnectTimeoutMs?: number
  readonly maxTotalTimeoutMs?: number
}

/** Sends over HTTP and HTTPS: guarded, without redirects, each exchange within its time. */
export function httpSender(options: HttpSenderOptions): Sender {
  const { system, maxOrigins = 256, maxConnections = 64 } = options
  const { maxConnectTimeoutMs = 5000, maxTotalTimeoutMs = 15_000 } = options
  const pools = connectionPools(addressGuard(options), { maxOrigins, maxConnections })
  let closed = false

  function start(request: OutgoingRequest, settle: (result: SendResult) => void): void {
    const url = URL.parse(request.url)
    if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
      return settle({ error: 'The target must be an http or https URL.', refused: true })
    if (closed) return settle({ error: 'The server is stopping.', refused: false })
    const pool = pools.of({
      origin: url.origin,
      internalTargets: request.internalTargets,
      connectTimeoutMs: Math.min(request.connectTimeoutMs, maxConnectTimeoutMs),
    })
    const { method, body } = request
    pool.dispatch(
      { path: url.pathname + url.search, method, headers: headersOf(request, url), body },
      new Exchange(system, Math.min(request.totalTimeoutMs, maxTotalTimeoutMs), settle),
    )
  }

  return {
    send: (request) => new Promise<SendResult>((resolve) => start(request, resolve)),
    async close() {
      closed = true
      await pools.close()
    },
  }
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
