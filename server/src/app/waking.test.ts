import { describe, expect, test } from 'vitest'
import type { Services } from '#services/api.ts'
import { wakingCalls } from './waking.ts'

const changed = { id: 'alice' }
const logged: unknown[] = []
const log = { error: (...line: unknown[]) => void logged.push(line) }

function over(answer: unknown, wake: () => Promise<void>): Services['accounts'] {
  const accounts = { change: async () => answer } as unknown as Services['accounts']
  return wakingCalls(accounts, { wake }, log)
}

describe('an account that was changed', () => {
  test('is answered with what it is now, also where its calls cannot be woken', async () => {
    const accounts = over(changed, () => Promise.reject(new TypeError('no ledger')))
    expect(await accounts.change('alice', 'test', {})).toBe(changed)
    expect(logged).toMatchObject([[{ account: 'alice', error: 'TypeError' }, expect.any(String)]])
  })

  test('has its calls woken, unless the change was refused', async () => {
    let woken = 0
    const wake = async (): Promise<void> => void woken++
    await over({ refusal: { code: 'invalid', message: 'No.' } }, wake).change('alice', 'test', {})
    expect(woken).toBe(0)
    await over(changed, wake).change('alice', 'test', {})
    expect(woken).toBe(1)
  })
})
