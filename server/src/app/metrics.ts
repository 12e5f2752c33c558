import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Engine } from '#engine/api.ts'
import type { Dialect } from '#dialects/dialect.ts'
import type { Delivery } from '#services/delivery/delivery.ts'

/** The numbers of one server, in a registry of its own. */
export interface Metrics {
  /** Counts the requests of a dialect's scope. */
  watch(scope: FastifyInstance, dialect: Dialect['name']): void
  text(): Promise<string>
  readonly contentType: string
}

/** Sets up the numbers that `GET /metrics` shows. */
export function createMetrics(engine: Engine, delivery: Pick<Delivery, 'stats'>): Metrics {
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
  engineGauges(engine, registers)
  deliveryGauges(delivery, registers)
  processGauges(registers)
  const counters = new Map<string, { inc(): void }>()

  function watch(scope: FastifyInstance, dialect: string): void {
    const seconds = duration.labels(dialect)
    scope.addHook('onResponse', async (request, reply) => {
      const route = request.routeOptions.url ?? 'unknown'
      const name = `${request.method} ${route} ${reply.statusCode}`
      counters
        .getOrInsertComputed(name, () => requests.labels(dialect, request.method, route, String(reply.statusCode)))
        .inc()
      seconds.observe(reply.elapsedTime / 1000)
    })
  }

  return { watch, text: () => registry.metrics(), contentType: registry.contentType }
}

function gauge(registers: Registry[], name: string, help: string, read: () => number | Promise<number>): void {
  const collect = async function (this: Gauge): Promise<void> {
    this.set(await read())
  }
  new Gauge({ name: `colloquy_${name}`, help, registers, collect })
}

function engineGauges(engine: Engine, registers: Registry[]): void {
  const health = async (fact: 'lateMs' | 'waiting'): Promise<number> => (await engine.health())[fact]
  gauge(registers, 'deadlines_late_ms', 'How far behind its deadlines the engine is.', () => health('lateMs'))
  gauge(registers, 'commits_waiting', 'Units of work that wait for their commit.', () => health('waiting'))
  gauge(registers, 'store_writable', '1 while the store takes writes.', async () =>
    (await engine.health()).writable ? 1 : 0,
  )
  gauge(registers, 'feed_events', 'The number of the newest event in the log.', () => engine.feed.lastSeq())
}

function deliveryGauges(delivery: Pick<Delivery, 'stats'>, registers: Registry[]): void {
  gauge(
    registers,
    'feed_lag_events',
    'Events that have not been handed to their receivers, nor parked for them.',
    () => delivery.stats().lag,
  )
  gauge(registers, 'deliveries_in_flight', 'Requests to receivers that are under way.', () => delivery.stats().inFlight)
  gauge(
    registers,
    'deliveries_slow',
    'Of these, those that take longer than a receiver should.',
    () => delivery.stats().slow,
  )
  gauge(registers, 'deliveries_in_memory', 'Deliveries that wait in memory.', () => delivery.stats().inMemory)
  gauge(registers, 'deliveries_bytes', 'The bytes of their bodies.', () => delivery.stats().bytes)
  const states = new Gauge({
    name: 'colloquy_deliveries',
    help: 'Attempts since the start, by what became of them; dead are given up.',
    labelNames: ['state'],
    registers,
    collect() {
      const { delivered, failed, dead } = delivery.stats()
      for (const [state, count] of Object.entries({ delivered, failed, dead })) states.set({ state }, count)
    },
  })
}

function processGauges(registers: Registry[]): void {
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
