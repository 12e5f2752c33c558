import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash as digest,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto'
import type { Vault } from '#services/ports.ts'
import { keyBytes, loadKey } from './key-file.ts'

const version = 1
const nonceBytes = 12
const tagBytes = 16

/** A vault whose master key lies in a file; the file is made when it is not there. */
export function openVault(keyFile: string): Vault {
  return createVault(loadKey(keyFile, () => randomBytes(keyBytes)))
}

/** A vault on a master key of 32 bytes. `random` gives that many bytes of chance. */
export function createVault(master: Uint8Array, random: (bytes: number) => Uint8Array = randomBytes): Vault {
  const sealing = derived(master, 'seal')
  const signing = derived(master, 'sign')
  return {
    seal: (secret) => seal(sealing, secret, random(nonceBytes)),
    open: (sealed) => open(sealing, sealed),
    hash: (secret) => digest('sha256', secret, 'hex'),
    same,
    sign: (text) => createHmac('sha256', signing).update(text).digest('base64url'),
    secret: (bytes) => random(bytes).toHex(),
  }
}

function derived(master: Uint8Array, use: string): KeyObject {
  return createSecretKey(new Uint8Array(hkdfSync('sha256', master, '', `vault ${use}`, keyBytes)))
}

function seal(key: KeyObject, secret: string, nonce: Uint8Array): string {
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const sealed = [cipher.update(secret, 'utf8'), cipher.final()]
  return Buffer.concat([Uint8Array.of(version), nonce, ...sealed, cipher.getAuthTag()]).toString('base64url')
}

function open(key: KeyObject, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes[0] !== version || bytes.length < 1 + nonceBytes + tagBytes) throw new Error(unopened)
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + nonceBytes), { authTagLength: tagBytes })
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  try {
    const text = decipher.update(bytes.subarray(1 + nonceBytes, -tagBytes), undefined, 'utf8')
    return text + decipher.final('utf8')
  } catch {
    throw new Error(unopened)
  }
}

const unopened =
  'A sealed secret does not open: it was sealed with another key, or changed. Restore the key file, or rotate the secret.'

function same(a: string, b: string): boolean {
  const one = Buffer.from(a)
  const other = Buffer.from(b)
  // Lengths of hashes are no secret.
  return one.length === other.length && timingSafeEqual(one, other)
}
