import { expect, test } from 'vitest'
import { isWellFormed, textOf } from './well-formed.ts'

const check = (text: string): boolean => isWellFormed(text, JSON.parse(text))

test.each(['{"a":"\\ud800"}', '{"a":["x",{"b":"\\uDFFFx"}]}', '{"\\ud801":1}', '"\\ud83d\\ud83d"'])(
  '%s is refused',
  (text) => {
    expect(check(text)).toBe(false)
  },
)

test.each(['{"a":"\\ud83d\\ude00"}', '{"a":"😀"}', '{"a":"\\u00e9 \\ufffd"}', '{"a":"\\\\ud800"}'])(
  '%s is whole',
  (text) => {
    expect(check(text)).toBe(true)
  },
)

test('bytes that are not UTF-8 are no text', () => {
  expect(textOf(Buffer.from('"é😀"'))).toBe('"é😀"')
  for (const bytes of [[0xc3, 0x28], [0xff], [0xed, 0xa0, 0x80], [0xc3]])
    expect(textOf(Buffer.from(bytes))).toBeUndefined()
})
