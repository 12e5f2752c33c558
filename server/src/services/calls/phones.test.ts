import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openMemory } from '#adapters/storage/memory/open.ts'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { Directory } from '#adapters/telephony/simulator/phones.ts'
import type { Script } from '#adapters/telephony/simulator/script.ts'
import { phone as noun } from '#domain/phone/phone.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Engine } from '#engine/api.ts'
import { createEngine } from '#engine/engine.ts'
import type { Storage, System } from '#engine/ports.ts'
import { createPhones, type Phones, type PhonesNeed } from './phones.ts'

const ask = { account: 'alice', by: 'test' }
const [one, two] = ['+12025550120', '+12025550121'] as const
const rings: Script = [{ do: 'ring' }]
const busy: Script = [{ do: 'reject', because: 'busy' }]
/** As long as a script may be by its steps, but longer than what is kept. */
const long: Script = [{ do: 'answer' }, ...Array<Script[number]>(20).fill({ do: 'say', text: 'x'.repeat(1_000) })]

/** A process: the phones, the carrier's own list of them, and the accounts it was told of. */
interface Process {
  readonly phones: Phones<Script>
  readonly carrier: Directory
  readonly told: readonly string[]
  readonly warned: readonly Readonly<Record<string, unknown>>[]
}

let world: { readonly storage: Storage; readonly system: System }
let engine: Engine

beforeEach(async () => {
  world = { storage: openMemory(), system: simulatedSystem(1) }
  await startEngine()
})
afterEach(() => engine.stop())

async function startEngine(): Promise<void> {
  engine = await createEngine({ ...world, nouns: [noun] })
  await engine.start()
}

function open(more: Partial<PhonesNeed<Script>> = {}): Process {
  const carrier = new Directory()
  const told: string[] = []
  const warned: Readonly<Record<string, unknown>>[] = []
  const phones = createPhones<Script>({
    engine,
    check: (number, script) => new Directory().of('').set(number, script),
    tell: (account, scripts) => {
      told.push(account)
      return carrier.load(account, scripts)
    },
    log: { info: () => {}, warn: (facts) => void warned.push(facts), error: () => {} },
    ...more,
  })
  return { phones, carrier, told, warned }
}

/** The same store under another process. */
async function restart(): Promise<Process> {
  await engine.stop()
  await startEngine()
  return open()
}

describe('virtual phones', () => {
  it('are known to the carrier at once, and belong to their account', async () => {
    const { phones, carrier } = open()
    expect(await phones.set(ask, two, rings)).toEqual(rings)
    await phones.set(ask, one, busy)
    expect(carrier.called('alice', one, '')).toEqual(busy)
    expect(Object.entries(await phones.all('alice'))).toEqual([
      [one, busy],
      [two, rings],
    ])
    expect(await phones.get('alice', two)).toEqual(rings)
    expect(await phones.get('bob', two)).toBeUndefined()
    expect(await phones.all('bob')).toEqual({})
    expect(carrier.of('bob').all()).toEqual({})
  })

  it('take another script in the place of the one before', async () => {
    const { phones, carrier } = open()
    await phones.set(ask, one, rings)
    await phones.set(ask, one, busy)
    expect(await phones.all('alice')).toEqual({ [one]: busy })
    expect(carrier.of('alice').all()).toEqual({ [one]: busy })
  })

  it('are one, however many write at the same time', async () => {
    const { phones, carrier } = open()
    const scripts = [rings, busy, [], rings, busy] as const
    const set = await Promise.all(scripts.map((script) => phones.set(ask, one, script)))
    expect(set.some(isRefused)).toBe(false)
    expect(await phones.all('alice')).toEqual({ [one]: busy })
    expect(carrier.of('alice').all()).toEqual({ [one]: busy })
    const page = await engine.list({ account: 'alice', noun, list: 'all', equals: ['true'], limit: 10 })
    expect(page.items.map(({ state }) => state.script)).toEqual([busy])
  })

  it('are ordinary again when their script is removed, and may be written anew', async () => {
    const { phones, carrier } = open()
    await phones.set(ask, one, rings)
    expect(await phones.remove(ask, one)).toBe(true)
    expect(await phones.remove(ask, one)).toBe(false)
    expect(await phones.all('alice')).toEqual({})
    expect(carrier.of('alice').all()).toEqual({})
    expect(await phones.set(ask, one, busy)).toEqual(busy)
    expect(carrier.of('alice').all()).toEqual({ [one]: busy })
  })

  it.each([
    ['+12025550119', rings, 'number'],
    [one, [{ do: 'fly' }], 'script.0.do'],
    [one, long, 'script'],
  ])('are refused what the carrier or the store does not take: %s', async (number, script, field) => {
    const { phones, told } = open()
    expect(await phones.set(ask, number, script)).toMatchObject({ refusal: { code: 'invalid', field } })
    expect(await phones.all('alice')).toEqual({})
    expect(told).toEqual([])
  })
})

