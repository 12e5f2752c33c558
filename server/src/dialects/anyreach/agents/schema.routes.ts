import * as z from 'zod'
import { sendJson } from '../answering.ts'
import type { Scope } from '../api.ts'
import { needs } from '../credentials/caller.ts'
import { documented } from '../documented.ts'
import { agentConfigItself } from '../wire/agent-config.ts'

/** `/core/agent-config-schema`: what a configuration may say, as the JSON Schema of the very check it has to pass. */
export function configSchemaRoutes(scope: Scope): void {
  const config = z.toJSONSchema(agentConfigItself, { io: 'input' })
  const schema = {
    tags: ['Agents'],
    operationId: 'getAgentConfigSchema',
    summary: 'The JSON Schema of a configuration',
    response: documented({ 200: z.record(z.string(), z.unknown()) }, 403),
  }
  scope.get('', { onRequest: needs('agents:read', 'agents:manage'), schema }, async (_, reply) =>
    sendJson(reply, 200, config),
  )
}
