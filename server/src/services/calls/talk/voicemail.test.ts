import { describe, expect, it } from 'vitest'
import { judge } from './voicemail.ts'

describe('what is said by whoever answers', () => {
  it.each([
    'Hi, you have reached Alice. Please leave a message after the tone and I will call back.',
    "Sorry, I can't come to the phone right now, try again later.",
    'The person you are trying to reach is not available at the moment.',
  ])('is looked at as a greeting: %s', (text) => {
    expect(judge(text)).toBe('check')
  })

  it.each(['Hello?', 'Yes, this is Alice.', 'Who is calling'])('is a person: %s', (text) => {
    expect(judge(text)).toBe('live')
  })

  it.each(['I would like to move my appointment to next week please', 'Voicemail', '', '   '])(
    'tells nothing: %s',
    (text) => {
      expect(judge(text)).toBeUndefined()
    },
  )

  it('is looked at from as many words as the agent says', () => {
    expect([judge('Please leave a message', 4), judge('Please leave a message', 5)]).toEqual(['check', undefined])
  })
})
