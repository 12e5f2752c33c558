import { describe, expect, it } from 'vitest'
import { shownWithin } from './sized.ts'

describe('what is shown within a number of bytes', () => {
  const shown = async (sizes: readonly number[], most: number, atOnce = 2) => {
    let asked = 0
    const show = async (size: number): Promise<string> => (asked++, 'x'.repeat(size - 2))
    const texts = await shownWithin(sizes, show, { atOnce, most })
    return [texts.map(({ length }) => length), asked]
  }

  it.each<[string, readonly number[], number, readonly number[], number]>([
    ['all where all have room', [10, 10, 10], 30, [10, 10, 10], 3],
    ['up to the first without room', [10, 10, 11, 2], 30, [10, 10], 4],
    ['the first in any case', [100, 2, 2], 30, [100], 2],
    ['nothing of nothing', [], 30, [], 0],
    ['and no more is read than a few at once', [20, 20, 2, 2, 2, 2], 30, [20], 2],
  ])('is %s', async (_, sizes, most, expected, asked) => {
    expect(await shown(sizes, most)).toEqual([expected, asked])
  })

  it('goes by bytes, not by characters', async () => {
    const show = async (): Promise<string> => 'ä'.repeat(10)
    expect(await shownWithin([1, 2, 3], show, { atOnce: 3, most: 45 })).toHaveLength(2)
  })
})
