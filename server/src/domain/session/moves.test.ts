import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { listMoves, mermaid } from '../vocabulary/machine.ts'
import { begin } from './given.ts'
import { allows, move, moves } from './moves.ts'

const told = { at: begin, by: 'test', because: 'test' }
const end = { cause: 'user_hangup', by: 'user', at: begin } as const

describe('the table of moves', () => {
  test('the diagram of the README is made from it', () => {
    const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
    expect(/```mermaid\n([\s\S]*?)\n```/.exec(readme)?.[1]).toBe(mermaid(moves))
  })

  test('what is not in it does not compile', () => {
    expect(move('live', 'wrapping', { ...told, outcome: 'completed', end })).toMatchObject({ to: 'wrapping' })
    // @ts-expect-error -- ended is final (rule 2)
    move('ended', 'queued', told)
    // @ts-expect-error -- what was live is wrapped up first (rule 4)
    move('live', 'ended', { ...told, outcome: 'completed', end })
    // @ts-expect-error -- a phone that was busy has rung (rule 5)
    move('dialing', 'ended', { ...told, outcome: 'busy', end })
    // @ts-expect-error -- an end has an outcome (rule 3)
    move('ringing', 'ended', told)
    // @ts-expect-error -- who ends in the queue was never answered
    move('queued', 'ended', { ...told, outcome: 'completed', end })
    expect(listMoves(moves).filter(({ from }) => from === 'ended')).toEqual([
      { from: 'ended', to: 'erasing', by: ['request'], on: 'deleted' },
    ])
  })

  test('outcomes are those of the lifecycle', () => {
    expect(allows('queued', 'ended', 'balance_low')).toBe(true)
    expect(allows('prepared', 'ended', 'error')).toBe(false)
    expect(allows('dialing', 'scheduled', 'busy')).toBe(false)
    expect(allows('wrapping', 'scheduled', 'completed')).toBe(true)
    expect(allows('wrapping', 'live')).toBe(false)
  })
})
