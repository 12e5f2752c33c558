import { describe, expect, it } from 'vitest'
import type { BatchRow } from '#domain/batch/state.ts'
import { isRefused, type Refusal } from '#domain/vocabulary/refusal.ts'
import { readRows } from './csv.ts'

const number = '+12025550143'

async function rows(text: string | Uint8Array): Promise<readonly BatchRow[]> {
  const read = await readRows(Buffer.from(text as string), 'contact_number')
  if (isRefused(read)) throw new Error(read.refusal.message)
  return read
}

async function refusal(text: string | Uint8Array): Promise<Refusal> {
  const read = await readRows(Buffer.from(text as string), 'contact_number')
  if (!isRefused(read)) throw new Error(JSON.stringify(read))
  return read.refusal
}

describe('a list in CSV', () => {
  it('has a row for each line, with the other columns as data', async () => {
    expect(await rows(`contact_number,customer_name,slot\n${number},Mira,Friday 10:00\n+49301234567,José,\n`)).toEqual([
      { row: 1, to: number, data: { customer_name: 'Mira', slot: 'Friday 10:00' } },
      { row: 2, to: '+49301234567', data: { customer_name: 'José', slot: '' } },
    ])
    expect(await rows(`contact_number\n${number}`)).toEqual([{ row: 1, to: number }])
  })

  it.each([
    ['a byte order mark', `\uFEFFcontact_number,name\n${number},Mira`],
    ['lines that end in CRLF', `contact_number,name\r\n${number},Mira\r\n`],
    ['quotes', `"contact_number","name"\n"${number}","Mira"`],
    ['another order of columns, and spaces around their names', `name , contact_number\nMira,${number}`],
    ['an apostrophe before the number', `contact_number,name\n'${number},Mira`],
    ['spaces around the number', `contact_number,name\n ${number} ,Mira`],
    ['empty lines', `\n\ncontact_number,name\n\n${number},Mira\n\n , \n`],
    ['a column without a name', `contact_number,name,\n${number},Mira,lost`],
  ])('is read with %s', async (_, text) => {
    expect(await rows(text)).toEqual([{ row: 1, to: number, data: { name: 'Mira' } }])
  })

  it('keeps commas, quotes and line ends inside quotes', async () => {
    const [row] = await rows(`contact_number,note\n${number},"Say ""hi"",\nthen wait"\n`)
    expect(row?.data).toEqual({ note: 'Say "hi",\nthen wait' })
  })

  it('keeps duplicates, and a name that is also one of an object', async () => {
    expect(await rows(`contact_number\n${number}\n${number}`)).toHaveLength(2)
    const [row] = await rows(`contact_number,constructor,__proto__\n${number},a,b`)
    expect(Object.entries(row?.data ?? {})).toEqual([
      ['constructor', 'a'],
      ['__proto__', 'b'],
    ])
  })

  it.each([
    ['12025550143', 'the number is not in E.164 form'],
    ['+0202555', 'the number is not in E.164 form'],
    ['+1202555014312345', 'the number is not in E.164 form'],
    ['+1 202 555 0143', 'the number is not in E.164 form'],
    ["''+12025550143", 'the number is not in E.164 form'],
    ['', 'the number is missing'],
  ])('keeps the row of %j with the reason and the line', async (wrong, because) => {
    expect(await rows(`contact_number,name\n${wrong},Mira\n${number},Noor\n`)).toEqual([
      { row: 1, rejected: because, line: `${wrong},Mira` },
      { row: 2, to: number, data: { name: 'Noor' } },
    ])
  })

  it('lines that are too short or too long are read as far as their columns go', async () => {
    expect(await rows(`name,contact_number,slot\nMira,${number}\nMira\nMira,${number},x,y`)).toEqual([
      { row: 1, to: number, data: { name: 'Mira' } },
      { row: 2, rejected: 'the number is missing', line: 'Mira' },
      { row: 3, to: number, data: { name: 'Mira', slot: 'x' } },
    ])
  })

  it('keeps at most 500 characters of a bad line, and no row with more than 25 KB of data', async () => {
    const [long, fits] = await rows(
      `contact_number,a\n${number},${'é'.repeat(12_800)}\n${number},${'é'.repeat(12_700)}\n`,
    )
    expect(long).toMatchObject({ rejected: 'its data is more than 25 KB' })
    expect(long?.line).toHaveLength(500)
    expect(fits?.rejected).toBeUndefined()
  })

  it('is refused without its column, naming the column', async () => {
    expect(await refusal('phone\n+1')).toMatchObject({ code: 'invalid', field: 'column' })
    expect(await refusal(`contact_number;name\n${number};Mira`)).toMatchObject({ field: 'column' })
  })

  it.each([
    ['nothing', ''],
    ['nothing but empty lines', '\n \n'],
    ['no UTF-8', Buffer.from([0x63, 0xff, 0xfe, 0x00])],
    ['more than 50,000 rows', `contact_number\n${`${number}\n`.repeat(50_001)}`],
    ['more than 25 MB', Buffer.alloc(25 * 1024 * 1024 + 1, 'a')],
    ['a quote that is never closed', `contact_number,a\n${number},"b\n${`${number},c\n`.repeat(30_000)}`],
  ])('is refused when it has %s', async (_, text) => {
    expect(await refusal(text)).toMatchObject({ code: 'invalid', field: 'file' })
  })

  it('is read with 50,000 rows, each as if it were alone', async () => {
    const all = await rows(`contact_number,name\n${`${number},Zoë\n`.repeat(50_000)}`)
    expect(all).toHaveLength(50_000)
    expect(all.every(({ row, to, data }, i) => row === i + 1 && to === number && data?.['name'] === 'Zoë')).toBe(true)
  })

  it('a header alone is a list without rows', async () => {
    expect(await rows('contact_number,name\n')).toEqual([])
  })
})
