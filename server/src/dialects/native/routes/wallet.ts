import { missing } from '../errors.ts'
import { idOf } from '../inward.ts'
import { rendered } from '../once.ts'
import { ok, type Native, type Scope } from '../scope.ts'
import * as wire from '../wire/wallet.ts'
import { idParams } from '../wire.ts'

/** What an account has for calls. */
export function walletRoutes(app: Scope, { context, principal }: Native): void {
  const { wallets } = context.services

  app.get(
    '/wallet',
    { schema: { tags: ['Own account'], summary: 'Read the balance for calls', response: ok(wire.wallet) } },
    async (request) => {
      const wallet = await wallets.get(principal(request).account)
      return { billing: wallet !== undefined, balance: wallet?.balance ?? null, held: wallet?.held ?? null }
    },
  )
}

/** Money comes from the operator. */
export function creditRoutes(app: Scope, { context, writeFor }: Native): void {
  const { accounts, wallets } = context.services

  app.post(
    '/accounts/:id/wallet/credit',
    {
      schema: {
        tags: ['Accounts (admin key)'],
        security: [{ admin: [] }],
        summary: 'Add to the balance of an account',
        description:
          'The first credit turns billing on: calls are then dialled only while the balance covers a minute.',
        params: idParams,
        body: wire.credit,
        response: ok(wire.credited),
      },
    },
    async (request, reply) => {
      const account = idOf('account', request.params.id)
      if (!(await accounts.get(account))) return missing('account', request.params.id)
      const { cents, because } = request.body
      return writeFor<{ readonly balance: number }>(
        account,
        request,
        reply,
        ({ balance }) => rendered(200, { balance }),
        (ask) => wallets.credit(ask, cents, because),
      )
    },
  )
}
