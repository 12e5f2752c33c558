import { describe, expect, it } from 'vitest'
import { operation } from '#domain/operation/operation.ts'
import type { Engine } from '#engine/api.ts'
import { Roster } from './roster.ts'

interface Member {
  readonly id: string
  readonly version: number
  readonly live: boolean
}

/** A roster over a list that answers when the test says so. */
function rosterOf(): {
  roster: Roster<Member, never, never>
  answer: (...states: Member[]) => void
  fail: () => void
  asked: () => number
} {
  const waiting: { resolve(page: unknown): void; reject(error: Error): void }[] = []
  let asked = 0
  const list = (): Promise<unknown> => {
    asked++
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
  }
  const roster = new Roster<Member, never, never>(
    { list } as unknown as Engine,
    operation as never,
    'all',
    ({ live }) => live,
  )
  return {
    roster,
    answer: (...states) =>
      waiting.shift()?.resolve({ items: states.map((state) => ({ id: state.id, state, version: state.version })) }),
    fail: () => waiting.shift()?.reject(new Error('unreachable')),
    asked: () => asked,
  }
}
const member = (id: string, version = 1, live = true): Member => ({ id, version, live })

describe('a roster', () => {
  it('asks the list once, and gives the same array until something changes', async () => {
    const { roster, answer, asked } = rosterOf()
    const both = Promise.all([roster.of('a'), roster.of('a')])
    answer(member('one'))
    const [first, second] = await both
    expect(first).toEqual([member('one')])
    expect(second).toBe(first)
    roster.note('a', member('two'))
    expect(await roster.of('a')).toEqual([member('one'), member('two')])
    expect(asked()).toBe(1)
  })

  it('believes what was noted while the list was being read', async () => {
    const { roster, answer } = rosterOf()
    const reading = roster.of('a')
    roster.note('a', member('changed', 2))
    roster.note('a', member('gone', 2, false))
    answer(member('changed', 1), member('gone', 1))
    expect(await reading).toEqual([member('changed', 2)])
  })

  it('does not go back to an older note, nor to one of what has left', async () => {
    const { roster, answer } = rosterOf()
    const reading = roster.of('a')
    answer(member('one', 1), member('two', 1))
    await reading
    roster.note('a', member('one', 3))
    roster.note('a', member('one', 2))
    roster.note('a', member('two', 1, false))
    roster.note('a', member('two', 1))
    expect(await roster.of('a')).toEqual([member('one', 3)])
  })

  it('asks again when the list could not be read', async () => {
    const { roster, answer, fail } = rosterOf()
    const failed = roster.of('a')
    fail()
    await expect(failed).rejects.toThrow('unreachable')
    const again = roster.of('a')
    answer(member('one'))
    expect(await again).toEqual([member('one')])
  })

  it('keeps accounts apart', async () => {
    const { roster, answer } = rosterOf()
    const reading = Promise.all([roster.of('a'), roster.of('b')])
    answer(member('one'))
    answer(member('two'))
    expect(await reading).toEqual([[member('one')], [member('two')]])
  })
})
