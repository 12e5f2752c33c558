import { sendJson } from '../answering.ts'
import type { Api, Scope } from '../api.ts'
import { askOf, callerOf, needs } from '../credentials/caller.ts'
import { documented } from '../documented.ts'
import { importAll } from './importing.ts'
import { importResults, imports } from '../wire/imports.ts'

/** D12: conversations that took place elsewhere are kept as they are told. */
export function importRoutes(scope: Scope, api: Api): void {
  const turns = new Turns()
  const schema = {
    tags: ['Conversations'],
    operationId: 'importConversations',
    summary: 'Import conversations that took place elsewhere and are over',
    description:
      'Each for itself: a result says what came of it, and what is wrong with one keeps none of the others out. They are shown, listed, ' +
      'exported and deleted like others, and never change; nobody is told of them. A name that is told again with the same content makes ' +
      'nothing twice.',
    body: imports,
    response: documented({ 200: importResults }, 403, 422),
  }
  scope.post('/import', { schema, onRequest: needs('conversations:manage') }, async (request, reply) => {
    const { conversations } = request.body
    const results = await turns.take(callerOf(request).account, () => importAll(api, askOf(request), conversations))
    return sendJson(reply, 200, { results })
  })
}

/** One import of an organization at a time: two at once would not see which moments the other takes. */
class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  async take<Value>(account: string, work: () => Promise<Value>): Promise<Value> {
    const before = this.#last.get(account) ?? Promise.resolve()
    const own = before.then(work, work)
    this.#last.set(account, own)
    try {
      return await own
    } finally {
      if (this.#last.get(account) === own) this.#last.delete(account)
    }
  }
}
