import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closedBetween, isOpen, nextOpenings, type CallingHours } from './calling-hours.ts'
import { dayMs, hourMs, minuteMs, type Instant } from './instant.ts'

const at = (text: string): Instant => Temporal.Instant.from(text).epochMilliseconds
const texts = (instants: readonly Instant[]): readonly string[] =>
  instants.map((one) => Temporal.Instant.fromEpochMilliseconds(one).toString())
const hours = (startHour: number, endHour: number): CallingHours => ({ startHour, endHour })

describe('calling hours', () => {
  const working = hours(9, 18)

  it('B9: are open from the start up to, not including, the end, on the clock of the called party', () => {
    const kolkata = ['Asia/Kolkata'] // UTC+5:30
    expect(isOpen(at('2026-11-20T03:29:59.999Z'), kolkata, working)).toBe(false)
    expect(isOpen(at('2026-11-20T03:30:00Z'), kolkata, working)).toBe(true)
    expect(isOpen(at('2026-11-20T12:29:59.999Z'), kolkata, working)).toBe(true)
    expect(isOpen(at('2026-11-20T12:30:00Z'), kolkata, working)).toBe(false)
    expect(texts(nextOpenings(at('2026-11-20T12:30:00Z'), kolkata, working))).toEqual([
      '2026-11-21T03:30:00Z',
      '2026-11-22T03:30:00Z',
      '2026-11-23T03:30:00Z',
    ])
  })

  it('B9: the same start and end are that one hour', () => {
    expect(isOpen(at('2026-11-20T09:59:59Z'), ['UTC'], hours(9, 9))).toBe(true)
    expect(isOpen(at('2026-11-20T10:00:00Z'), ['UTC'], hours(9, 9))).toBe(false)
    expect(closedBetween(at('2026-11-20T00:00Z'), at('2026-11-21T00:00Z'), ['UTC'], hours(9, 9))).toBe(23 * hourMs)
  })

  it('B9: an end before the start crosses midnight, which none may: never open', () => {
    expect(nextOpenings(at('2026-11-20T00:00Z'), ['UTC'], hours(22, 6))).toEqual([])
    expect(closedBetween(0, dayMs, ['UTC'], hours(22, 6))).toBe(dayMs)
  })

  it('a whole day joins the next: always open, so nothing opens', () => {
    expect(isOpen(at('2026-11-20T23:59Z'), ['Europe/Berlin'], hours(0, 24))).toBe(true)
    expect(nextOpenings(at('2026-11-20T12:00Z'), ['Europe/Berlin'], hours(0, 24))).toEqual([])
    expect(closedBetween(at('2026-10-01T00:00Z'), at('2026-11-01T00:00Z'), ['Europe/Berlin'], hours(0, 24))).toBe(0)
  })

  it('Europe/Berlin, clocks go forward: a start hour that does not exist is right after the gap', () => {
    // 2026-03-29: 02:00 CET is 03:00 CEST.
    expect(texts(nextOpenings(at('2026-03-28T20:00Z'), ['Europe/Berlin'], hours(2, 5), 2))).toEqual([
      '2026-03-29T01:00:00Z',
      '2026-03-30T00:00:00Z',
    ])
    expect(closedBetween(at('2026-03-28T23:00Z'), at('2026-03-29T22:00Z'), ['Europe/Berlin'], hours(2, 5))).toBe(
      21 * hourMs,
    )
    // The one hour of this window is skipped whole on that day.
    expect(texts(nextOpenings(at('2026-03-28T20:00Z'), ['Europe/Berlin'], hours(2, 2), 1))).toEqual([
      '2026-03-30T00:00:00Z',
    ])
  })

  it('Europe/Berlin, clocks go back: the hour that comes twice is open twice, and opens once', () => {
    // 2026-10-25: 03:00 CEST is 02:00 CET.
    const day = [at('2026-10-24T22:00Z'), at('2026-10-25T23:00Z')] as const
    expect(closedBetween(...day, ['Europe/Berlin'], hours(2, 3))).toBe(23 * hourMs)
    expect(texts(nextOpenings(day[0], ['Europe/Berlin'], hours(2, 3), 2))).toEqual([
      '2026-10-25T00:00:00Z',
      '2026-10-26T01:00:00Z',
    ])
    expect(isOpen(at('2026-10-25T00:30Z'), ['Europe/Berlin'], hours(2, 3))).toBe(true)
    expect(isOpen(at('2026-10-25T01:30Z'), ['Europe/Berlin'], hours(2, 3))).toBe(true)
    expect(isOpen(at('2026-10-25T02:00Z'), ['Europe/Berlin'], hours(2, 3))).toBe(false)
  })

  it('Australia/Lord_Howe moves by half an hour', () => {
    // 2026-10-04: 02:00 +10:30 is 02:30 +11. 2026-04-05: 02:00 +11 is 01:30 +10:30.
    const island = ['Australia/Lord_Howe']
    expect(texts(nextOpenings(at('2026-10-03T12:00Z'), island, hours(2, 3), 1))).toEqual(['2026-10-03T15:30:00Z'])
    expect(closedBetween(at('2026-10-03T12:00Z'), at('2026-10-03T18:00Z'), island, hours(2, 3))).toBe(5.5 * hourMs)
    expect(closedBetween(at('2026-04-04T12:00Z'), at('2026-04-04T18:00Z'), island, hours(1, 2))).toBe(4.5 * hourMs)
  })

  it('Pacific/Apia has had no 30th of December 2011', () => {
    // From the end of the 29th, at -10, to the beginning of the 31st, at +14.
    expect(texts(nextOpenings(at('2011-12-29T20:00Z'), ['Pacific/Apia'], working))).toEqual([
      '2011-12-30T19:00:00Z',
      '2011-12-31T19:00:00Z',
      '2012-01-01T19:00:00Z',
    ])
    expect(closedBetween(at('2011-12-29T10:00Z'), at('2011-12-31T10:00Z'), ['Pacific/Apia'], working)).toBe(
      (48 - 18) * hourMs,
    )
  })

  it('B9: with several possible zones, only where all are inside', () => {
    const coasts = ['America/New_York', 'America/Los_Angeles'] // UTC-5 and UTC-8
    expect(isOpen(at('2026-11-20T16:59Z'), coasts, working)).toBe(false)
    expect(isOpen(at('2026-11-20T17:00Z'), coasts, working)).toBe(true)
    expect(isOpen(at('2026-11-20T23:00Z'), coasts, working)).toBe(false)
    expect(texts(nextOpenings(at('2026-11-20T23:00Z'), coasts, working, 1))).toEqual(['2026-11-21T17:00:00Z'])
    expect(closedBetween(at('2026-11-20T00:00Z'), at('2026-11-21T00:00Z'), coasts, working)).toBe(18 * hourMs)
  })

  it('B9: none within 14 days where zones share no hour', () => {
    const apart = ['Europe/Kaliningrad', 'Asia/Kamchatka'] // UTC+2 and UTC+12
    expect(nextOpenings(at('2026-11-20T00:00Z'), apart, working)).toEqual([])
    expect(isOpen(at('2026-11-20T07:00Z'), apart, working)).toBe(false)
    expect(closedBetween(0, 30 * dayMs, apart, working)).toBe(30 * dayMs)
  })

  it('inside the hours, the next openings are those after the present one', () => {
    expect(texts(nextOpenings(at('2026-11-20T09:00Z'), ['UTC'], working, 1))).toEqual(['2026-11-21T09:00:00Z'])
    expect(texts(nextOpenings(at('2026-11-20T12:00Z'), ['UTC'], working, 1))).toEqual(['2026-11-21T09:00:00Z'])
  })

  it('nothing lies between an instant and itself, or one before', () => {
    expect(closedBetween(dayMs, dayMs, ['UTC'], working)).toBe(0)
    expect(closedBetween(dayMs, 0, ['UTC'], working)).toBe(0)
  })
})

