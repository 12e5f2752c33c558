import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { Position } from '#services/api.ts'
import { fail, missing } from '../errors.ts'
import { idOf, keyLimits } from '../inward.ts'
import { showAccount, showNewAccount, showNewKey } from '../outward.ts'
import { created, ok, type Native, type Scope } from '../scope.ts'
import * as wire from '../wire.ts'

const by = 'admin'
const tags = ['Accounts (admin key)']
const security = [{ admin: [] }]

/** Accounts, for the operator. Answers that hold a secret are never stored: repeating makes a new one. */
export function accountRoutes(app: Scope, { context, cursors }: Native): void {
  const { accounts } = context.services

  app.post(
    '/accounts',
    {
      schema: {
        tags,
        security,
        summary: 'Make an account',
        body: wire.accountDraft,
        response: created(wire.newAccount),
      },
    },
    async (request, reply) => {
      const { name, clock, limits } = request.body
      const made = await accounts.create(by, { name, clock, ...(limits && { limits: defined(limits) }) })
      if (isRefused(made)) return fail(made.refusal)
      return reply.code(201).send(showNewAccount(made))
    },
  )

  app.get(
    '/accounts',
    {
      schema: {
        tags,
        security,
        summary: 'List the accounts',
        querystring: wire.pageQuery,
        response: ok(wire.accounts),
      },
    },
    async (request) => {
      const { cursor, limit } = request.query
      const after = cursor === undefined ? undefined : cursors.read<Position>('accounts', '', {}, cursor).position
      const { items, next } = await accounts.list(after, limit)
      return { accounts: items.map(showAccount), next: next ? cursors.write('accounts', '', {}, next) : null }
    },
  )

  app.get(
    '/accounts/:id',
    { schema: { tags, security, summary: 'Read an account', params: wire.idParams, response: ok(wire.account) } },
    async ({ params }) => {
      const account = await accounts.get(idOf('account', params.id))
      return account ? showAccount(account) : missing('account', params.id)
    },
  )
}

/** Names, limits and credentials of any account, for the operator. */
export function accountChangeRoutes(app: Scope, { context }: Native): void {
  const { accounts } = context.services

  app.patch(
    '/accounts/:id',
    {
      schema: {
        tags,
        security,
        summary: 'Rename an account or change its limits',
        params: wire.idParams,
        body: wire.accountChange,
        response: ok(wire.account),
      },
    },
    async ({ params, body }) => {
      const { name, limits } = body
      const changed = await accounts.change(idOf('account', params.id), by, {
        ...(name !== undefined && { name }),
        ...(limits && { limits: defined(limits) }),
      })
      return isRefused(changed) ? fail(changed.refusal) : showAccount(changed)
    },
  )

  app.post(
    '/accounts/:id/keys',
    {
      schema: {
        tags,
        security,
        summary: 'Make a key for an account',
        params: wire.idParams,
        body: wire.keyDraft,
        response: created(wire.newKey),
      },
    },
    async ({ params, body }, reply) => {
      const made = await accounts.createKey(idOf('account', params.id), by, body.name, keyLimits(body))
      return isRefused(made) ? fail(made.refusal) : reply.code(201).send(showNewKey(made.key, made.secret))
    },
  )

  app.delete(
    '/accounts/:id/keys/:sid',
    {
      schema: {
        tags,
        security,
        summary: 'Revoke a key of an account',
        params: wire.keyParams,
        response: ok(wire.account),
      },
    },
    async ({ params }) => {
      const changed = await accounts.revokeKey(idOf('account', params.id), by, params.sid)
      return isRefused(changed) ? fail(changed.refusal) : showAccount(changed)
    },
  )
}

/** The token an account's callbacks are signed with. */
export function tokenRoutes(app: Scope, { context }: Native): void {
  const { accounts } = context.services

  app.post(
    '/accounts/:id/auth-token/rotate',
    {
      schema: {
        tags,
        security,
        summary: 'Replace the auth token, which also signs callbacks',
        params: wire.idParams,
        response: ok(wire.newToken),
      },
    },
    async ({ params }) => {
      const made = await accounts.rotateToken(idOf('account', params.id), by)
      return isRefused(made) ? fail(made.refusal) : made
    },
  )
}

function defined(limits: {
  requestsPerSecond?: number | null | undefined
  internalTargets?: boolean | undefined
  slots?: number | null | undefined
  retentionDays?: number | null | undefined
}) {
  const { requestsPerSecond, internalTargets, slots, retentionDays } = limits
  return {
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
    ...(internalTargets !== undefined && { internalTargets }),
    ...(slots !== undefined && { slots }),
    ...(retentionDays !== undefined && { retentionDays }),
  }
}
