import { expect, test } from 'vitest'
import { listMoves, mermaid, type Moves } from './machine.ts'

const door: Moves<'open' | 'shut' | 'gone'> = {
  new: { shut: { by: ['request'], on: 'built' } },
  open: { shut: { by: ['request', 'deadline'], on: 'closed' } },
  shut: { open: { by: ['traffic'], on: 'opened' }, gone: { by: ['request'], on: 'torn down' } },
  gone: {},
}

test('a machine as a list and as a diagram', () => {
  expect(listMoves(door)[1]).toEqual({ from: 'open', to: 'shut', by: ['request', 'deadline'], on: 'closed' })
  expect(mermaid(door)).toBe(
    [
      'stateDiagram-v2',
      '    [*] --> shut: built (request)',
      '    open --> shut: closed (request, deadline)',
      '    shut --> open: opened (traffic)',
      '    shut --> gone: torn down (request)',
      '    gone --> [*]',
    ].join('\n'),
  )
})
