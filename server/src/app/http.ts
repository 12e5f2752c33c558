import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import type { Logger } from '#services/ports.ts'
import type { Options } from './options.ts'

/** 36 MiB: the largest text of a communication (8 388 608 characters), escaped, and what is around it. */
const bodyLimit = 36 * 1024 * 1024

/** Of a request line and its headers together. */
const maxHeaderSize = 32 * 1024

/** The most sockets open at once; further ones are closed at once, so that those inside keep being served. */
const mostConnections = 16_384

/**
 * The bare HTTP server all dialects share. Nothing of a request is logged but its method, route, status and id:
 * bodies, headers and query strings hold what people said and their secrets.
 */
export function createHttp(
  options: Pick<Options, 'trustProxy'>,
  requestIds: () => string,
  log: Logger,
): FastifyInstance {
  const http = Fastify({
    logger: false,
    bodyLimit,
    trustProxy: options.trustProxy,
    genReqId: requestIds,
    requestIdHeader: false,
    keepAliveTimeout: 72_000, // longer than the idle time of common proxies and clients, so that they close first
    requestTimeout: 60_000, // a request that has not come in by then is a slow or half-open client
    connectionTimeout: 0, // event streams stay quiet between heartbeats
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    // As long as headers may be: what is too long for an id is answered by its dialect, in its own words.
    routerOptions: { maxParamLength: maxHeaderSize, ignoreTrailingSlash: true },
    http: { headersTimeout: 20_000, maxHeaderSize, shouldUpgradeCallback: wantsSocket },
    clientErrorHandler: refuseBroken,
    frameworkErrors: (_error, _request, reply) => {
      const message = 'There is no such address; check its spelling and escapes.'
      void (reply as unknown as FastifyReply).code(404).send(told(404, 20404, message))
    },
  })
  http.server.maxConnections = mostConnections
  http.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send(
        told(
          404,
          20404,
          `There is nothing at ${request.method} ${pathOf(request.url)}. GET /reference lists what there is.`,
        ),
      ),
  )
  http.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500)
      log.error({ request: request.id, route: request.routeOptions.url, error: error.name }, 'request failed')
    const message = status >= 500 ? 'The server failed at this; its log says more under the request id.' : error.message
    const code = status === 503 ? 20503 : status >= 500 ? 20500 : 20001
    return reply.code(status).send({ ...told(status, code, message), requestId: request.id })
  })
  return http
}

/** What is wrong before any dialect knows of it, under the names that the clients of each look for. */
function told(status: number, code: number, message: string): object {
  return { status, code, error: status, message, detail: message }
}

/** What is no request that can be read at all: Node has no answer object for it, only the socket. */
function refuseBroken(error: Error & { code?: string }, socket: Socket): void {
  const broken =
    brokenness[error.code ?? ''] ?? ([400, 'Bad Request', 'This is no HTTP request that can be read.'] as const)
  const [status, reason, message] = broken
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy()
  const body = JSON.stringify(told(status, 20001, message))
  const head = `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/json; charset=utf-8\r\n`
  socket.end(`${head}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`)
  socket.destroySoon()
}

const brokenness: Readonly<Record<string, readonly [status: number, reason: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: [
    431,
    'Request Header Fields Too Large',
    `The address and the headers are larger than ${maxHeaderSize / 1024} KiB together.`,
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'The request did not come in in time: send it again.'],
}

/** Whoever offers to go on in another protocol (HTTP clients of Java and curl do, with h2c) is answered as everybody is. */
function wantsSocket({ headers }: IncomingMessage): boolean {
  return /^websocket$/i.test(headers.upgrade ?? '')
}

/** Ids for requests: a start by chance, then counting, 32 hex digits in all. */
export function createRequestIds(start: Uint8Array): () => string {
  const prefix = Buffer.from(start.subarray(0, 10)).toString('hex')
  let count = 0
  return () => prefix + (++count).toString(16).padStart(12, '0')
}

function pathOf(url: string): string {
  return (url.split('?', 1)[0] ?? '').slice(0, 200)
}
