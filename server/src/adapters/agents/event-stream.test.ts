import fc from 'fast-check'
import { expect, it } from 'vitest'
import { EventStream } from './event-stream.ts'

function eventsIn(...pieces: readonly string[]): readonly string[] {
  const events: string[] = []
  const stream = new EventStream((type, data) => void events.push(`${type}=${data}`))
  for (const piece of pieces) stream.add(piece)
  return events
}

it.each<[string, string, readonly string[]]>([
  ['data of several lines', 'data: YHOO\ndata: +2\ndata: 10\n\n', ['message=YHOO\n+2\n10']],
  ['comments', ': test stream\n\ndata: first event\nid: 1\n\n:ping\n\n', ['message=first event']],
  ['data that is empty', 'data\n\ndata\ndata\n\ndata:\n\n', ['message=', 'message=\n', 'message=']],
  [
    'one space after the colon only',
    'data:test\n\ndata: test\n\ndata:  test\n\n',
    ['message=test', 'message=test', 'message= test'],
  ],
  ['a name, for one event', 'event: add\ndata: 7\n\ndata: 8\n\n', ['add=7', 'message=8']],
  ['a name without data', 'event: add\n\ndata: 8\n\n', ['message=8']],
  ['all ends of lines', 'data: a\r\rdata: b\r\n\r\ndata: c\n\n', ['message=a', 'message=b', 'message=c']],
  ['fields it does not know', 'retry: 5\nfoo: bar\ndata : no\ndata: a:b\n\n', ['message=a:b']],
  ['nothing that no blank line follows', 'data: a\n\ndata: b\n', ['message=a']],
])('reads %s', (_, text, events) => {
  expect(eventsIn(text)).toEqual(events)
})

it('reads the same wherever the pieces are cut', () => {
  const text = ': x\r\ndata: {"a":\r\ndata: 1}\r\n\r\nevent: end\rdata: b\r\rdata: c\n\n'
  const whole = eventsIn(text)
  expect(whole).toEqual(['message={"a":\n1}', 'end=b', 'message=c'])
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: text.length })), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), text.length]
      const pieces = at.slice(1).map((to, index) => text.slice(at[index], to))
      expect(eventsIn(...pieces)).toEqual(whole)
    }),
  )
})
