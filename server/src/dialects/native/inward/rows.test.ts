import { describe, expect, test } from 'vitest'
import { ProblemError } from '../errors.ts'
import { rowsOf, rowsOfCsv } from './rows.ts'

const alice = '+12025550111'
const list = (text: string) => new TextEncoder().encode(text)

describe('the rows of a batch', () => {
  test('are counted from 1 without gaps, and the bad ones say why', () => {
    expect(
      rowsOf([
        { to: alice, data: { name: 'Alice' } },
        { to: '0202' },
        { to: ` ${alice} ` },
        { to: alice, data: { long: 'x'.repeat(25 * 1024) } },
      ]),
    ).toEqual([
      { row: 1, to: alice, data: { name: 'Alice' } },
      { row: 2, rejected: 'the number is not in E.164 form', line: '{"to":"0202"}' },
      { row: 3, to: alice },
      { row: 4, rejected: 'its data is more than 25 KB', line: expect.stringMatching(/^.{500}$/) },
    ])
  })

  test('are the same from a list in CSV', async () => {
    const rows = await rowsOfCsv(list(`name,to,city\nAlice,${alice},"Bern, BE"\nBob,none,\n`))
    expect(rows).toEqual([
      { row: 1, to: alice, data: { name: 'Alice', city: 'Bern, BE' } },
      { row: 2, rejected: 'the number is not in E.164 form', line: 'Bob,none,' },
    ])
    expect(await rowsOfCsv(list(`phone\n${alice}`), 'phone')).toEqual([{ row: 1, to: alice }])
  })

  test.each([
    ['', 'body'],
    ['number\n+1', 'column'],
  ])('are not taken from %j', async (text, field) => {
    const refused = await rowsOfCsv(list(text)).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(ProblemError)
    expect(refused).toMatchObject({ problem: { code: 'invalid', field } })
  })
})
