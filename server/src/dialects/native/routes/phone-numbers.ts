import type { PhoneNumber } from '#domain/number/state.ts'
import { canonicalAddress } from '#domain/vocabulary/address.ts'
import { missing } from '../errors.ts'
import { idIn, idOf } from '../inward.ts'
import { rendered } from '../once.ts'
import { showNumber } from '../outward/agents.ts'
import { created, ok, type Native, type Scope } from '../scope.ts'
import { showId } from '../vocabulary.ts'
import * as wire from '../wire/agents.ts'
import { deleted, idParams } from '../wire.ts'

const tags = ['Phone numbers']

/** The account's own numbers: what calls come from, and where they arrive. */
export function numberRoutes(app: Scope, native: Native): void {
  const { context, principal } = native
  const { numbers } = context.services

  app.post(
    '/phone-numbers',
    { schema: { tags, summary: 'Add a number', body: wire.numberDraft, response: created(wire.phoneNumber) } },
    async (request, reply) => {
      const { number, agentId, route, isDefault } = request.body
      const draft = {
        number: canonicalAddress('VOICE', number),
        ...(typeof agentId === 'string' && { agentId: idIn('agent', 'agentId', agentId) }),
        ...(route !== undefined && { route }),
        ...(isDefault !== undefined && { isDefault }),
      }
      return native.write<PhoneNumber>(
        request,
        reply,
        (made) => rendered(201, showNumber(made)),
        (ask) => numbers.add(ask, draft),
      )
    },
  )

  app.get(
    '/phone-numbers',
    { schema: { tags, summary: 'List the numbers, oldest first', response: ok(wire.phoneNumbers) } },
    async (request) => ({ phoneNumbers: (await numbers.list(principal(request).account)).map(showNumber) }),
  )

  app.get(
    '/phone-numbers/:id',
    { schema: { tags, summary: 'Read a number', params: idParams, response: ok(wire.phoneNumber) } },
    async (request) => {
      const number = await numbers.get(principal(request).account, idOf('number', request.params.id))
      return number ? showNumber(number) : missing('number', request.params.id)
    },
  )
}

/** Who answers a number, and giving it up. */
export function numberChangeRoutes(app: Scope, native: Native): void {
  const { numbers } = native.context.services

  app.patch(
    '/phone-numbers/:id',
    {
      schema: {
        tags,
        summary: 'Say which agent answers calls to a number',
        params: idParams,
        body: wire.numberChange,
        response: ok(wire.phoneNumber),
      },
    },
    async (request, reply) => {
      const id = idOf('number', request.params.id)
      const { agentId } = request.body
      const agent = agentId === null ? null : idIn('agent', 'agentId', agentId)
      return native.write<PhoneNumber>(
        request,
        reply,
        (changed) => rendered(200, showNumber(changed)),
        (ask) => numbers.attach(ask, id, agent),
      )
    },
  )

  app.delete(
    '/phone-numbers/:id',
    { schema: { tags, summary: 'Remove a number', params: idParams, response: ok(deleted) } },
    async (request, reply) => {
      const id = idOf('number', request.params.id)
      return native.write<PhoneNumber>(
        request,
        reply,
        () => rendered(200, { id: showId('number', id), deleted: true }),
        (ask) => numbers.remove(ask, id),
      )
    },
  )
}
