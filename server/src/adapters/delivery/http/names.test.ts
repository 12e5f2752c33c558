import type { LookupAddress } from 'node:dns'
import { describe, expect, it } from 'vitest'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { parseHosts, resolveNames, type NamesOptions, type NameServer, type Resolve } from './names.ts'

const v4 = (address: string): LookupAddress => ({ address, family: 4 })
const v6 = (address: string): LookupAddress => ({ address, family: 6 })

const fails = (code: string) => Promise.reject(Object.assign(new Error(code), { code }))

/** Answers for v4 alone, and remembers what it was asked. */
function nameServerOf(resolve4: (name: string) => Promise<readonly string[]>) {
  const asked: string[] = []
  const nameServer: NameServer = {
    resolve4(name) {
      asked.push(name)
      return resolve4(name)
    },
    resolve6: () => fails('ENODATA'),
  }
  return { nameServer, asked }
}

function namesWith(options: Partial<NamesOptions>): Resolve {
  return resolveNames({ system: simulatedSystem(1), readHosts: async () => '', ...options })
}

function addressesOf(resolve: Resolve, name: string): Promise<readonly LookupAddress[]> {
  return new Promise((settle, reject) =>
    resolve(name, (error, addresses) => (error ? reject(error) : settle(addresses))),
  )
}

describe('the hosts file', () => {
  it('gives each name its addresses, in order, and passes over what makes no sense', () => {
    const text = [
      '# 10.0.0.9 commented.example',
      '10.0.0.1\talice.internal Alice # bob',
      '  fd00::1   alice.internal.',
      '10.0.0.1 alice alice',
      '10.0.0.300 bob',
      'bob 10.0.0.2',
      '10.0.0.3',
      '',
    ].join('\r\n')
    expect([...parseHosts(text)]).toEqual([
      ['alice.internal', [v4('10.0.0.1'), v6('fd00::1')]],
      ['alice', [v4('10.0.0.1')]],
    ])
  })

  it('answers before DNS is asked', async () => {
    const { nameServer, asked } = nameServerOf(async () => ['192.0.2.1'])
    const resolve = namesWith({ nameServer, readHosts: async () => '10.0.0.1 alice.internal' })
    expect(await addressesOf(resolve, 'Alice.Internal.')).toEqual([v4('10.0.0.1')])
    expect(asked).toEqual([])
    expect(await addressesOf(resolve, 'bob.internal')).toEqual([v4('192.0.2.1')])
    expect(asked).toEqual(['bob.internal'])
  })

  it('is read again after 10 s, or when the clock has stepped back, and not before', async () => {
    const system = simulatedSystem(1)
    let reads = 0
    const resolve = namesWith({ system, readHosts: async () => `10.0.0.${++reads} alice` })
    expect(await addressesOf(resolve, 'alice')).toEqual([v4('10.0.0.1')])
    system.step(9999)
    expect(await addressesOf(resolve, 'alice')).toEqual([v4('10.0.0.1')])
    system.step(1)
    expect(await addressesOf(resolve, 'alice')).toEqual([v4('10.0.0.2')])
    system.step(-60_000)
    expect(await addressesOf(resolve, 'alice')).toEqual([v4('10.0.0.3')])
  })

  it('may be missing', async () => {
    const { nameServer } = nameServerOf(async () => ['192.0.2.1'])
    const resolve = namesWith({ nameServer, readHosts: () => fails('ENOENT') })
    expect(await addressesOf(resolve, 'alice.example')).toEqual([v4('192.0.2.1')])
  })
})

describe('names', () => {
  it.each(['localhost', 'LocalHost.', 'alice.localhost'])('knows %s without asking', async (name) => {
    const { nameServer, asked } = nameServerOf(async () => ['192.0.2.1'])
    let reads = 0
    const resolve = namesWith({ nameServer, readHosts: async () => `192.0.2.${++reads} localhost alice.localhost` })
    expect(await addressesOf(resolve, name)).toEqual([v4('127.0.0.1'), v6('::1')])
    expect({ asked, reads }).toEqual({ asked: [], reads: 0 })
  })

  it('asks once for all who want the same name at the same time, and anew afterwards', async () => {
    const { nameServer, asked } = nameServerOf(async () => [`192.0.2.${asked.length}`])
    const resolve = namesWith({ nameServer })
    const both = ['alice.example', 'ALICE.example.'].map((name) => addressesOf(resolve, name))
    expect(await Promise.all(both)).toEqual([[v4('192.0.2.1')], [v4('192.0.2.1')]])
    expect(await addressesOf(resolve, 'alice.example')).toEqual([v4('192.0.2.2')])
    expect(asked).toEqual(['alice.example', 'alice.example'])
  })

  it('lets names that hang delay no other', async () => {
    const { nameServer, asked } = nameServerOf((name) =>
      name.endsWith('.hanging.example') ? new Promise(() => {}) : Promise.resolve(['192.0.2.1']),
    )
    const resolve = namesWith({ nameServer })
    const answered: string[] = []
    for (let n = 0; n < 100; n++) resolve(`n${n}.hanging.example`, () => answered.push(`n${n}`))
    expect(await addressesOf(resolve, 'alice.example')).toEqual([v4('192.0.2.1')])
    expect(asked).toHaveLength(101)
    expect(answered).toEqual([])
  })

  it('takes what one family answers when the other fails', async () => {
    const nameServer = { resolve4: () => fails('ETIMEOUT'), resolve6: async () => ['2001:db8::1'] }
    expect(await addressesOf(namesWith({ nameServer }), 'alice.example')).toEqual([v6('2001:db8::1')])
  })

  it.each([
    ['ENODATA', 'ENOTFOUND', 'ENOTFOUND'],
    ['ENOTFOUND', 'ETIMEOUT', 'EAI_AGAIN'],
    ['ECONNREFUSED', 'ECONNREFUSED', 'EAI_AGAIN'],
  ])('fails after %s and %s with %s, and asks anew the next time', async (first, second, code) => {
    let asked = 0
    const nameServer = {
      resolve4: () => (asked++ === 0 ? fails(first) : Promise.resolve(['192.0.2.1'])),
      resolve6: () => fails(second),
    }
    const resolve = namesWith({ nameServer })
    await expect(addressesOf(resolve, 'alice.example')).rejects.toMatchObject({ code })
    expect(await addressesOf(resolve, 'alice.example')).toEqual([v4('192.0.2.1')])
  })
})
