import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Position } from '#services/api.ts'
import { fail, missing } from '../errors.ts'
import { idOf } from '../inward.ts'
import { showAccount, showKey, showNewAccount, showNewKey } from '../outward.ts'
import { created, ok, type Native, type Scope } from '../scope.ts'
import * as wire from '../wire.ts'

const by = 'admin'

/** Accounts and their keys, for the operator. Answers that hold a secret are never stored: repeating makes a new one. */
export function adminRoutes(app: Scope, { context, cursors }: Native): void {
  const { accounts } = context.services
  const tags = ['Accounts (admin key)']
  const security = [{ admin: [] }]

  app.post('/accounts', { schema: { tags, security, summary: 'Make an account', body: wire.accountDraft, response: created(wire.newAccount) } }, async (request, reply) => {
    const { name, clock, limits } = request.body
    const made = await accounts.create(by, { name, clock, ...(limits && { limits: defined(limits) }) })
    if (isRefused(made)) return fail(made.refusal)
    return reply.code(201).send(showNewAccount(made))
  })

  app.get('/accounts', { schema: { tags, security, summary: 'List the accounts', querystring: wire.pageQuery, response: ok(wire.accounts) } }, async (request) => {
    const { cursor, limit } = request.query
    const after = cursor === undefined ? undefined : cursors.read<Position>('accounts', '', {}, cursor).position
    const { items, next } = await accounts.list(after, limit)
    return { accounts: items.map(showAccount), next: next ? cursors.write('accounts', '', {}, next) : null }
  })

  app.get('/accounts/:id', { schema: { tags, security, summary: 'Read an account', params: wire.idParams, response: ok(wire.account) } }, async ({ params }) => {
    const account = await accounts.get(idOf('account', params.id))
    return account ? showAccount(account) : missing('account', params.id)
  })

  app.patch('/accounts/:id', { schema: { tags, security, summary: 'Rename an account or change its limits', params: wire.idParams, body: wire.accountChange, response: ok(wire.account) } }, async ({ params, body }) => {
    const { name, limits } = body
    const changed = await accounts.change(idOf('account', params.id), by, { ...(name !== undefined && { name }), ...(limits && { limits: defined(limits) }) })
    return isRefused(changed) ? fail(changed.refusal) : showAccount(changed)
  })

  app.post('/accounts/:id/keys', { schema: { tags, security, summary: 'Make a key for an account', params: wire.idParams, body: wire.keyDraft, response: created(wire.newKey) } }, async ({ params, body }, reply) => {
    const made = await accounts.createKey(idOf('account', params.id), by, body.name)
    return isRefused(made) ? fail(made.refusal) : reply.code(201).send(showNewKey(made.key, made.secret))
  })

  app.delete('/accounts/:id/keys/:sid', { schema: { tags, security, summary: 'Revoke a key of an account', params: wire.keyParams, response: ok(wire.account) } }, async ({ params }) => {
    const changed = await accounts.revokeKey(idOf('account', params.id), by, params.sid)
    return isRefused(changed) ? fail(changed.refusal) : showAccount(changed)
  })

  app.post('/accounts/:id/auth-token/rotate', { schema: { tags, security, summary: 'Replace the auth token, which also signs callbacks', params: wire.idParams, response: ok(wire.newToken) } }, async ({ params }) => {
    const made = await accounts.rotateToken(idOf('account', params.id), by)
    return isRefused(made) ? fail(made.refusal) : made
  })

  app.post('/admin/backup', { schema: { tags: ['Operating (admin key)'], security, summary: 'Copy the whole store into a new file', body: wire.backup, response: created(wire.backedUp) } }, async ({ body }, reply) => {
    const done = await context.backup(body.file)
    return isRefused(done) ? fail(done.refusal) : reply.code(201).send(done)
  })
}

/** The account of the key that asks. */
export function ownAccountRoutes(app: Scope, { context, principal }: Native): void {
  const { accounts } = context.services
  const tags = ['Own account']

  app.get('/account', { schema: { tags, summary: 'Read the own account', response: ok(wire.account) } }, async (request) => {
    const account = await accounts.get(principal(request).account)
    return account ? showAccount(account) : missing('account', '')
  })

  app.get('/account/keys', { schema: { tags, summary: 'List the own keys', response: ok(wire.keys) } }, async (request) => {
    const account = await accounts.get(principal(request).account)
    return { keys: (account?.keys ?? []).map(showKey) }
  })

  app.post('/account/keys', { schema: { tags, summary: 'Make another key', body: wire.keyDraft, response: created(wire.newKey) } }, async (request, reply) => {
    const { account, by } = principal(request)
    const made = await accounts.createKey(account, by, request.body.name)
    return isRefused(made) ? fail(made.refusal) : reply.code(201).send(showNewKey(made.key, made.secret))
  })

  app.post('/account/keys/:sid/rotate', { schema: { tags, summary: 'Replace a key: makes a new one and revokes it', params: wire.sidParams, response: created(wire.newKey) } }, async (request, reply) => {
    const { account, by } = principal(request)
    const old = (await accounts.get(account))?.keys.find(({ sid, revokedAt }) => sid === request.params.sid && revokedAt === null)
    if (old === undefined) return missing('key', request.params.sid)
    const made = await accounts.createKey(account, by, old.name)
    if (isRefused(made)) return fail(made.refusal)
    const revoked = await accounts.revokeKey(account, by, old.sid)
    return isRefused(revoked) ? fail(revoked.refusal) : reply.code(201).send(showNewKey(made.key, made.secret))
  })

  app.delete('/account/keys/:sid', { schema: { tags, summary: 'Revoke a key', params: wire.sidParams, response: ok(wire.account) } }, async (request) => {
    const { account, by } = principal(request)
    const changed = await accounts.revokeKey(account, by, request.params.sid)
    return isRefused(changed) ? fail(changed.refusal) : showAccount(changed)
  })
}

function defined(limits: { requestsPerSecond?: number | null | undefined; internalTargets?: boolean | undefined }) {
  const { requestsPerSecond, internalTargets } = limits
  return {
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
    ...(internalTargets !== undefined && { internalTargets }),
  }
}
