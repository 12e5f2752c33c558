import { keysOf, wholeKey } from '#domain/account/keys.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import { fail, missing } from '../errors.ts'
import { keyLimits } from '../inward.ts'
import { showAccount, showKey, showNewKey } from '../outward.ts'
import { created, ok, type Native, type Scope } from '../scope.ts'
import * as wire from '../wire.ts'

const tags = ['Own account']

/** The account of the key that asks. */
export function ownAccountRoutes(app: Scope, { context, principal }: Native): void {
  const { accounts } = context.services

  app.get(
    '/account',
    { schema: { tags, summary: 'Read the own account', response: ok(wire.account) } },
    async (request) => {
      const account = await accounts.get(principal(request).account)
      return account ? showAccount(account) : missing('account', '')
    },
  )

  app.get(
    '/account/keys',
    { schema: { tags, summary: 'List the own keys', response: ok(wire.keys) } },
    async (request) => {
      const account = await accounts.get(principal(request).account)
      return { keys: account ? keysOf(account).map(showKey) : [] }
    },
  )
}

/** Its keys. Answers that hold a secret are never stored: repeating makes a new one. */
export function ownKeyRoutes(app: Scope, { context, principal }: Native): void {
  const { accounts } = context.services

  app.post(
    '/account/keys',
    { schema: { tags, summary: 'Make another key', body: wire.keyDraft, response: created(wire.newKey) } },
    async (request, reply) => {
      const { account, by } = principal(request)
      const made = await accounts.createKey(account, by, request.body.name, keyLimits(request.body))
      return isRefused(made) ? fail(made.refusal) : reply.code(201).send(showNewKey(made.key, made.secret))
    },
  )

  app.post(
    '/account/keys/:sid/rotate',
    {
      schema: {
        tags,
        summary: 'Replace a key: makes a new one and revokes it',
        params: wire.sidParams,
        response: created(wire.newKey),
      },
    },
    async (request, reply) => {
      const { account, by } = principal(request)
      const owner = await accounts.get(account)
      const old = owner?.keys.find(({ sid, revokedAt }) => sid === request.params.sid && revokedAt === null)
      if (owner === undefined || old === undefined) return missing('key', request.params.sid)
      const made = await accounts.createKey(account, by, old.name, wholeKey(owner, old))
      if (isRefused(made)) return fail(made.refusal)
      const revoked = await accounts.revokeKey(account, by, old.sid)
      return isRefused(revoked) ? fail(revoked.refusal) : reply.code(201).send(showNewKey(made.key, made.secret))
    },
  )

  app.delete(
    '/account/keys/:sid',
    { schema: { tags, summary: 'Revoke a key', params: wire.sidParams, response: ok(wire.account) } },
    async (request) => {
      const { account, by } = principal(request)
      const changed = await accounts.revokeKey(account, by, request.params.sid)
      return isRefused(changed) ? fail(changed.refusal) : showAccount(changed)
    },
  )
}
