import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { WebSocketServer } from 'ws'
import type { DialectContext } from '#dialects/dialect.ts'
import type { Refusal } from '#domain/vocabulary/refusal.ts'
import type { Seat } from '#services/rooms/api.ts'
import { problem, toProblem, type Problem } from '../errors.ts'
import { Visitor } from './visitor.ts'

const path = '/rooms'
/** The largest frame, so that 16 000 characters fit, each as two escapes of JSON; a larger one closes the socket (1009, RFC 6455 section 7.4.1). */
const mostBytes = 192 * 1024
/** How long those who are asked to go may take, in real time. */
const goingMs = 1_000

/**
 * Lets people into rooms at `/rooms`, over a WebSocket (RFC 6455). Who they are says their token, as `access_token` in the query, as
 * a bearer token, or as the second subprotocol after `access_token`; where they come from (Origin) is never asked.
 */
export function openRooms(app: FastifyInstance, context: DialectContext): void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: mostBytes,
    perMessageDeflate: false,
    clientTracking: false,
    handleProtocols: (offered) => (offered.has(named) ? named : false),
  })
  const visitors = new Set<Visitor>()
  let isClosing = false

  async function comeIn(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { rooms } = context.services
    const url = addressOf(request)
    if (url?.pathname !== path) return turnAway(socket, problem('not_found', `Rooms are entered at ${path}.`))
    const seat = seatOf(url, request, (token) => rooms.read(token))
    if (!seat) return turnAway(socket, noToken)
    const refused = await rooms.refusal(seat)
    if (refused) return turnAway(socket, whyNot(refused.refusal))
    if (isClosing) return turnAway(socket, problem('unavailable', 'The server is stopping: come back in a moment.'))
    if (socket.destroyed) return
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const visitor = new Visitor(ws, seat, context)
      visitors.add(visitor)
      ws.once('close', () => visitors.delete(visitor))
      void visitor.enter()
    })
  }

  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A socket that breaks while its token is looked at is nobody's fault.
    socket.on('error', () => socket.destroy())
    comeIn(request, socket, head).catch((error: unknown) => {
      context.log.error({ error: error instanceof Error ? error.name : typeof error }, 'a room could not be entered')
      turnAway(socket, problem('failed', 'The server failed at this: come back in a moment.'))
    })
  })
  app.addHook('preClose', async () => {
    isClosing = true
    const gone = [...visitors].map((visitor) => visitor.dismiss(goingMs))
    await Promise.all(gone)
  })
}

const named = 'access_token'
const noToken = problem('unauthenticated', 'Send the token of the room as access_token: it is wrong, or has expired.')

function addressOf({ url = '/' }: IncomingMessage): URL | undefined {
  return URL.parse(url, 'ws://room') ?? undefined
}

function seatOf(
  { searchParams }: URL,
  { headers }: IncomingMessage,
  read: (token: string) => Seat | undefined,
): Seat | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  const [first, second] = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim())
  const token = searchParams.get(named) ?? bearer ?? (first === named ? second : undefined)
  return token === undefined ? undefined : read(token)
}

/** A room that is over is gone for good. */
function whyNot(refusal: Refusal): Problem {
  const isGone = refusal.code === 'closed' || refusal.code === 'not_found'
  return isGone ? { ...toProblem(refusal), status: 410 } : toProblem(refusal)
}

function turnAway(socket: Duplex, given: Problem): void {
  if (socket.destroyed) return
  const body = JSON.stringify(given)
  const { status } = given
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(status === 401 ? ['WWW-Authenticate: Bearer realm="colloquy"'] : []),
    ...(status === 503 ? ['Retry-After: 1'] : []),
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
}
