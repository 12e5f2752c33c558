import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { listMoves, mermaid } from '../vocabulary/machine.ts'
import { begin, house, pinOf } from './given.ts'
import { move, moves } from './moves.ts'

describe('the table of moves', () => {
  test('the diagram of the README is made from it', () => {
    const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
    expect(/```mermaid\n([\s\S]*?)\n```/.exec(readme)?.[1]).toBe(mermaid(moves))
  })

  test('what is not in it does not compile', () => {
    const cause = { at: begin, by: 'test', because: 'test' }
    move('active', 'inactive', { ...cause, mover: 'deadline' })
    // @ts-expect-error -- closed is final (T9)
    move('closed', 'active', { ...cause, mover: 'request' })
    // @ts-expect-error -- traffic closes nothing
    move('active', 'closed', { ...cause, mover: 'traffic' })
    // @ts-expect-error -- time alone reopens nothing
    move('inactive', 'active', { ...cause, mover: 'deadline' })
    expect(listMoves(moves).filter(({ from }) => from === 'closed')).toEqual([
      { from: 'closed', to: 'erasing', by: ['request'], on: 'deleted' },
    ])
  })

  test('each move by request is allowed exactly where the table says so', () => {
    const states = ['active', 'inactive', 'closed'] as const
    const done = states.flatMap((from) =>
      states.flatMap((to) => {
        const town = house(pinOf({}))
        const id = town.create()
        town.run(id, { type: 'change', status: from })
        try {
          return town.run(id, { type: 'change', status: to }).length > 0 ? [`${from} ${to}`] : []
        } catch {
          return []
        }
      }),
    )
    const allowed = listMoves(moves).filter(
      ({ from, to, by }) => from !== 'new' && to !== 'erasing' && by.includes('request'),
    )
    expect(done.toSorted()).toEqual(allowed.map(({ from, to }) => `${from} ${to}`).toSorted())
  })
})
