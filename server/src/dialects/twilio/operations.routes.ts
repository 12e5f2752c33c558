import { json, send } from './answering.ts'
import { callerOf } from './caller.ts'
import { notFound } from './errors.ts'
import { shownOperation } from './outward.ts'
import { operationResource } from './resources.ts'
import { documented, type Api, type Scope } from './api.ts'
import { idOf } from './vocabulary.ts'
import { idParams } from './wire.ts'

/** `/v2/ControlPlane/Operations/{id}` (specification 4.6): what became of a write that was answered 202. */
export function operationRoutes(scope: Scope, { answering, context }: Api): void {
  scope.get(
    '/Operations/:id',
    {
      exposeHeadRoute: true,
      schema: {
        tags: ['Operations'],
        summary: 'Fetch an operation',
        params: idParams,
        response: documented({ 200: operationResource }),
      },
    },
    async (request, reply) => {
      const id = idOf('operation', request.params.id)
      const operation = id && (await context.services.operations.get(callerOf(request).principal.account, id))
      if (!operation) return answering.refuse(request, reply, notFound(request.params.id).refusal)
      return send(reply, json(200, shownOperation(operation, answering.baseUrl(request))))
    },
  )
}
