import type { SessionView } from '../calls/api.ts'
import { policyOf } from '#domain/session/limits.ts'
import type { Session } from '#domain/session/state.ts'
import { isId, type Id } from '#domain/vocabulary/id.ts'
import { minuteMs, type Instant, type Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Vault } from '../ports.ts'
import type { Admission, ListenerMode, Seat } from './api.ts'

export interface TokensNeed {
  readonly vault: Vault
  /** The account's own clock: tokens expire by it. */
  now(account: string): Instant
  /** Where rooms are entered: a WebSocket URL. */
  url(): string
}

/** What a token says: the claims of RFC 7519, the grants that clients of LiveKit read, and our own two. */
interface Claims {
  readonly iss: string
  readonly sub: string
  readonly jti: string
  /** Seconds, as all times of a JWT. */
  readonly nbf: number
  readonly exp: number
  readonly video: Grants
  readonly account: string
  readonly role: Seat['role']
  readonly mode?: ListenerMode
}

interface Grants {
  readonly room: string
  readonly roomJoin: true
  readonly canPublish: boolean
  readonly canPublishData: boolean
  readonly canSubscribe: true
  readonly hidden: boolean
}

const issuer = 'colloquy'
/** The only header there is: which algorithm signs is never read from a token. HMAC with SHA-256 (RFC 7518 section 3.2). */
const header = encode({ alg: 'HS256', typ: 'JWT' })
const longestToken = 4_096
const listenerMs: Milliseconds = 15 * minuteMs

/** Lets people into rooms: signed, and bound to the account, the session and the role. */
export class Tokens {
  readonly #need: TokensNeed

  constructor(need: TokensNeed) {
    this.#need = need
  }

  /** For the user who is to join: as long as the session waits for them. */
  join({ session }: SessionView): Admission {
    const { tokenMs } = policyOf(session)
    return this.#admit(session, { role: 'user', identity: session.user, expiresAt: session.createdAt + tokenMs })
  }

  /** For the user to come back: as long as the session can last. */
  again({ session }: SessionView, seat: Seat): Admission {
    if (seat.role === 'listener') return this.#admit(session, seat)
    const { capMs } = policyOf(session)
    const expiresAt = (session.attempt.answeredAt ?? session.createdAt) + capMs
    return this.#admit(session, { role: 'user', identity: seat.identity, expiresAt })
  }

  listener({ session }: SessionView, mode?: ListenerMode): Admission {
    const identity = `listener_${this.#need.vault.secret(8)}`
    const expiresAt = this.#need.now(session.account) + listenerMs
    return this.#admit(session, { role: 'listener', ...(mode && { mode }), identity, expiresAt })
  }

  /** Undefined: not made here, changed, or expired. */
  read(token: string): Seat | undefined {
    if (token.length > longestToken) return undefined
    const [head, body, signature, ...more] = token.split('.')
    if (head !== header || body === undefined || signature === undefined || more.length > 0) return undefined
    if (!this.#need.vault.same(signature, this.#sign(body))) return undefined
    return this.#seat(decode(body))
  }

  #seat(claims: Claims | undefined): Seat | undefined {
    const session = claims && sessionOf(claims.video.room)
    if (claims?.iss !== issuer || session === undefined) return undefined
    const { account, role, mode, sub: identity } = claims
    const now = this.#need.now(account)
    const expiresAt = claims.exp * 1_000
    if (now < claims.nbf * 1_000 || now >= expiresAt) return undefined
    return { account, session, role, ...(mode && { mode }), identity, expiresAt }
  }

  #admit(
    { account, id }: Pick<Session, 'account' | 'id'>,
    { role, mode, identity, expiresAt }: Omit<Seat, 'account' | 'session'>,
  ): Admission {
    const room = roomOf(id)
    const mayTalk = role === 'user' || mode !== undefined
    const claims: Claims = {
      iss: issuer,
      sub: identity,
      jti: this.#need.vault.secret(16),
      nbf: Math.floor(this.#need.now(account) / 1_000),
      // Never before the session itself says that its time is over.
      exp: Math.ceil(expiresAt / 1_000),
      video: {
        room,
        roomJoin: true,
        canPublish: mayTalk,
        canPublishData: mayTalk,
        canSubscribe: true,
        hidden: role === 'listener' && mode !== 'barge',
      },
      account,
      role,
      ...(mode && { mode }),
    }
    const body = encode(claims)
    return { url: this.#need.url(), token: `${header}.${body}.${this.#sign(body)}`, room, expiresAt }
  }

  #sign(body: string): string {
    return this.#need.vault.sign(`${header}.${body}`)
  }
}

/** The name of a session's room. */
function roomOf(session: Id): string {
  return `room_${session}`
}

function sessionOf(room: string): Id | undefined {
  const id = room.startsWith('room_') ? room.slice('room_'.length) : ''
  return isId(id) ? id : undefined
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** Only what we have signed is read. */
function decode(body: string): Claims | undefined {
  try {
    return JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims
  } catch {
    return undefined
  }
}
