import { expect, it } from 'vitest'
import { parseBody } from './reading.ts'

it.each([10_000, 100_000])('a body nested %d levels deep is refused for what it is', (levels) => {
  const deep = `${'['.repeat(levels)}"x"${']'.repeat(levels)}`
  expect(() => parseBody(deep)).toThrow(/^it is nested too deep$/)
  expect(() => parseBody(deep.replace('x', '\\ud83d\\ude00'))).toThrow(/^it is nested too deep$/)
})

it('what is no JSON says so', () => {
  expect(() => parseBody('{')).toThrow(/^it is not JSON \(/)
  expect(parseBody('{"a":[1]}')).toEqual({ a: [1] })
  expect(parseBody(' ')).toBeUndefined()
})
