import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Saying, tellWords } from './progress.ts'

function said(...pieces: readonly string[]) {
  const told: string[] = []
  const saying = new Saying((progress) => progress.is === 'text' && told.push(progress.delta))
  for (const piece of pieces) saying.add(piece)
  return { told, text: saying.text }
}

it('is told without the space around it, and what is told is what is kept', () => {
  expect(said(' \n', ' On', ' its ', 'way.', ' \n')).toEqual({ told: ['On', ' its', ' way.'], text: 'On its way.' })
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\ud83d', '\ude00') })), (pieces) => {
      const { told, text } = said(...pieces)
      expect(told.join('')).toBe(text)
      expect(text).toBe(text.trim())
      expect(text.isWellFormed()).toBe(true)
    }),
  )
})

it('cuts no character in two', () => {
  expect(said('Yes \ud83d', '\ude00', '!')).toEqual({ told: ['Yes', ' 😀', '!'], text: 'Yes 😀!' })
})

it('puts a space between its parts', () => {
  const saying = new Saying(undefined)
  saying.pause()
  saying.add('One moment.\n')
  saying.pause()
  saying.pause()
  saying.add('\n Here it is.')
  saying.pause()
  expect(saying.text.replaceAll(/\s+/g, ' ')).toBe('One moment. Here it is.')
})

it('is told in words', () => {
  const told: string[] = []
  for (const text of [' Hello  Alice.\nHow are you? ', '', ' '])
    tellWords((progress) => progress.is === 'text' && told.push(progress.delta), text)
  expect(told).toEqual([' ', 'Hello  ', 'Alice.\n', 'How ', 'are ', 'you? ', ' '])
})
