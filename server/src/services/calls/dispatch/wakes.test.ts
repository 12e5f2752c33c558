import { describe, expect, it } from 'vitest'
import { Wakes, type Work } from './wakes.ts'

/** Passes that wait until they are let through. */
function rig(): {
  readonly wakes: Wakes<string>
  readonly passes: { readonly work: Work<string>; finish(still?: readonly string[]): void; fail(): void }[]
} {
  const passes: ReturnType<typeof rig>['passes'] = []
  const wakes = new Wakes<string>(
    (work) =>
      new Promise((resolve, reject) => {
        const finish = (still: readonly string[] = []): void => resolve(new Set(still))
        passes.push({ work, finish, fail: () => reject(new Error('away')) })
      }),
  )
  return { wakes, passes }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('waking an account', () => {
  it('those who come during a pass share the next one', async () => {
    const { wakes, passes } = rig()
    const first = wakes.wake('alice', { routes: ['a'] })
    await turn()
    const others = Promise.all([
      wakes.wake('alice', { routes: ['b'], back: 'x' }),
      wakes.wake('alice', { routes: ['c'], back: 'y' }),
    ])
    await turn()
    expect(passes.map(({ work }) => [...work.routes])).toEqual([['a']])
    passes[0]?.finish()
    await first
    await turn()
    expect(passes).toHaveLength(2)
    expect(passes[1]?.work).toMatchObject({ account: 'alice', back: ['x', 'y'] })
    expect([...(passes[1]?.work.routes ?? [])]).toEqual(expect.arrayContaining(['b', 'c']))
    passes[1]?.finish()
    await others
    await turn()
    expect(passes).toHaveLength(2)
  })

  it('accounts do not wait for each other', async () => {
    const { wakes, passes } = rig()
    void wakes.wake('alice')
    void wakes.wake('bob')
    await turn()
    expect(passes.map(({ work }) => work.account)).toEqual(['alice', 'bob'])
  })

  it('remembers the routes on which somebody still waits, and forgets the others', async () => {
    const { wakes, passes } = rig()
    const first = wakes.wake('alice', { routes: ['a', 'b'] })
    await turn()
    passes[0]?.finish(['b'])
    await first
    expect([...wakes.routes('alice')]).toEqual(['b'])
    const second = wakes.wake('alice')
    await turn()
    expect([...(passes[1]?.work.routes ?? [])]).toEqual(['b'])
    passes[1]?.finish()
    await second
    expect([...wakes.routes('alice')]).toEqual([])
  })

  it('a route named while a pass looked is not forgotten by it', async () => {
    const { wakes, passes } = rig()
    const first = wakes.wake('alice', { routes: ['a'] })
    await turn()
    const second = wakes.wake('alice', { routes: ['a'] })
    passes[0]?.finish([])
    await first
    await turn()
    expect([...(passes[1]?.work.routes ?? [])]).toEqual(['a'])
    passes[1]?.finish(['a'])
    await second
  })

  it('a pass that fails tells those who waited for it, and the next one goes on', async () => {
    const { wakes, passes } = rig()
    const first = wakes.wake('alice', { routes: ['a'], back: 'x' })
    await turn()
    passes[0]?.fail()
    await expect(first).rejects.toThrow('away')
    const second = wakes.wake('alice')
    await turn()
    expect(passes[1]?.work.back).toEqual([])
    expect([...(passes[1]?.work.routes ?? [])]).toEqual(['a'])
    passes[1]?.finish()
    await second
  })
})
