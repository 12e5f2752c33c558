import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createVault, openVault } from './vault.ts'

const key = new Uint8Array(32).fill(7)

describe('a vault', () => {
  const vault = createVault(key)

  it('opens what it has sealed, whatever the text', () => {
    for (const secret of ['', 'swordfish', 'gr\u00fc\u00df dich \u2603', 'x'.repeat(10_000)])
      expect(vault.open(vault.seal(secret))).toBe(secret)
  })

  it('seals the same secret differently each time, showing nothing of it', () => {
    const one = vault.seal('swordfish')
    expect(one).not.toBe(vault.seal('swordfish'))
    expect(Buffer.from(one, 'base64url').toString('latin1')).not.toContain('swordfish')
  })

  it('does not open what another key has sealed', () => {
    const other = createVault(new Uint8Array(32).fill(8))
    expect(() => vault.open(other.seal('swordfish'))).toThrow('does not open')
  })

  it('does not open what was changed in any byte, cut or extended', () => {
    const sealed = Buffer.from(vault.seal('swordfish'), 'base64url')
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed)
      changed[i] = (changed[i] ?? 0) ^ 1
      expect(() => vault.open(changed.toString('base64url'))).toThrow('does not open')
    }
    for (const wrong of [sealed.subarray(0, -1), Buffer.concat([sealed, Buffer.of(0)]), Buffer.of(), Buffer.of(1, 2)])
      expect(() => vault.open(wrong.toString('base64url'))).toThrow('does not open')
  })

  it('hashes as SHA-256', () => {
    expect(vault.hash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  it('compares hashes of any length', () => {
    expect(vault.same(vault.hash('a'), vault.hash('a'))).toBe(true)
    expect(vault.same(vault.hash('a'), vault.hash('b'))).toBe(false)
    expect(vault.same(vault.hash('a'), '')).toBe(false)
  })

  it('signs with a key of its own: the same text alike, another text or key otherwise', () => {
    expect(vault.sign('page 2')).toBe(createVault(key).sign('page 2'))
    expect(vault.sign('page 2')).not.toBe(vault.sign('page 3'))
    expect(vault.sign('page 2')).not.toBe(createVault(new Uint8Array(32)).sign('page 2'))
    expect(vault.sign('page 2')).toMatch(/^[\w-]{43}$/)
  })

  it('makes secrets of the length asked for, never twice the same', () => {
    expect(vault.secret(24)).toMatch(/^[0-9a-f]{48}$/)
    expect(vault.secret(24)).not.toBe(vault.secret(24))
  })
})

describe('a key file', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vault-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is made once, for its owner only, and read from then on', () => {
    const file = join(folder, 'key')
    const sealed = openVault(file).seal('swordfish')
    expect(readFileSync(file)).toHaveLength(32)
    expect(statSync(file).mode & 0o777).toBe(process.platform === 'win32' ? 0o666 : 0o600)
    expect(openVault(file).open(sealed)).toBe('swordfish')
  })

  it('is not replaced when it is damaged or cannot be read', () => {
    const file = join(folder, 'key')
    writeFileSync(file, 'short')
    expect(() => openVault(file)).toThrow('5 bytes instead of 32')
    expect(() => openVault(folder)).toThrow('EISDIR')
  })
})
