import type { FastifyInstance } from 'fastify'
import type { Engine } from '#engine/api.ts'
import type { Metrics } from './metrics.ts'

/** Deadlines later than this make the server not ready: it is still catching up. */
const latestReadyMs = 5_000

/** `GET /healthz` (the process answers), `GET /readyz` (it can do its work), `GET /metrics` (Prometheus text). */
export function registerHealth(http: FastifyInstance, engine: Engine, metrics: Metrics, stopping: () => boolean): void {
  http.get('/healthz', async () => ({ status: 'ok' }))
  http.get('/readyz', async (_request, reply) => {
    if (stopping()) return reply.code(503).send({ status: 'stopping' })
    const health = await engine.health()
    const status = !health.writable ? 'store not writable' : health.lateMs > latestReadyMs ? 'deadlines late' : 'ready'
    return reply.code(status === 'ready' ? 200 : 503).send({ status, ...health })
  })
  http.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()))
}
