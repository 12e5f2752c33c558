import { expect, it } from 'vitest'
import type { SaidWords } from '../calls/conversation/transcript.ts'
import { saidFrom } from './known.ts'

/** `u1` is what the user said; `a0>` first words that answered nothing; `a2>u1` what the agent answered to it, `a2` without noting to what; `p` asks whether they are there. */
function words(...told: readonly string[]): readonly SaidWords[] {
  return told.map((one, at) => {
    const [id = '', answers] = one.split('>')
    const who = id.startsWith('u') ? 'user' : 'agent'
    const took = id.startsWith('a') && { took: { totalMs: 1 } }
    const speaker = id.startsWith('s') && { speaker: 'supervisor' as const }
    const turn = {
      type: 'turn.taken',
      at,
      who,
      quietFrom: at,
      ...took,
      ...speaker,
      ...(answers !== undefined && { answers: answers === '' ? null : answers }),
    } as const
    return { id, who, text: id, at, turn }
  })
}

it.each([
  ['nothing', [], [], false],
  ['a question', ['a0', 'u1'], ['a0', 'u1'], true],
  ['an answered one', ['u1', 'a2>u1'], ['u1', 'a2'], false],
  ['two, of which the first is answered', ['u1', 'u2', 'a3>u1'], ['u1', 'a3', 'u2'], true],
  ['two, answered one after the other', ['u1', 'u2', 'a3>u1', 'a4>u2'], ['u1', 'a3', 'u2', 'a4'], false],
  ['one that a supervisor answered', ['u1', 's2'], ['u1', 's2'], false],
  ['one that nobody answered but asked whether they are there', ['u1', 'p2'], ['u1', 'p2'], true],
  ['one said while the agent greeted', ['u1', 'a0>'], ['a0', 'u1'], true],
  ['one that both answered', ['u1', 's2', 'a3>u1'], ['u1', 'a3', 's2'], false],
  ['what an older server recorded', ['u1', 'u2', 'a3'], ['u1', 'u2', 'a3'], false],
])('%s', (_, told, said, isUnanswered) => {
  const known = saidFrom(words(...told))
  expect(known.said.map(({ text }) => text)).toEqual(said)
  expect(known.isUnanswered).toBe(isUnanswered)
})
