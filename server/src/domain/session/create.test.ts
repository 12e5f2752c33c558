import { describe, expect, test } from 'vitest'
import { minuteMs } from '../vocabulary/instant.ts'
import type { Create } from './commands.ts'
import { browser, calling, Case, given, inbound, mail, order, row, second, text } from './given.ts'
import { differing, defaultsOf } from './limits.ts'

function refused(more: Partial<Create>): { code: string; field?: string | undefined } {
  try {
    given(more)
  } catch (error) {
    return { code: String(error) }
  }
  return { code: 'made' }
}

describe('a session is made in the state that follows from what it is', () => {
  test('an outbound call waits for a slot, for its time, or for its batch', () => {
    expect(given().state).toMatchObject({ state: 'queued', attempt: { number: 0 }, outcome: null, sequence: 1 })
    expect(given({ to: 'scheduled', dueAt: 1_800_000_600_000 }).state.state).toBe('scheduled')
    expect(given(row).state.state).toBe('prepared')
  })

  test('B3 an inbound call rings, with the carrier’s id of it', () => {
    const { state } = given(inbound)
    expect(state).toMatchObject({ state: 'ringing', attempt: { number: 1, callId: 'CA1' } })
  })

  test('a browser session joins, a text session is live, a mail is being sent', () => {
    expect([browser, text, mail].map((more) => given(more).state.state)).toEqual(['joining', 'live', 'dialing'])
  })

  test.each([
    [{ to: 'live' }, 'starts as queued or scheduled or prepared'],
    [{ ...inbound, to: 'queued' }, 'starts as ringing'],
    [{ to: 'prepared' }, 'Name the batch'],
    [{ to: 'scheduled' }, 'Give the time it is due'],
    [{ dueAt: 1_800_000_000_001 }, 'Only what waits for its time'],
    [{ to: 'scheduled', dueAt: 1_900_000_000_000 }, 'at most a year ahead'],
    [{ user: '' }, 'Give an address of 1 to 254 characters.'],
    [{ route: 'r'.repeat(65) }, 'at most 64 characters'],
    [{ policy: { ringMs: 1 } }, 'Give ringMs as 5000 to 180000 milliseconds.'],
    [{ policy: { wrapMs: 901_000 } }, 'Give wrapMs as 60000 to 900000'],
    [{ policy: { setupMs: 9_999.5 } }, 'Give setupMs'],
    [{ policy: { retry: { max: 9, on: [], onVoicemail: false, afterMs: [minuteMs] } } }, 'Retry 1 to 5 times.'],
    [{ policy: { retry: { max: 1, on: [], onVoicemail: false, afterMs: [] } } }, 'Give 1 to 5 waits'],
    [{ order: { data: { text: 'x'.repeat(26_000) } } }, 'at most 25 KB'],
  ] as const)('%j is refused: %s', (more, message) => {
    expect(refused(more as Partial<Create>).code).toContain(message)
  })

  test('the head keeps of a policy what differs from the defaults', () => {
    const policy = { ringMs: minuteMs, setupMs: 30 * second, retry: null, makes: [] }
    expect(calling(policy).state.policy).toEqual({ setupMs: 30 * second })
    expect(differing({ queueMs: 86_400_000 }, defaultsOf({ kind: 'telephone', batch: {} }))).not.toEqual({})
  })

  test('an id names one session, and nothing can be asked of one that is not there', () => {
    expect(given().refusal(order())).toMatchObject({ code: 'in_use' })
    expect(() => new Case({ type: 'erase' } as never)).toThrow('not_found')
  })
})
