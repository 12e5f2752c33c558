import { describe, expect, it } from 'vitest'
import { readBranding } from './branding.ts'

const size = 512 * 1024
const read = (page: string) => readBranding(page, 'shop.example', 'https://shop.example/')
/** The best of several, in milliseconds: others use this machine, too. */
function tookMs(page: string): number {
  const times = Array.from({ length: 5 }, () => {
    const before = performance.now()
    read(page)
    return performance.now() - before
  })
  return Math.min(...times)
}
const filled = (piece: string): string => `<head>${piece.repeat(Math.ceil(size / piece.length)).slice(0, size)}</head>`
const harmless = filled('<meta name="description" content="Flowers, and what goes with them, from our own garden">\n')

describe('the branding of a page', () => {
  it.each([
    ['attributes without values', `<meta ${'a'.repeat(3_900)}>`],
    ['attributes and blanks', `<meta ${`${'a'.repeat(90)}          `.repeat(39)}>`],
    ['quotes that nothing closes', `<meta ${'a="'.repeat(1_000)}>`],
    ['tags that nothing closes', '<meta '],
    ['a tag that goes on', `<meta ${'a'.repeat(5_000)}`],
    ['titles', '<title '],
    ['references that are none', '<meta name="theme-color" content="&#&#&#&#&#&#">'],
  ])('is read as fast from a page full of %s as from another', (_, piece) => {
    expect(tookMs(filled(piece))).toBeLessThan(5 * tookMs(harmless))
  })

  it.each([
    ['<meta name="theme-color" content="#0a0">', { primary_color: '#0a0' }],
    ["<META content = '#0a0' NAME=theme-color>", { primary_color: '#0a0' }],
    ['<meta name=theme-color content=#0a0 />', { primary_color: '#0a0' }],
    ['<meta property="og:site_name" content="Alice &amp; &#66;ob"><title>x</title>', { title: 'Alice & Bob' }],
    ['<link rel=icon href=/i.png>', { icon_url: 'https://shop.example/i.png' }],
  ])('%s', (page, expected) => {
    expect(read(page)).toMatchObject(expected)
  })

  it.each(['<meta property="og:site_name" content="a > b">', '<link rel="shortcut icon" href="javascript:alert(1)">'])(
    'there is none: %s',
    (page) => {
      expect(read(page)).toBeUndefined()
    },
  )
})
