import { describe, expect, it } from 'vitest'
import { given } from '#conformance/given.ts'
import type { PhoneEvent } from './events.ts'
import { maxScriptBytes, phone, phoneClaim } from './phone.ts'
import type { VirtualPhone } from './state.ts'

const other = '01ka7n36096q14dr9gpqy77zaa'
const number = '+12025550120'
const made: VirtualPhone = {
  id: '01ka7n36096q14dr9gpqy77zxy',
  account: 'alice',
  status: 'live',
  number,
  script: [{ do: 'ring' }],
  createdAt: 1,
  updatedAt: 1,
}
const written: PhoneEvent = { type: 'phone.written', at: 1, phone: made }
const write = { type: 'write', number, script: made.script } as const

/** A script whose JSON has as many bytes. */
const scriptOf = (bytes: number, character = 'x'): readonly string[] => [
  character.repeat((bytes - 4) / new TextEncoder().encode(character).length),
]

describe('a virtual phone', () => {
  it('holds its number', () => {
    const { state } = given(phone).when(write)
    expect(state).toEqual({ ...made, createdAt: 1_000, updatedAt: 1_000 })
    expect(phone.claims(state)).toEqual([phoneClaim(number)])
    expect(phone.facets(state)).toMatchObject({ live: true })
    expect(given(phone).when(write, { taken: { [number]: other } }).refusal).toMatchObject({
      code: 'in_use',
      field: 'number',
      conflicting: { noun: 'phone', id: other },
    })
  })

  it('takes another script, and writes nothing for the same', () => {
    const { state, events } = given(phone, written).when({ ...write, script: [] })
    expect(state).toEqual({ ...made, script: [], updatedAt: 1_000 })
    expect(events).toHaveLength(1)
    expect(given(phone, written).when({ ...write, script: [{ do: 'ring' }] }).events).toEqual([])
  })

  it('keeps its number', () => {
    const { refusal } = given(phone, written).when({ ...write, number: '+12025550121' })
    expect(refusal).toMatchObject({ code: 'fixed', field: 'number' })
  })

  it.each(['12025550120', '+0202555', '+1', ''])('has no number %j', (wrong) => {
    expect(given(phone).when({ ...write, number: wrong }).refusal).toMatchObject({ code: 'invalid', field: 'number' })
  })

  it.each(['x', 'é', '€', '😀'])('keeps at most 16 KB of script, counted in bytes: %s', (character) => {
    for (const present of [given(phone), given(phone, written)]) {
      expect(present.when({ ...write, script: scriptOf(maxScriptBytes, character) }).events).toHaveLength(1)
      expect(present.when({ ...write, script: [...scriptOf(maxScriptBytes, character), 1] }).refusal).toMatchObject({
        code: 'invalid',
        field: 'script',
      })
    }
  })

  it.each([undefined, null])('has a script: not %j', (script) => {
    expect(given(phone).when({ ...write, script }).refusal).toMatchObject({ code: 'invalid', field: 'script' })
    expect(given(phone, written).when({ ...write, script }).refusal?.code).toBe('invalid')
  })

  it('is erased by its removal, and unknown afterwards', () => {
    const { events, state } = given(phone, written).when({ type: 'remove' }, { by: 'bob' })
    expect(events).toEqual([{ type: 'phone.removed', at: 1_000, by: 'bob' }])
    expect(phone.erasing(state)).toBe(true)
    expect(phone.claims(state)).toEqual([])
    expect(phone.facets(state)).toMatchObject({ live: undefined })
    for (const command of [{ type: 'remove' } as const, write])
      expect(given(phone, written, ...events).when(command).refusal?.code).toBe('not_found')
    expect(given(phone).when({ type: 'remove' }).refusal?.code).toBe('not_found')
  })
})
