import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'

/** The length of a master key. */
export const keyBytes = 32

/** Reads the master key; where there is no file, writes `fresh` into one that only its owner may read. */
export function loadKey(file: string, fresh: () => Uint8Array): Uint8Array {
  const key = read(file) ?? write(file, fresh())
  if (key.length !== keyBytes)
    throw new Error(
      `The key file ${file} holds ${key.length} bytes instead of ${keyBytes}: restore it from your backup.`,
    )
  return key
}

function read(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

function write(file: string, key: Uint8Array): Uint8Array {
  let descriptor: number
  try {
    descriptor = openSync(file, 'wx', 0o600)
  } catch (error) {
    // Another process was faster: its key is the key.
    if (isCode(error, 'EEXIST')) return readFileSync(file)
    throw error
  }
  try {
    writeSync(descriptor, key)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  return key
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
