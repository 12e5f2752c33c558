import { describe, expect, it } from 'vitest'
import { isOpen, nextOpenings } from '#domain/vocabulary/calling-hours.ts'
import { numberZones } from './number-zones.ts'
import { zoneTable } from './zone-table.ts'

describe('the zones of a number', () => {
  const zones = numberZones()

  it.each([
    ['+12125550100', ['America/New_York']],
    ['+14155550133', ['America/Los_Angeles']],
    ['+18085550100', ['Pacific/Honolulu']],
    ['+4930123456', ['Europe/Berlin']],
    ['+911123456789', ['Asia/Calcutta']],
    ['+5511961234567', ['America/Sao_Paulo']],
    ['+61291234567', ['Australia/Sydney']],
    ['+685123456', ['Pacific/Apia']],
  ])('%s is in %j', (number, expected) => {
    expect(zones.of(number)).toEqual(expected)
  })

  it('the longest beginning counts: parts of Idaho keep the time of the coast', () => {
    expect(zones.of('+12082015555')).toEqual(['America/Denver'])
    expect(zones.of('+12082155555')).toEqual(['America/Los_Angeles'])
  })

  it('a mobile number of a large country may be in any of its zones', () => {
    expect(zones.of('+61412345678')).toEqual(expect.arrayContaining(['Australia/Perth', 'Australia/Sydney']))
    expect(zones.of('+79161234567')).toEqual(expect.arrayContaining(['Europe/Moscow', 'Asia/Kamchatka']))
  })

  it('a North American number of no place is somewhere on the mainland, and can be called', () => {
    const mainland = zones.of('+18005550100')
    expect(mainland).toEqual(expect.arrayContaining(['America/New_York', 'America/Los_Angeles', 'America/St_Johns']))
    expect(nextOpenings(0, mainland, { startHour: 9, endHour: 18 })).toHaveLength(3)
  })

  it('satellites and numbers of no country are nobody knows where', () => {
    expect(zones.of('+870773123456')).toEqual([])
    expect(zones.of('+99912345678')).toEqual([])
    expect(zones.of('')).toEqual([])
  })

  it('ranges and single beginnings are read alike', () => {
    const small = numberZones('Europe/Berlin:49 491-3\nEurope/Paris Europe/Rome:4920')
    expect(small.of('+4919')).toEqual(['Europe/Berlin'])
    expect(small.of('+4920999')).toEqual(['Europe/Paris', 'Europe/Rome'])
    expect(small.of('+33')).toEqual([])
  })

  it('every zone of the table is known here', () => {
    const names = new Set(zoneTable.split('\n').flatMap((line) => line.split(':')[0]?.split(' ') ?? []))
    expect(names.size).toBeGreaterThan(250)
    for (const name of names) expect(() => isOpen(0, [name], { startHour: 0, endHour: 24 })).not.toThrow()
  })
})
