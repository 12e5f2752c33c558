import type { BatchRow } from '#domain/batch/state.ts'
import { canonicalAddress, isTelephone } from '#domain/vocabulary/address.ts'
import { isE164 } from '#domain/vocabulary/e164.ts'
import { mostRows } from '../wire/batches.ts'
import { wrong } from '../inward.ts'
import { readCsv } from './csv.ts'

const lineMost = 500
const noNumber = 'the number is not in E.164 form: +, a country code and at most 15 digits in all'

/** Rows as they came in JSON. */
export function rowsOf(
  given: readonly { readonly to: string; readonly data?: Readonly<Record<string, string>> | undefined }[],
): readonly BatchRow[] {
  return given.map(({ to, data }, i) => rowOf(i + 1, to, data, () => JSON.stringify({ to, ...data })))
}

/** Rows of a CSV list: the first line names the columns, one of which holds the numbers; the others are each row's data. */
export function rowsOfCsv(text: string, column = 'to'): readonly BatchRow[] {
  const [head, ...records] = readCsv(text)
  const names = head?.fields.map((name) => name.trim()) ?? []
  const at = names.indexOf(column)
  if (at < 0) return wrong('body', `takes a list whose first line names its columns, one of them "${column}"`)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) return wrong('body', `has two columns named "${twice.slice(0, 80)}"`)
  if (records.length === 0 || records.length > mostRows) return wrong('body', `takes 1 to ${mostRows} rows`)
  return records.map(({ fields, text: line }, i) => {
    const number = i + 1
    if (fields.length > names.length) return reject(number, 'it has more fields than the first line', () => line)
    const named = names.flatMap((name, n) => (n === at || name === '' ? [] : [[name, fields[n] ?? ''] as const]))
    return rowOf(number, fields[at] ?? '', Object.fromEntries(named), () => line)
  })
}

function rowOf(
  row: number,
  given: string,
  data: Readonly<Record<string, string>> | undefined,
  line: () => string,
): BatchRow {
  const text = given.trim()
  const to = isTelephone(text) ? canonicalAddress('VOICE', text) : text
  if (!isE164(to)) return reject(row, to === '' ? 'it has no number' : noNumber, line)
  return { row, to, ...(data && Object.keys(data).length > 0 && { data }) }
}

function reject(row: number, rejected: string, line: () => string): BatchRow {
  return { row, rejected, line: line().slice(0, lineMost) }
}
