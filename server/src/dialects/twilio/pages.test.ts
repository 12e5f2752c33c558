import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import { createPages, type Filters, type Listing } from './pages.ts'
import { isNumber, isPosition } from './positions.ts'
import { openVault } from './testing/house.ts'

const pages = createPages(openVault)
const place = { sort: 1_700_000_000_000, id: '01km9s346q3d25vt4f5v37e3s3' }

function tokenOf(filters: Filters = {}, account = 'alice', list = 'conversations', pageSize = 2): string {
  const { body } = pages.render({ account, list, filters, pageSize }, 'conversations', [1, 2], place)
  return (JSON.parse(body) as { meta: { nextToken: string } }).meta.nextToken
}

function read(
  query: { pageSize?: number; pageToken?: string },
  filters: Filters = {},
  account = 'alice',
  list = 'conversations',
): Listing<typeof place> | string {
  const listing = pages.read(account, list, query, filters, isPosition as (value: unknown) => value is typeof place)
  return isRefused(listing) ? listing.refusal.message : listing
}

describe('lists (4.0)', () => {
  it('M3 always have the key, the number of items in the page, and the array', () => {
    const { status, body } = pages.render(
      { account: 'alice', list: 'l', filters: {}, pageSize: 50 },
      'conversations',
      [],
      undefined,
    )
    expect(status).toBe(200)
    expect(JSON.parse(body)).toEqual({ conversations: [], meta: { key: 'conversations', pageSize: 0 } })
  })

  it('D73 nextToken is there exactly when there is more', () => {
    const { body } = pages.render(
      { account: 'alice', list: 'l', filters: {}, pageSize: 2 },
      'conversations',
      [1],
      place,
    )
    expect(JSON.parse(body)).toMatchObject({ conversations: [1], meta: { pageSize: 1, nextToken: expect.any(String) } })
  })

  it('pageSize is 50 when absent and 1000 at most (M8)', () => {
    expect(read({})).toMatchObject({ pageSize: 50 })
    expect(read({ pageSize: 1_000_000 })).toMatchObject({ pageSize: 1000 })
  })
})

describe('page tokens', () => {
  it('M7 have only letters, digits, - and _', () => {
    const anything = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }))
    fc.assert(fc.property(anything, (filters) => /^[A-Za-z0-9_-]+$/.test(tokenOf(filters))))
  })

  it('go on where the page ended, with the filters a client dropped, and its page size', () => {
    const filters = { status: ['ACTIVE'], channelId: 'CA1' }
    expect(read({ pageToken: tokenOf(filters) })).toEqual({
      account: 'alice',
      list: 'conversations',
      filters,
      pageSize: 2,
      after: place,
    })
    expect(read({ pageToken: tokenOf(filters), pageSize: 7 }, { channelId: 'CA1' })).toMatchObject({
      filters,
      pageSize: 7,
    })
  })

  it('do not go with other filters', () => {
    expect(read({ pageToken: tokenOf({ channelId: 'CA1' }) }, { channelId: 'CA2' })).toMatch('another channelId')
    expect(read({ pageToken: tokenOf() }, { status: ['ACTIVE'] })).toMatch('another status')
  })

  it('are of one account and one list', () => {
    expect(read({ pageToken: tokenOf() }, {}, 'bob')).toMatch('not one of this list')
    expect(read({ pageToken: tokenOf() }, {}, 'alice', 'configurations')).toMatch('not one of this list')
    expect(pages.read('alice', 'conversations', { pageToken: tokenOf() }, {}, isNumber)).toHaveProperty('refusal')
  })

  it('cannot be forged: no other text is one', () => {
    const token = tokenOf({ status: ['ACTIVE'] })
    const others = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.nat({ max: token.length - 1 }).map((i) => token.slice(0, i)),
      fc
        .tuple(fc.nat({ max: token.length - 1 }), fc.constantFrom(...'ABab01_-'))
        .map(([i, letter]) => token.slice(0, i) + letter + token.slice(i + 1))
        .filter((other) => other !== token),
    )
    fc.assert(
      fc.property(
        others,
        (pageToken) => pageToken === '' || typeof read({ pageToken }, { status: ['ACTIVE'] }) === 'string',
      ),
    )
  })
})
