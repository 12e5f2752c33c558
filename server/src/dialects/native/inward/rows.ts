import type { BatchRow } from '#domain/batch/state.ts'
import { isE164 } from '#domain/vocabulary/e164.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import { dataBytesAtMost, lineShown } from '#services/calls/batches/limits.ts'
import { fail } from '../errors.ts'

interface Given {
  readonly to: string
  readonly data?: Readonly<Record<string, string>> | undefined
}

/** Rows as they came in JSON: bad ones are rejected one by one, as those of a list in CSV are. */
export function rowsOf(given: readonly Given[]): readonly BatchRow[] {
  return given.map(({ to: text, data }, i) => {
    const row = i + 1
    const to = text.trim()
    const why = whyNot(to, data)
    if (why === undefined) return { row, to, ...(data && { data }) }
    return { row, rejected: why, line: JSON.stringify({ to: text, data }).slice(0, lineShown) }
  })
}

/** Rows of a list in CSV, whose first line names the columns; `column` holds the numbers, the others are each row's data. */
export async function rowsOfCsv(list: Uint8Array, column = 'to'): Promise<readonly BatchRow[]> {
  // Loaded late: what reads CSV is not needed to start.
  const { readRows } = await import('#services/calls/batches/csv.ts')
  const rows = await readRows(list, column)
  if (!isRefused(rows)) return rows
  const { refusal } = rows
  return fail(refusal.field === 'file' ? { ...refusal, field: 'body' } : refusal)
}

function whyNot(to: string, data: Given['data']): string | undefined {
  if (to === '') return 'the number is missing'
  if (!isE164(to)) return 'the number is not in E.164 form'
  const bytes = data === undefined ? 0 : Buffer.byteLength(JSON.stringify(data))
  return bytes > dataBytesAtMost ? 'its data is more than 25 KB' : undefined
}
