import { expect, test } from 'vitest'
import { isWellFormed } from './well-formed.ts'

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
