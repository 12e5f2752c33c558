import { refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Rendered } from '#engine/api.ts'
import type { Vault } from '#services/ports.ts'
import { json } from './answering.ts'
import { limits } from './limits.ts'

/**
 * Page tokens: all that is needed to go on, signed, without an expiry (D41). They hold the filters, since one client
 * drops them when it asks for the next page; only letters, digits, - and _, since it does not encode them either (M7).
 */

export type Filters = Readonly<Record<string, string | readonly string[]>>

/** What a list was asked for: whose, which, filtered how. */
export interface Listing<After> {
  readonly account: string
  readonly list: string
  readonly filters: Filters
  readonly pageSize: number
  readonly after?: After
}

interface Query {
  readonly pageSize?: number | undefined
  readonly pageToken?: string | undefined
}

interface Contents<After> {
  readonly f: Filters
  readonly s: number
  readonly a: After
}

export interface Pages {
  /** What is asked for, of the query and the token in it. `isAfter` tells a position of this list. */
  read<After>(
    account: string,
    list: string,
    query: Query,
    filters: Filters,
    isAfter: (value: unknown) => value is After,
  ): Listing<After> | Refused
  /** The list's answer. `next` is the position of the page after this one. */
  render<After>(listing: Listing<After>, key: string, items: readonly unknown[], next: After | undefined): Rendered
}

export function createPages(vault: Pick<Vault, 'sign' | 'hash' | 'same'>): Pages {
  const sign = (account: string, list: string, contents: string): string =>
    vault.sign(`page\n${account}\n${list}\n${contents}`)
  const signatureLength = sign('', '', '').length

  function contentsOf<After>(account: string, list: string, token: string): Contents<After> | undefined {
    const contents = token.slice(signatureLength)
    const given = token.slice(0, signatureLength)
    if (!/^[A-Za-z0-9_-]+$/.test(token) || contents === '') return undefined
    if (!vault.same(vault.hash(given), vault.hash(sign(account, list, contents)))) return undefined
    return JSON.parse(Buffer.from(contents, 'base64url').toString('utf8')) as Contents<After>
  }

  return {
    read(account, list, query, filters, isAfter) {
      const asked = {
        account,
        list,
        filters,
        pageSize: Math.min(query.pageSize ?? limits.defaultPageSize, limits.pageSize),
      }
      if (query.pageToken === undefined || query.pageToken === '') return asked
      const contents = contentsOf<unknown>(account, list, query.pageToken)
      if (!contents || !isAfter(contents.a))
        return refused('This page token is not one of this list: take it from meta.nextToken of an answer.')
      const different = Object.keys(filters).find((name) => !sameValues(filters[name], contents.f[name]))
      if (different !== undefined)
        return refused(
          `The page token belongs to a list with another ${different}: repeat the same filters, or leave them out.`,
        )
      const pageSize = query.pageSize === undefined ? contents.s : asked.pageSize
      return { ...asked, filters: contents.f, pageSize, after: contents.a }
    },
    render(listing, key, items, next) {
      let nextToken: string | undefined
      if (next !== undefined) {
        const contents = Buffer.from(JSON.stringify({ f: listing.filters, s: listing.pageSize, a: next })).toString(
          'base64url',
        )
        nextToken = sign(listing.account, listing.list, contents) + contents
      }
      // D73: at the end there is no nextToken at all. Lists answer exactly 200 (M3).
      const meta = { key, pageSize: items.length, ...(nextToken !== undefined && { nextToken }) }
      return json(200, { [key]: items, meta })
    },
  }
}

function refused(message: string): Refused {
  return refuse('invalid', message, { field: 'pageToken' })
}

function sameValues(
  one: string | readonly string[] | undefined,
  other: string | readonly string[] | undefined,
): boolean {
  return JSON.stringify([one ?? null]) === JSON.stringify([other ?? null])
}
