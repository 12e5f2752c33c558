import { isRefused } from '#domain/vocabulary/refusal.ts'
import { fail } from '../errors.ts'
import { durationIn, instantIn } from '../inward.ts'
import { keyOf } from '../once.ts'
import { showFired } from '../outward.ts'
import { ok, type Asking, type Native, type Scope } from '../scope.ts'
import { showInstant } from '../vocabulary.ts'
import * as wire from '../wire.ts'

export function clockRoutes(app: Scope, { context, principal }: Native): void {
  const { clock } = context.services
  const tags = ['Clock']
  const show = (account: string) => {
    const { kind, now } = clock.get(account)
    return { kind, now: showInstant(now) }
  }

  app.get(
    '/clock',
    { schema: { tags, summary: 'What time it is for this account', response: ok(wire.clock) } },
    async (request) => show(principal(request).account),
  )

  const schema = {
    tags,
    summary: 'Let time pass on a test clock',
    description:
      'Answers when all that fell due on the way has happened, in order, and is stored. `to` is safe to repeat; ' +
      '`by` is with an Idempotency-Key. An account on the wall clock gets 409.',
    body: wire.advance,
    response: ok(wire.advanced),
  }
  app.post('/clock/advance', { schema }, async (request) => {
    const { account, by } = principal(request)
    const advanced = await clock.advance(account, by, wanted(request, request.body, clock.get(account).now))
    if (isRefused(advanced)) return fail(advanced.refusal)
    return { now: showInstant(advanced.now), fired: showFired(advanced.fired) }
  })
}

function wanted(request: Asking, body: { by: string } | { to: string }, now: number) {
  if ('to' in body) return { to: instantIn('to', body.to) }
  const key = keyOf(request)
  return { byMs: durationIn('by', body.by, now), ...(key !== undefined && { key }) }
}
