import type { Id } from '#domain/vocabulary/id.ts'
import { readPrefixed } from '../ids.ts'

/** What a credential says of itself before its secret has been checked. */
export interface Token {
  readonly id: string
  readonly secret: string
}

/** A key of the account in the form this vendor's clients know: `ak_`, the hex of the key's SID, a dot and its secret. */
export function anyreachKey(sid: string, secret: string): string {
  return `ak_${sid.slice(2)}.${secret}`
}

/** The key's SID and its secret; undefined: it is not of that form. */
export function readAnyreachKey(token: string): Token | undefined {
  const [, id, secret] = /^ak_([0-9a-f]{32})\.([0-9a-f]{32,128})$/.exec(token) ?? []
  return id === undefined || secret === undefined ? undefined : { id: `SK${id}`, secret }
}

/** The id and the secret of a person's token, `pat_<id>.<secret>`; undefined: it is not of that form. */
export function readPersonToken(token: string): Token | undefined {
  const [, id, secret] = /^pat_([0-9a-f]{32})\.([0-9a-f]{32,128})$/.exec(token) ?? []
  return id === undefined || secret === undefined ? undefined : { id, secret }
}

/** What an account is called here. */
export function organizationId(account: Id): string {
  return `org_${account}`
}

/** The account of an organization; undefined: no organization is called that. */
export function readOrganizationId(text: string): Id | undefined {
  return readPrefixed('org_', text)
}
