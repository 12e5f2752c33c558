import { describe, expect, it } from 'vitest'
import { isZone } from '#domain/vocabulary/calling-hours.ts'
import { renamed, zones } from './zones.ts'

const inZone = (zone: string) => Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone)

describe('time zones', () => {
  it.each(Object.entries(renamed))('%s is called %s today, and both are listed', (old, today) => {
    expect([inZone(old).equals(inZone(today)), zones.includes(old), zones.includes(today)]).toEqual([true, true, true])
  })

  it('are all that Intl lists, and UTC and fixed offsets beside them; each is a zone', () => {
    const more = ['UTC', 'Etc/UTC', 'Etc/GMT', 'Etc/GMT+12', 'Etc/GMT-14']
    expect(zones).toEqual(expect.arrayContaining([...Intl.supportedValuesOf('timeZone'), ...more]))
    expect(zones.filter((zone) => !isZone(zone))).toEqual([])
  })

  it('of fixed offsets are ahead of UTC where they have a minus', () => {
    expect([inZone('Etc/GMT-14').offset, inZone('Etc/GMT+12').offset]).toEqual(['+14:00', '-12:00'])
  })
})
