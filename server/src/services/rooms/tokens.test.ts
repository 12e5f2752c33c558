import { createHmac, hkdfSync } from 'node:crypto'
import { expect, it } from 'vitest'
import { createVault } from '#adapters/vault/vault.ts'
import type { Session } from '#domain/session/state.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'
import type { SessionView } from '../calls/api.ts'
import { Tokens } from './tokens.ts'

const created = 1_800_000_000_500
const id = '01ka7n36096q14dr9gpqy77zxy'
const session = {
  id,
  account: '01ka7n36096q14dr9gpqy77zxz',
  kind: 'browser',
  user: 'bob',
  policy: {},
  attempt: { number: 1 },
  createdAt: created,
} as unknown as Session
const view = { session } as SessionView
const vault = createVault(new Uint8Array(32).fill(1))

let now = created
const tokensOf = (own = vault): Tokens =>
  new Tokens({ vault: own, now: () => now, url: () => 'ws://colloquy.test/rooms' })
const tokens = tokensOf()

const decode = (part: string | undefined): unknown => JSON.parse(Buffer.from(part ?? '', 'base64url').toString())
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

it('a join token is a JWT with the grants that clients of LiveKit read', () => {
  now = created
  const { token, room, expiresAt } = tokens.join(view)
  const [header, claims, signature] = token.split('.')
  expect(decode(header)).toEqual({ alg: 'HS256', typ: 'JWT' })
  expect(decode(claims)).toEqual({
    iss: 'colloquy',
    sub: 'bob',
    jti: expect.stringMatching(/^[0-9a-f]{32}$/),
    nbf: 1_800_000_000,
    exp: 1_800_000_901,
    video: { room, roomJoin: true, canPublish: true, canPublishData: true, canSubscribe: true, hidden: false },
    account: session.account,
    role: 'user',
  })
  expect([room, expiresAt]).toEqual([`room_${id}`, created + 15 * minuteMs])
  expect(signature).toBe(vault.sign(`${header}.${claims}`))
  expect(tokens.join(view).token).not.toBe(token)
})

it.each([
  ['whisper', true],
  ['barge', false],
] as const)('X12 who may %s may publish, and comes back so', (mode, hidden) => {
  now = created
  const { token } = tokens.listener(view, mode)
  const seat = tokens.read(token)
  expect(decode(token.split('.')[1])).toMatchObject({ role: 'listener', mode, video: { canPublishData: true, hidden } })
  expect(seat).toMatchObject({ role: 'listener', mode })
  expect(seat && tokens.read(tokens.again(view, seat).token)).toMatchObject({ mode })
})

it('a listener’s grants are to hear, and no more', () => {
  now = created
  const [, claims] = tokens.listener(view).token.split('.')
  expect(decode(claims)).toMatchObject({
    sub: expect.stringMatching(/^listener_/),
    role: 'listener',
    video: { roomJoin: true, canPublish: false, canPublishData: false, canSubscribe: true, hidden: true },
  })
})

it('is signed with HMAC and SHA-256, as RFC 7518 section 3.2 says of HS256', () => {
  const [header, claims, signature] = tokens.join(view).token.split('.')
  const key = new Uint8Array(hkdfSync('sha256', new Uint8Array(32).fill(1), '', 'vault sign', 32))
  expect(createHmac('sha256', key).update(`${header}.${claims}`).digest('base64url')).toBe(signature)
})

it('is read from its first second to its last, by the account’s clock', () => {
  now = created
  const { token } = tokens.join(view)
  expect(tokens.read(token)).toEqual({
    account: session.account,
    session: id,
    role: 'user',
    identity: 'bob',
    expiresAt: 1_800_000_901_000,
  })
  now = 1_800_000_900_999
  expect(tokens.read(token)?.session).toBe(id)
  now = 1_800_000_901_000
  expect(tokens.read(token)).toBeUndefined()
  now = 1_799_999_999_999
  expect(tokens.read(token)).toBeUndefined()
})

it('nothing else is read: another key, another algorithm, another part, or noise', () => {
  now = created
  const { token } = tokens.join(view)
  const [header = '', claims = '', signature = ''] = token.split('.')
  const none = encode({ alg: 'none', typ: 'JWT' })
  const listener = tokens.listener(view).token.split('.')
  const forged = [
    tokensOf(createVault(new Uint8Array(32).fill(2))).join(view).token,
    `${none}.${claims}.`,
    `${none}.${claims}.${vault.sign(`${none}.${claims}`)}`,
    `${header}.${claims}.`,
    `${header}.${claims}.${signature}x`,
    `${header}.${claims}.${signature}.${signature}`,
    `${header}.${claims}.${listener[2]}`,
    `${header}.${listener[1]}.${signature}`,
    `${header}.${encode({ ...(decode(claims) as object), sub: 'carol' })}.${signature}`,
    `${header}.${'x'.repeat(5_000)}.${signature}`,
    `${header}.bm8.${vault.sign(`${header}.bm8`)}`,
    '',
    '..',
    'noise',
  ]
  expect(forged.map((one) => tokens.read(one))).toEqual(forged.map(() => undefined))
})
