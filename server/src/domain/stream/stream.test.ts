import { describe, expect, test } from 'vitest'
import type { Context } from '../noun.ts'
import { dayMs, hourMs, type Instant } from '../vocabulary/instant.ts'
import { isRefused } from '../vocabulary/refusal.ts'
import { businessOf, callClaim, customerOf } from './call.ts'
import type { StreamCommand } from './commands.ts'
import type { StreamEvent } from './events.ts'
import type { Stream } from './state.ts'
import { stream } from './stream.ts'

const alice = '+14155550101'
const us = '+18005550111'
const begin: Instant = 1_800_000_000_000
const self = '0'.repeat(26)
const one = '1'.repeat(26)
const other = '2'.repeat(26)
const start = {
  type: 'start',
  callSid: 'CA1',
  from: alice,
  to: us,
  direction: 'inbound',
  callType: 'PSTN',
  configurationId: null,
} as const

function context(now: Instant, holder?: string): Context<StreamEvent> {
  return {
    now,
    self,
    account: 'account',
    by: 'test',
    next: 1,
    id: () => one,
    taken: () => holder,
    found: () => undefined,
  }
}

function decide(
  state: Stream | undefined,
  command: StreamCommand,
  now = begin,
  holder?: string,
): ReturnType<typeof stream.decide> {
  return stream.decide(state, command, context(now, holder))
}

/** The state and the last events after these commands, each a minute later. */
function after(...commands: StreamCommand[]): { state: Stream; events: readonly StreamEvent[] } {
  let state: Stream | undefined
  let events: readonly StreamEvent[] = []
  for (const [i, command] of [start, ...commands].entries()) {
    const decided = decide(state, command, begin + i * 60_000)
    if (isRefused(decided)) throw new Error(decided.refusal.message)
    events = decided.events
    for (const event of events) state = stream.evolve(state, JSON.parse(JSON.stringify(event)) as StreamEvent)
  }
  if (state === undefined) throw new Error('Nothing started.')
  return { state, events }
}

const code = (decided: ReturnType<typeof stream.decide>): unknown =>
  isRefused(decided) ? decided.refusal.code : decided
const reactions = ({ state, events }: ReturnType<typeof after>): unknown =>
  events.flatMap((event) => stream.reactions(event, state))
const join = (conversationId: string): StreamCommand => ({ type: 'join', conversationId })
const stop = { type: 'stop', because: 'its end was reported' } as const

describe('the life of a stream', () => {
  test('T19 it is known from its start, before there is a conversation', () => {
    const { state, events } = after()
    expect(state).toMatchObject({ status: 'open', conversationId: null, startedAt: begin, endedAt: null })
    expect(stream.claims(state)).toEqual([{ kind: 'call', route: alice, key: 'CA1' }])
    expect(stream.handles(state)).toEqual([{ kind: 'call', key: 'CA1' }])
    expect(reactions({ state, events })).toEqual([])
  })

  test('D9 one open stream a call: another is refused, the same start again is nothing', () => {
    expect(decide(undefined, start, begin, other)).toMatchObject({
      refusal: { code: 'in_use', conflicting: { noun: 'stream', id: other } },
    })
    expect(decide(undefined, start, begin, self)).toMatchObject({ events: [{ type: 'stream.started' }] })
    expect(decide(after().state, start)).toEqual({ events: [] })
    expect(stream.claims(after(stop).state)).toEqual([])
    expect(stream.handles(after(stop).state)).toEqual([{ kind: 'call', key: 'CA1' }])
    expect(code(decide(after(stop).state, start))).toBe('stream_ended')
  })

  test('joining attaches it to the conversation, and stopping ends it there', () => {
    expect(reactions(after(join(one)))).toEqual([
      { noun: 'conversation', id: one, command: { type: 'attach_stream', callSid: 'CA1' } },
    ])
    expect(reactions(after(join(one), stop))).toEqual([
      {
        noun: 'conversation',
        id: one,
        command: { type: 'end_stream', callSid: 'CA1', because: 'its end was reported' },
      },
    ])
    expect(reactions(after(stop))).toEqual([])
    expect(after(join(one), join(one)).events).toEqual([])
    expect(after(join(one), stop, stop).events).toEqual([])
    expect(code(decide(after(stop).state, join(one)))).toBe('stream_ended')
  })

  test('T4 a call that goes on in another conversation leaves the first', () => {
    expect(reactions(after(join(one), join(other)))).toEqual([
      {
        noun: 'conversation',
        id: one,
        command: { type: 'end_stream', callSid: 'CA1', because: 'its call went on in another conversation' },
      },
      { noun: 'conversation', id: other, command: { type: 'attach_stream', callSid: 'CA1' } },
    ])
  })

  test('D16 a day after its start it ends by itself, a week after its end it is forgotten', () => {
    const open = after(join(one)).state
    expect(stream.deadline(open)).toMatchObject({ at: begin + 24 * hourMs, because: 'its end was never reported' })
    const { state } = after(join(one), stop)
    expect(stream.deadline(state)).toMatchObject({ at: begin + 2 * 60_000 + 7 * dayMs, command: { type: 'forget' } })
    const gone = after(join(one), stop, { type: 'forget' }).state
    expect([stream.erasing(gone), stream.deadline(gone), stream.handles(gone)]).toEqual([true, undefined, []])
    expect(code(decide(gone, join(one)))).toBe('not_found')
    expect(decide(open, { type: 'forget' })).toEqual({ events: [] })
  })

  test('the deadlines alone end every stream', () => {
    let state: Stream = after(join(one)).state
    for (let due = stream.deadline(state); due; due = stream.deadline(state)) {
      const decided = decide(state, due.command, due.at)
      const events = isRefused(decided) ? [] : decided.events
      expect(events).toHaveLength(1)
      for (const event of events) state = stream.evolve(state, event)
    }
    expect(state.status).toBe('erasing')
  })

  test('nothing but a start begins one', () => {
    expect(code(decide(undefined, stop))).toBe('not_found')
    expect(() => stream.evolve(undefined, { type: 'stream.stopped', at: begin, because: '' })).toThrow('stream.started')
  })
})

test('X10 the customer is the caller of an inbound call and the called of an outbound one', () => {
  const outbound = { ...start, from: us, to: 'tel:+1 (415) 555-0101', direction: 'outbound' } as const
  expect([customerOf(start), businessOf(start)]).toEqual([alice, us])
  expect([customerOf(outbound), businessOf(outbound)]).toEqual(['tel:+1 (415) 555-0101', us])
  expect(callClaim(outbound)).toEqual(callClaim(start))
})
