import { isUtf8 } from 'node:buffer'
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { CsvError, parse } from 'csv-parse'
import type { BatchRow } from '#domain/batch/state.ts'
import { isE164 } from '#domain/vocabulary/e164.ts'
import { refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import { dataBytesAtMost, listBytesAtMost, lineShown, rowsAtMost } from './limits.ts'

/** How much is read before others have a turn. */
const sliceBytes = 128 * 1024
/** A quote that is never closed is noticed this many characters later, not at the end of the list. */
const lineAtMost = 256 * 1024

/** A line as the parser gives it. */
interface Line {
  readonly record: readonly string[]
  readonly raw: string
}

/**
 * Reads a list in CSV (RFC 4180; UTF-8, with or without a byte order mark). Each line becomes a row: the number in `column`, and
 * the rest of its columns as data; or the reason why it is no good. Empty lines are no rows, and numbers may come twice.
 * Refused as a whole, with the field `file`: nothing, too much, or no CSV; with the field `column`: no such column.
 */
export async function readRows(file: Uint8Array, column: string): Promise<readonly BatchRow[] | Refused> {
  if (file.byteLength === 0) return invalid('The list is empty: give a CSV file with a line for each call.')
  if (file.byteLength > listBytesAtMost) return invalid('The list has more than 25 MB: split it.')
  if (!isUtf8(file)) return invalid('The list is not in UTF-8: save it in that encoding.')
  const rows: BatchRow[] = []
  let columns: Columns | undefined
  const parser = parse({
    bom: true,
    raw: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    max_record_size: lineAtMost,
  })
  try {
    for await (const { record, raw } of Readable.from(slices(file)).pipe(parser) as AsyncIterable<Line>) {
      if (columns === undefined) {
        columns = columnsOf(record, column)
        if (columns === undefined)
          return refuse('invalid', `The list has no column ${column}: its first line names the columns.`, {
            field: 'column',
          })
        continue
      }
      if (rows.length === rowsAtMost) return invalid(`The list has more than ${rowsAtMost} rows: split it.`)
      rows.push(rowOf(rows.length + 1, { record, raw }, columns))
    }
  } catch (error) {
    if (error instanceof CsvError) return invalid(`The list cannot be read: ${sayingOf(error)}`)
    throw error
  }
  return columns === undefined ? invalid('The list is empty: give a CSV file with a line for each call.') : rows
}

/** A long list is read slice by slice, with others in between. */
async function* slices(file: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < file.byteLength; from += sliceBytes) {
    if (from > 0) await turn()
    yield file.subarray(from, from + sliceBytes)
  }
}

interface Columns {
  /** Where the number is. */
  readonly number: number
  /** The other columns that have a name, and where they are; of two of one name the last counts. */
  readonly others: readonly (readonly [string, number])[]
}

function columnsOf(header: readonly string[], column: string): Columns | undefined {
  const names = header.map((name) => name.trim())
  const number = names.indexOf(column)
  if (number < 0) return undefined
  const others = names.map((name, i) => [name, i] as const).filter(([name]) => name !== '' && name !== column)
  return { number, others }
}

function rowOf(row: number, { record, raw }: Line, columns: Columns): BatchRow {
  // Spreadsheets put an apostrophe before what is to stay a text.
  const to = (record[columns.number] ?? '').trim().replace(/^'/, '')
  const rejected = (because: string): BatchRow => ({ row, rejected: because, line: raw.trim().slice(0, lineShown) })
  if (to === '') return rejected('the number is missing')
  if (!isE164(to)) return rejected('the number is not in E.164 form')
  const data = Object.fromEntries(
    columns.others.flatMap(([name, i]) => (record[i] === undefined ? [] : [[name, record[i]]])),
  )
  // As JSON a character takes at most six bytes.
  const isLong = raw.length * 6 > dataBytesAtMost && Buffer.byteLength(JSON.stringify(data)) > dataBytesAtMost
  if (isLong) return rejected('its data is more than 25 KB')
  return columns.others.length === 0 ? { row, to } : { row, to, data }
}

/** Never what stands in the list. */
function sayingOf({ code, ['lines']: lines }: CsvError): string {
  const where = typeof lines === 'number' ? `near line ${lines} ` : ''
  if (code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE')
    return `${where}a quote is not closed, or a line is too long.`
  return `${where}a quote stands where none may be, or it is not CSV.`
}

function invalid(message: string): Refused {
  return refuse('invalid', message, { field: 'file' })
}
