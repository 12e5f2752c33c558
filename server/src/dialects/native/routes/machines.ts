import type { Moves } from '#domain/vocabulary/machine.ts'
import { batchMoves } from '#domain/batch/moves.ts'
import { moves as conversationMoves } from '#domain/conversation/moves.ts'
import { moves as sessionMoves } from '#domain/session/moves.ts'
import { listMoves, mermaid } from '#domain/vocabulary/machine.ts'
import { ok, type Scope } from '../scope.ts'
import * as wire from '../wire.ts'

/** The machines as they are checked by the compiler, so that nobody has to draw them by hand. */
export function machineRoutes(app: Scope): void {
  machineRoute(app, 'conversation', conversationMoves)
  machineRoute(app, 'session', sessionMoves)
  machineRoute(app, 'batch', batchMoves)
}

function machineRoute<State extends string>(app: Scope, noun: string, moves: Moves<State>): void {
  const schema = {
    tags: ['Machines'],
    summary: `Every change of state of a ${noun === 'session' ? 'call' : noun}`,
    description: 'As JSON, or with `?format=mermaid` (or `Accept: text/vnd.mermaid`) as a diagram.',
    querystring: wire.machineQuery,
    response: ok(wire.machine),
  }
  app.get(`/machines/${noun}`, { schema }, async (request, reply) => {
    const drawn = request.query.format === 'mermaid' || /\btext\/vnd\.mermaid\b/.test(request.headers.accept ?? '')
    if (drawn) return reply.type('text/vnd.mermaid; charset=utf-8').send(`${mermaid(moves)}\n` as never)
    const states = Object.keys(moves).filter((state) => state !== 'new')
    return { noun, states, moves: listMoves(moves).map((move) => ({ ...move, by: [...move.by] })) }
  })
}
