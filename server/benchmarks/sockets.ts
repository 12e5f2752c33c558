import { connect } from 'node:net'
import { percentile } from './figures.ts'

export interface Load {
  readonly host: string
  readonly port: number
  readonly connections: number
  readonly requests: number
  /** The bytes of request number n. */
  request(n: number): string
  /** The status every answer must have. */
  readonly status: number
}

export interface Loaded {
  readonly ms: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Sends requests over kept-open sockets, one at a time on each, and reads just as much of the answers as it must. */
export async function load(options: Load): Promise<Loaded> {
  const latencies = new Float64Array(options.requests)
  let next = 0
  const started = performance.now()
  await Promise.all(
    Array.from({ length: options.connections }, () =>
      drive(options, () => (next < options.requests ? next++ : -1), latencies),
    ),
  )
  const ms = performance.now() - started
  latencies.sort()
  return {
    ms,
    perSecond: (options.requests / ms) * 1000,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  }
}

function drive(options: Load, take: () => number, latencies: Float64Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(options.port, options.host)
    socket.setNoDelay(true)
    let n = -1
    let sentAt = 0
    let answer = ''
    const send = (): void => {
      n = take()
      if (n < 0) {
        socket.end()
        resolve()
        return
      }
      sentAt = performance.now()
      socket.write(options.request(n))
    }
    socket.on('connect', send)
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
      const head = answer.indexOf('\r\n\r\n')
      if (head < 0) return
      const length = Number(/content-length: (\d+)/i.exec(answer.slice(0, head))?.[1] ?? 0)
      if (answer.length < head + 4 + length) return
      if (!answer.startsWith(`HTTP/1.1 ${options.status}`)) {
        reject(new Error(`Expected ${options.status}, got: ${answer.slice(0, 600)}`))
        socket.destroy()
        return
      }
      latencies[n] = performance.now() - sentAt
      answer = ''
      send()
    })
  })
}

/** The text of a request. */
export function post(path: string, authorization: string, body: string): string {
  return `POST ${path} HTTP/1.1\r\nHost: bench\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}
