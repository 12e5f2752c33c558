/** One record of a list: its fields, and the text it was read from. */
export interface CsvRecord {
  readonly fields: readonly string[]
  readonly text: string
}

/**
 * Comma-separated values (RFC 4180): quoted fields hold commas, line breaks and doubled quotes; lines end in CRLF or LF; a byte
 * order mark in front is no part of the first field; empty lines are skipped. A quote that nobody closes runs to the end.
 */
export function readCsv(text: string): readonly CsvRecord[] {
  const records: CsvRecord[] = []
  const body = text.replace(/^\uFEFF/, '')
  for (let at = 0; at < body.length;) {
    const { record, next } = readRecord(body, at)
    at = next
    if (record.text !== '') records.push(record)
  }
  return records
}

const field = /"((?:[^"]|"")*)(?:"|$)([^,\r\n]*)|([^,\r\n]*)/y
const lineEnd = /\r?\n|\r/y

function readRecord(body: string, start: number): { readonly record: CsvRecord; readonly next: number } {
  const fields: string[] = []
  for (let at = start; ;) {
    field.lastIndex = at
    const [whole = '', quoted, rest = '', bare = ''] = field.exec(body) ?? []
    fields.push(quoted === undefined ? bare : quoted.replaceAll('""', '"') + rest)
    at += whole.length
    if (body[at] === ',') {
      at++
      continue
    }
    lineEnd.lastIndex = at
    const end = lineEnd.exec(body)?.[0].length ?? 0
    return { record: { fields, text: body.slice(start, at) }, next: end === 0 ? body.length : at + end }
  }
}
