import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { homeOf } from './home.ts'
import { decodeId, encodeId, homeOfId, instantOfId, isId, mintId, partId, partNumber, placedId } from './id.ts'

const at = Date.parse('2026-11-20T09:05:00.000Z')
const random = Uint8Array.from({ length: 10 }, (_, i) => 17 * i)
const bytes = (): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: 16, maxLength: 16 })
const instant = (): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** 48 - 1 })

describe('ids', () => {
  test('every 16 bytes come back from their 26 letters', () => {
    fc.assert(
      fc.property(bytes(), (one) => {
        expect(isId(encodeId(one))).toBe(true)
        expect(decodeId(encodeId(one))).toEqual(one)
      }),
    )
  })

  test('letters of known bytes (the published vectors of TypeID)', () => {
    const of = (hex: string): string => encodeId(Uint8Array.fromHex(hex))
    expect(of('00000000000000000000000000000000')).toBe('00000000000000000000000000')
    expect(of('00000000000000000000000000000001')).toBe('00000000000000000000000001')
    expect(of('0000000000000000000000000000000a')).toBe('0000000000000000000000000a')
    expect(of('00000000000000000000000000000020')).toBe('00000000000000000000000010')
    expect(of('ffffffffffffffffffffffffffffffff')).toBe('7zzzzzzzzzzzzzzzzzzzzzzzzz')
    expect(of('0110c8531d0952d8d73e1194e95b5f19')).toBe('0123456789abcdefghjkmnpqrs')
    expect(of('01890a5dac96774bbcceb302099a8057')).toBe('01h455vb4pex5vsknk084sn02q')
  })

  test('what has not the form of an id', () => {
    const id = mintId(at, 0, random)
    for (const wrong of [
      '',
      id.slice(1),
      `${id}0`,
      `8${id.slice(1)}`,
      id.toUpperCase(),
      `${id.slice(1)}u`,
      `${id.slice(1)}!`,
      ` ${id.slice(1)}`,
    ]) {
      expect(isId(wrong)).toBe(false)
    }
    expect(isId(id)).toBe(true)
  })

  test('a new one holds its time and its home, is a UUIDv7, and sorts by time', () => {
    fc.assert(
      fc.property(instant(), fc.integer({ min: 0, max: 255 }), bytes(), (when, home, chance) => {
        const id = mintId(when, home, chance)
        expect([instantOfId(id), homeOfId(id)]).toEqual([when, home])
        const own = decodeId(id)
        expect([(own[6] ?? 0) >> 4, (own[8] ?? 0) >> 6]).toEqual([7, 2])
      }),
    )
    expect(mintId(at, 255, random) < mintId(at + 1, 0, random)).toBe(true)
  })
})

describe('ids of parts', () => {
  test('number, time and home come back', () => {
    fc.assert(
      fc.property(
        bytes(),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        instant(),
        fc.integer({ min: 0, max: 255 }),
        (chance, n, when, home) => {
          const aggregate = mintId(at, home, chance)
          const part = partId(aggregate, n, when)
          expect(isId(part)).toBe(true)
          expect([partNumber(part), instantOfId(part), homeOfId(part)]).toEqual([n, when, home])
          expect(partId(aggregate, n, when)).toBe(part)
        },
      ),
    )
  })

  test('parts of different aggregates and different numbers differ', () => {
    const one = mintId(at, 7, random)
    const other = mintId(at, 7, random.with(3, 200))
    expect(new Set([partId(one, 1, at), partId(one, 2, at), partId(other, 1, at), one]).size).toBe(4)
  })

  test('known ones, which never change', () => {
    const id = mintId(at, 7, random)
    expect([id, partId(id, 4, at + 60_000)]).toEqual(['01m7w37ck0e08t4ct4ank7f207', '01m7w39760e7ms309400000107'])
  })
})

describe('ids placed at another time', () => {
  test('rise with time and place, and keep their home and their chance', () => {
    const places = fc.tuple(instant(), fc.nat(2 ** 26 - 1))
    fc.assert(
      fc.property(places, places, bytes(), (one, two, chance) => {
        const id = mintId(at, 99, chance)
        const [first, second] = [placedId(id, ...one), placedId(id, ...two)]
        expect([isId(first), instantOfId(first), homeOfId(first)]).toEqual([true, one[0], 99])
        expect(decodeId(first).slice(10)).toEqual(decodeId(id).slice(10))
        expect(Math.sign(one[0] - two[0] || one[1] - two[1])).toBe(first < second ? -1 : first > second ? 1 : 0)
      }),
    )
  })
})

describe('homes', () => {
  test.each([
    ['account', '+14155550101', 239],
    ['account', '+18005550111', 185],
    ['account', '', 160],
    ['', '', 186],
    ['account', 'Zoë 🙂', 43],
    ['a', 'b', 113],
  ])('homeOf(%j, %j) is %i, for ever', (account, route, home) => {
    expect(homeOf(account, route)).toBe(home)
  })

  test('it is FNV-1a of the two, folded to a byte', () => {
    // Published: FNV-1a of "a" is e40c292c; a unit has two bytes here, and a line feed stands between account and route.
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (account, route) => {
        let hash = 0x811c9dc5n
        for (const byte of new Uint8Array(
          new Uint16Array(
            [...`${account}\n${route}`].flatMap((letter) => letter.split('')).map((unit) => unit.charCodeAt(0)),
          ).buffer,
        )) {
          hash = ((hash ^ BigInt(byte)) * 0x01000193n) & 0xffffffffn
        }
        const folded = Number((hash ^ (hash >> 8n) ^ (hash >> 16n) ^ (hash >> 24n)) & 0xffn)
        expect(homeOf(account, route)).toBe(folded)
      }),
    )
  })

  test('customers spread over all homes', () => {
    const homes = new Map<number, number>()
    for (let i = 0; i < 25_600; i++) {
      const home = homeOf('account', `+1415${5_550_000 + i}`)
      homes.set(home, (homes.get(home) ?? 0) + 1)
    }
    expect(homes.size).toBe(256)
    expect(Math.max(...homes.values())).toBeLessThan(200)
  })
})
