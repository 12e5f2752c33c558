import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { readdirSync } from 'node:fs'
import type { Figure } from './figures.ts'
import { call, messages, rig } from './rig.ts'

/** How large the heads of plain two-party conversations are in the store. */
export async function heads(): Promise<readonly Figure[]> {
  const rigged = await rig('dev')
  try {
    await call(rigged, 'POST', '/api/v1/traffic', { events: messages(1_000, 0, 200, 'e') })
    await rigged.server.kill('SIGTERM')
    const file = readdirSync(rigged.data).find((name) => name.endsWith('.db') || name.endsWith('.sqlite')) ?? ''
    const database = new DatabaseSync(join(rigged.data, file), { readOnly: true })
    const rows = database.prepare(headSizes).all() as { size: number }[]
    database.close()
    const sizes = rows.map(({ size }) => size).toSorted((a, b) => a - b)
    return [
      { what: 'head of a conversation, median', value: `${sizes[Math.floor(sizes.length / 2)]} B`, aim: '≤ 1 kB' },
    ]
  } finally {
    await rigged.stop()
  }
}

const headSizes = `SELECT length(state) AS size FROM cluster WHERE kind = 'conversation' AND state IS NOT NULL`
