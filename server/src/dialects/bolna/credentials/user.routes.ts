import { json, send } from '../answering.ts'
import { documented, type Api, type Scope } from '../api.ts'
import { callerOf } from './caller.ts'
import { uuidOf } from '../ids.ts'
import { user } from '../wire/answers.ts'

/** `GET /user/me`: the account. Without billing the wallet holds 0, and nothing is checked against it. */
export function userRoutes(scope: Scope, { context: { services } }: Api): void {
  const schema = { tags: ['User'], summary: 'Who asks, and what they may use', response: documented({ 200: user }) }
  scope.get('/me', { schema }, async (request, reply) => {
    const { account: id } = callerOf(request)
    const [account, wallet, slots] = await Promise.all([
      services.accounts.get(id),
      services.wallets.get(id),
      services.sessions.slots(id),
    ])
    const shown = {
      id: uuidOf(id),
      name: account?.name ?? '',
      email: '',
      wallet: wallet?.balance ?? 0,
      concurrency: { max: slots.limit, current: slots.held.length },
    }
    return send(reply, json(200, shown))
  })
}
