import { describe, expect, it } from 'vitest'
import type { DeliveryRow } from '#engine/ports/delivery-store.ts'
import { FreshReads } from './fresh-reads.ts'

const row = (id: string): DeliveryRow => ({ id }) as DeliveryRow

describe('a fresh read', () => {
  it('leaves out what left memory meanwhile, but counts it as found', async () => {
    const reads = new FreshReads()
    reads.left('a') // before the read: it has seen that
    const answer = Promise.withResolvers<readonly DeliveryRow[]>()
    const page = reads.read(() => answer.promise)
    reads.left('b')
    answer.resolve([row('a'), row('b'), row('c')])
    expect(await page).toEqual({ rows: [row('a'), row('c')], found: 3 })
    expect(await reads.read(async () => [row('b')])).toEqual({ rows: [row('b')], found: 1 })
  })

  it('remembers as long as any read is under way', async () => {
    const reads = new FreshReads()
    const slow = Promise.withResolvers<readonly DeliveryRow[]>()
    const page = reads.read(() => slow.promise)
    reads.left('a')
    await expect(reads.read(() => Promise.reject(new Error('away')))).rejects.toThrow('away')
    slow.resolve([row('a')])
    expect(await page).toEqual({ rows: [], found: 1 })
  })
})
