import type { FastifyRequest } from 'fastify'
import type { Principal } from '#services/api.ts'

declare module 'fastify' {
  interface FastifyRequest {
    bolnaCaller: Principal | null
  }
}

/** Who asks; only on routes behind the guard. */
export function callerOf(request: FastifyRequest): Principal {
  if (!request.bolnaCaller) throw new Error('This route is not behind the guard.')
  return request.bolnaCaller
}