describe('virtual phones after a restart', () => {
  it('are told to the carrier when their account is first needed, once', async () => {
    await open().phones.set(ask, one, busy)
    const { phones, carrier, told } = await restart()
    expect(carrier.of('alice').all()).toEqual({})
    await Promise.all([phones.ensure('alice'), phones.ensure('alice')])
    await phones.ensure('alice')
    expect(carrier.of('alice').all()).toEqual({ [one]: busy })
    expect(told).toEqual(['alice'])
  })

  it('are all known when the first thing is a write', async () => {
    await open().phones.set(ask, one, busy)
    const { phones, carrier } = await restart()
    await phones.set(ask, two, rings)
    expect(carrier.of('alice').all()).toEqual({ [one]: busy, [two]: rings })
  })

  it('are written and needed at the same time without being lost', async () => {
    await open().phones.set(ask, one, busy)
    const { phones, carrier } = await restart()
    await Promise.all([phones.ensure('alice'), phones.set(ask, two, rings), phones.ensure('alice')])
    expect(carrier.of('alice').all()).toEqual({ [one]: busy, [two]: rings })
  })

  it('are named in the log where their script is not valid any more', async () => {
    await open({ check: () => [] }).phones.set(ask, '+12025550199', [])
    await open({ check: (_, script) => script as Script }).phones.set(ask, one, [{ do: 'fly' }])
    const { phones, carrier, warned } = await restart()
    await phones.ensure('alice')
    expect(carrier.of('alice').all()).toEqual({ '+12025550199': [] })
    expect(warned).toEqual([{ account: 'alice', numbers: [one] }])
  })

  it('are read again where they could not be', async () => {
    await open().phones.set(ask, one, busy)
    const { phones, carrier } = await restart()
    const { list } = engine
    engine.list = () => Promise.reject(new Error('The store is away.'))
    await expect(phones.ensure('alice')).rejects.toThrow('The store is away.')
    engine.list = list
    await phones.ensure('alice')
    expect(carrier.of('alice').all()).toEqual({ [one]: busy })
  })
})

describe("an account's virtual phones", () => {
  it('are the same', async () => {
    const { phones, carrier } = open()
    const own = phones.of('alice')
    expect(await own.set(one, rings)).toEqual(rings)
    expect(await own.set(one, 'ring')).toMatchObject({ refusal: { code: 'invalid' } })
    expect(await own.get(one)).toEqual(rings)
    expect(await phones.all('alice')).toEqual(await own.all())
    expect(await own.delete(one)).toBe(true)
    expect(await own.delete(one)).toBe(false)
    expect(carrier.of('alice').all()).toEqual({})
  })

  it('throw where the house cannot write', async () => {
    const own = open().phones.of('alice')
    engine.execute = async () => ({ refusal: { code: 'busy', message: 'Try again later.' } })
    await expect(own.delete(one)).rejects.toThrow('Try again later.')
    expect(await own.set(one, rings)).toMatchObject({ refusal: { code: 'busy' } })
  })
})
