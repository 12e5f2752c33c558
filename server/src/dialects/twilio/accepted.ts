import type { Rendered } from '#engine/api.ts'
import type { Written } from '#services/api.ts'
import { json } from './answering.ts'
import { operationUrl, shownAccepted } from './outward.ts'
import { wireId } from './vocabulary.ts'

/** The 202 of a write: where its operation is, and whom it concerns. By then the write is committed (D24). */
export function accepted(baseUrl: string): (written: Written) => Rendered {
  return ({ operation }) =>
    json(202, shownAccepted(operation, baseUrl), {
      'operation-id': wireId('operation', operation.id),
      'retry-after': '1',
      location: operationUrl(operation.id, baseUrl),
    })
}
