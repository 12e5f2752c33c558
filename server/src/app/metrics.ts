import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Engine } from '#engine/api.ts'
import type { Dialect } from '#dialects/dialect.ts'

/** What the numbers are read from when somebody asks for them. */
export interface Measured {
  readonly engine: Engine
  /** The seq up to which deliveries have been handed on or parked. */
  deliveryCursor(): Promise<number>
  deliveryCounts?(): Readonly<Record<string, number>>
}

/** The numbers of one server, in a registry of its own. */
export interface Metrics {
  /** Counts the requests of a dialect's scope. */
  watch(scope: FastifyInstance, dialect: Dialect['name']): void
  text(): Promise<string>
  readonly contentType: string
}

/** Sets up the numbers that `GET /metrics` shows. */
export function createMetrics(measured: Measured): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Counter({
    name: 'colloquy_requests_total',
    help: 'Requests answered, by dialect, route and status.',
    labelNames: ['dialect', 'method', 'route', 'status'],
    registers,
  })
  const duration = new Histogram({
    name: 'colloquy_request_seconds',
    help: 'Time from the arrival of a request to its answer, by dialect.',
    labelNames: ['dialect'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  })
  gauges(measured, registers)
  const counters = new Map<string, { inc(): void }>()

  function watch(scope: FastifyInstance, dialect: string): void {
    const seconds = duration.labels(dialect)
    scope.addHook('onResponse', async (request, reply) => {
      const route = request.routeOptions.url ?? 'unknown'
      const name = `${request.method} ${route} ${reply.statusCode}`
      counters.getOrInsertComputed(name, () => requests.labels(dialect, request.method, route, String(reply.statusCode))).inc()
      seconds.observe(reply.elapsedTime / 1000)
    })
  }

  return { watch, text: () => registry.metrics(), contentType: registry.contentType }
}

function gauges({ engine, deliveryCursor, deliveryCounts }: Measured, registers: Registry[]): void {
  new Gauge({
    name: 'colloquy_deadlines_late_ms',
    help: 'How far behind its deadlines the engine is.',
    registers,
    async collect() {
      this.set((await engine.health()).lateMs)
    },
  })
  new Gauge({
    name: 'colloquy_commits_waiting',
    help: 'Units of work that wait for their commit.',
    registers,
    async collect() {
      this.set((await engine.health()).waiting)
    },
  })
  new Gauge({
    name: 'colloquy_store_writable',
    help: '1 while the store takes writes.',
    registers,
    async collect() {
      this.set((await engine.health()).writable ? 1 : 0)
    },
  })
  new Gauge({
    name: 'colloquy_feed_events',
    help: 'The number of the newest event in the log.',
    registers,
    collect() {
      this.set(engine.feed.lastSeq())
    },
  })
  new Gauge({
    name: 'colloquy_feed_lag_events',
    help: 'Events that receivers have not been told of and that are not parked for them either.',
    registers,
    async collect() {
      this.set(Math.max(0, engine.feed.lastSeq() - (await deliveryCursor())))
    },
  })
  if (deliveryCounts)
    new Gauge({
      name: 'colloquy_deliveries',
      help: 'Deliveries of this process by what became of them.',
      labelNames: ['state'],
      registers,
      collect() {
        for (const [state, count] of Object.entries(deliveryCounts())) this.set({ state }, count)
      },
    })
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory size in bytes.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  new Gauge({
    name: 'process_cpu_seconds_total',
    help: 'User and system CPU time spent in seconds.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage()
      this.set((user + system) / 1e6)
    },
  })
}