describe('calling hours against a walk on the clock', () => {
  // Since 2012 these change at whole quarters of an hour, and by whole ones (St. John's used to at 00:01): a walk in quarters misses nothing.
  const stepMs = 15 * minuteMs
  const names =
    'America/New_York America/Los_Angeles America/Havana America/Sao_Paulo America/St_Johns Europe/Berlin Europe/London ' +
    'Asia/Kolkata Asia/Kathmandu Asia/Tehran Asia/Beirut Australia/Lord_Howe Pacific/Apia Pacific/Chatham ' +
    'Antarctica/Casey Africa/Casablanca UTC'
  const zone = fc.constantFrom(...names.split(' '))
  const window = fc.record({
    startHour: fc.integer({ min: 0, max: 23 }),
    endHour: fc.integer({ min: 0, max: 24 }),
  })
  const year = fc.integer({ min: 2012, max: 2035 })

  /** A quarter of an hour, near a change of the zone's offset where it has one. */
  function quarterNear(name: string, inYear: number, steps: number): Instant {
    const start = Temporal.PlainDate.from({ year: inYear, month: 1, day: 1 }).toZonedDateTime(name)
    const change = start.getTimeZoneTransition('next') ?? start
    return Math.floor(change.epochMilliseconds / stepMs + steps) * stepMs
  }

  function walked(instant: Instant, zones: readonly string[], { startHour, endHour }: CallingHours): boolean {
    return zones.every((name) => {
      const { hour } = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(name)
      return startHour === endHour ? hour === startHour : hour >= startHour && hour < endHour
    })
  }

  it('they say the same', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(zone, { minLength: 1, maxLength: 3 }),
        window,
        year,
        fc.integer({ min: -200, max: 100 }),
        fc.integer({ min: 1, max: 200 }),
        (zones, open, inYear, before, length) => {
          const from = quarterNear(zones[0] ?? 'UTC', inYear, before)
          let closed = 0
          const openings: Instant[] = []
          let wasOpen = walked(from, zones, open)
          for (let i = 0; i < length; i++) {
            const now = from + i * stepMs
            const isIn = walked(now, zones, open)
            expect(isOpen(now, zones, open)).toBe(isIn)
            if (!isIn) closed += stepMs
            if (isIn && !wasOpen) openings.push(now)
            wasOpen = isIn
          }
          const to = from + length * stepMs
          expect(closedBetween(from, to, zones, open)).toBe(closed)
          const found = nextOpenings(from, zones, open, 50)
          expect(found.filter((one) => one < to)).toEqual(openings)
          expect(found.every((one) => isOpen(one, zones, open) && !isOpen(one - 1, zones, open))).toBe(true)
          expect(nextOpenings(from, zones, open)).toEqual(found.slice(0, 3))
        },
      ),
      { numRuns: 150 },
    )
  })
})
