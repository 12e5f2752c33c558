import * as z from 'zod'
import { keysOf } from '#domain/account/keys.ts'
import type { Key } from '#domain/account/state.ts'
import { isLiving } from '#domain/account/state.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import { sendJson, sendProblem } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { callerOf, needs, type Caller } from './caller.ts'
import { documented } from '../documented.ts'
import { notFound, plain, problemOf, wrong } from '../errors.ts'
import { anyreachKey } from './keys.ts'
import { allScopes, scopes, scopesAmong } from './scopes.ts'

const tags = ['Admin']

/** `/admin/members/me`: what the token that asks may do. */
export function memberRoutes(scope: Scope): void {
  const schema = { tags, summary: 'The scopes of the token that asks', operationId: 'listOwnScopes' }
  scope.get(
    '/members/me/scopes',
    { schema: { ...schema, response: documented({ 200: scopeList }) } },
    (request, reply) => sendJson(reply, 200, [...callerOf(request).scopes]),
  )
}

/** `/admin/organization-pats`: API keys of the organization. Their secrets are shown once. */
export function keyRoutes(scope: Scope, { context }: Api): void {
  const { accounts } = context.services
  const onRequest = needs('organizations:manage')

  async function find(account: string, id: string): Promise<Key | undefined> {
    const owner = await accounts.get(account)
    return owner && keysOf(owner).find((key) => idOf(key) === id && isLiving(key, context.now()))
  }

  const create = { tags, summary: 'Make an API key', operationId: 'createOrganizationPat' }
  scope.post(
    '/organization-pats',
    { onRequest, schema: { ...create, body: keyDraft, response: documented({ 201: newKey }) } },
    async (request, reply) => {
      const caller = callerOf(request)
      const { name, expires_at, scopes: wanted } = request.body
      const above = wanted?.filter((one) => !caller.scopes.has(one)) ?? []
      if (above.length > 0)
        return sendProblem(
          reply,
          plain(403, `A token cannot give away what it may not do itself: ${above.join(', ')}.`),
        )
      if (typeof expires_at === 'number' && expires_at <= context.now())
        return sendProblem(
          reply,
          wrong(['body', 'expires_at'], 'The key would be worthless at once: give a later time.'),
        )
      const made = await accounts.createKey(caller.account, caller.by, name, {
        scopes: granted(caller, wanted),
        expiresAt: expires_at ?? undefined,
      })
      if (isRefused(made)) return sendProblem(reply, problemOf(made.refusal))
      const token = anyreachKey(made.key.sid, made.secret)
      return sendJson(reply, 201, { ...show(made.key), token })
    },
  )

  const read = { tags, summary: 'Read an API key', operationId: 'getOrganizationPat', params: keyParams }
  scope.get(
    '/organization-pats/:id',
    { onRequest, schema: { ...read, response: documented({ 200: key }) } },
    async (request, reply) => {
      const found = await find(callerOf(request).account, request.params.id)
      return found ? sendJson(reply, 200, show(found)) : sendProblem(reply, notFound('API key'))
    },
  )

  const remove = { tags, summary: 'Delete an API key', operationId: 'deleteOrganizationPat', params: keyParams }
  scope.delete('/organization-pats/:id', { onRequest, schema: remove }, async (request, reply) => {
    const { account, by } = callerOf(request)
    const found = await find(account, request.params.id)
    if (!found) return sendProblem(reply, notFound('API key'))
    const revoked = await accounts.revokeKey(account, by, found.sid)
    return isRefused(revoked) ? sendProblem(reply, problemOf(revoked.refusal)) : reply.code(204).send()
  })
}

const scopeList = z.array(z.enum(scopes)).meta({ id: 'Scopes' })
const keyParams = z.object({ id: z.string().max(100) })
const keyDraft = z.object({
  name: z.string().trim().min(1, 'Give the key a name.').max(128),
  expires_at: z
    .int()
    .positive()
    .nullable()
    .optional()
    .meta({ description: 'Milliseconds since 1970; null: it does not expire' }),
  scopes: z
    .array(z.enum(scopes))
    .min(1)
    .max(scopes.length)
    .optional()
    .meta({ description: 'What it may do; absent: what the token that asks may' }),
})
const keyShape = {
  id: z.string(),
  name: z.string(),
  scopes: scopeList,
  expires_at: z.int().nullable(),
  created_at: z.int().meta({ description: 'Milliseconds since 1970' }),
}
const key = z.object(keyShape).meta({ id: 'OrganizationPat' })
const newKey = z
  .object({ ...keyShape, token: z.string().meta({ description: 'Shown once' }) })
  .meta({ id: 'NewOrganizationPat' })

/** The hex of its SID, which is also in its token. */
function idOf({ sid }: Key): string {
  return sid.slice(2)
}

/** Undefined: everything, also in the other dialects, which only who may do that can give away. */
function granted(
  { scopes: own, isLimited }: Caller,
  wanted: readonly string[] | undefined,
): readonly string[] | undefined {
  return wanted ? [...scopesAmong(wanted)] : isLimited ? [...own] : undefined
}

function show(one: Key): z.output<typeof key> {
  return {
    id: idOf(one),
    name: one.name,
    scopes: [...(one.scopes ? scopesAmong(one.scopes) : allScopes)],
    expires_at: one.expiresAt ?? null,
    created_at: one.createdAt,
  }
}
