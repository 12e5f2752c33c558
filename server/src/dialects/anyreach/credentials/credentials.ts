import type { FastifyRequest } from 'fastify'
import type { Limits } from '#domain/account/state.ts'
import type { Person } from '#domain/person/state.ts'
import type { DialectContext } from '../../dialect.ts'
import type { Caller } from './caller.ts'
import { plain, type Problem } from '../errors.ts'
import { readAnyreachKey, readOrganizationId, readPersonToken } from './keys.ts'
import { allScopes, scopesAmong, scopesOfRole } from './scopes.ts'

/** Who was recognised, and how much the account may ask for. */
export interface Recognised {
  readonly caller: Caller
  readonly limits: Limits
}

const refused = (detail: string): Problem => plain(401, detail, { 'www-authenticate': 'Bearer' })

const anonymous = refused('Not authenticated')
const invalid = refused('Invalid token')
const withoutOrganization = refused('Token is missing organization claim.')

/** Who shows these headers (3.3, section 7): a key of the account in either writing, or a person's token with its organization. */
export async function recognise(
  { authorization, 'x-anyreach-org': organization }: FastifyRequest['headers'],
  { services }: Pick<DialectContext, 'services'>,
): Promise<Recognised | Problem> {
  if (authorization === undefined || authorization.trim() === '') return anonymous
  const [, token] = /^ *Bearer +([^\s]{1,4096}) *$/i.exec(authorization) ?? []
  if (token === undefined) return invalid
  const personal = readPersonToken(token)
  if (!personal) return recogniseKey(token, services.accounts)
  const person = await services.people.authenticate(personal.id, personal.secret)
  if (!person) return invalid
  if (organization === undefined || organization === '') return withoutOrganization
  return recogniseMember(person, String(organization), services.accounts)
}

/** A key carries its organization: a header that names one says nothing more. */
async function recogniseKey(
  token: string,
  accounts: DialectContext['services']['accounts'],
): Promise<Recognised | Problem> {
  const dot = token.indexOf('.')
  const native = { id: token.slice(0, Math.max(0, dot)), secret: token.slice(dot + 1) }
  const { id, secret } = readAnyreachKey(token) ?? native
  const principal = await accounts.authenticateScoped(id, secret)
  if (!principal) return invalid
  const { account, by, limits, scopes } = principal
  const caller = { account, by, scopes: scopes ? scopesAmong(scopes) : allScopes, isLimited: scopes !== undefined }
  return { caller, limits }
}

/** An organization that the person is no member of and one that nobody has are answered alike: nobody learns which there are. */
async function recogniseMember(
  person: Person,
  organization: string,
  accounts: DialectContext['services']['accounts'],
): Promise<Recognised | Problem> {
  const id = readOrganizationId(organization)
  const membership = person.memberships.find(({ account }) => account === id)
  const account = membership && (await accounts.get(membership.account))
  if (!membership || !account) return refused('This token is not valid for the organization in X-Anyreach-Org.')
  const scopes = scopesOfRole[membership.role]
  const by = `person_${person.id}`
  return { caller: { account: account.id, by, scopes, isLimited: true }, limits: account.limits }
}
