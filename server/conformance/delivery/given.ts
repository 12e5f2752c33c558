import { recordedSender, type RecordedSender, type Script } from '#adapters/delivery/recorded/recorded-sender.ts'
import { openMemory } from '#adapters/storage/memory/open.ts'
import { simulatedSystem, type SimulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import type { Feed, Followed } from '#engine/api.ts'
import type { DeliveryRow, DeliveryStore } from '#engine/ports/delivery-store.ts'
import { createDelivery, type Delivery } from '#services/delivery/delivery.ts'
import { tokenOf } from '#services/delivery/identity.ts'
import type { DeliveryLimits } from '#services/delivery/limits.ts'
import { hourlyForADay } from '#services/delivery/schedule.ts'
import type { Announcer, Logger, OutgoingRequest } from '#services/ports.ts'

/** A log that a test writes by hand. */
export interface WrittenFeed extends Feed {
  /** Appends one event; answers with its id. */
  append(aggregate: string, more?: { readonly account?: string; readonly type?: string }): string
}

export function writtenFeed(): WrittenFeed {
  const log: Followed[] = []
  const wake = new Set<() => void>()
  const counts = new Map<string, number>()

  async function follow(isOver: () => boolean, after: number, reader: Parameters<Feed['follow']>[1]): Promise<void> {
    let position = after
    while (!isOver()) {
      const batch = log.slice(position, position + 500)
      if (batch.length > 0) await reader(batch)
      else await new Promise<void>((resolve) => wake.add(resolve))
      position += batch.length
    }
  }

  return {
    append(aggregate, { account = 'acme', type = 'thing.happened' } = {}) {
      const n = (counts.get(aggregate) ?? 0) + 1
      counts.set(aggregate, n)
      const id = `${aggregate}.${n}`
      const event = { type, at: 0 }
      const recorded = {
        id,
        seq: log.length + 1,
        account,
        noun: 'thing',
        aggregate,
        n,
        recordedAt: 0,
        request: null,
        event,
      }
      log.push({ recorded, before: undefined, after: {} })
      const waiting = [...wake]
      wake.clear()
      for (const look of waiting) look()
      return id
    },
    follow(after, reader) {
      let isOver = false
      void follow(() => isOver, after, reader)
      return () => {
        isOver = true
      }
    },
    async page(account, after, limit) {
      const own = log.map(({ recorded }) => recorded).filter((recorded) => recorded.account === account)
      return own.filter(({ seq }) => seq > after).slice(0, limit)
    },
    async event(account, id) {
      return log.find(({ recorded }) => recorded.id === id && recorded.account === account)
    },
    lastSeq: () => log.length,
  }
}

/** Whom an event is told to, and where. */
export type Targets = (followed: Followed) => readonly { readonly target: string; readonly url: string }[]

function spokenBy(name: string, targets: Targets): Announcer {
  return {
    name,
    announcements: (followed) =>
      targets(followed).map(({ target, url }) => ({
        target,
        eventType: followed.recorded.event.type,
        frozen: {
          announcer: name,
          account: followed.recorded.account,
          url,
          method: 'POST',
          body: JSON.stringify({ event: followed.recorded.id, seq: followed.recorded.seq }),
          token: tokenOf(followed.recorded.id, target),
          request: null,
        },
      })),
    request: ({ url, method, body, token }, { number }) => ({
      url,
      method,
      body,
      headers: { token, number: String(number) },
      internalTargets: false,
      connectTimeoutMs: 5_000,
      totalTimeoutMs: 15_000,
    }),
    retryAfter: hourlyForADay,
  }
}

/** One request as a receiver saw it. */
export interface Told {
  readonly url: string
  readonly event: string
  readonly seq: number
  readonly token: string
  readonly number: number
  /** Milliseconds since the stage was set. */
  readonly at: number
}

export interface Stage {
  readonly system: SimulatedSystem
  readonly feed: WrittenFeed
  readonly store: DeliveryStore
  readonly sender: RecordedSender
  readonly delivery: Delivery
  readonly logged: {
    readonly level: string
    readonly message: string
    readonly facts: Readonly<Record<string, unknown>>
  }[]
  readonly told: Told[]
  /** Events told to a URL, in order, repeated ones too. */
  readonly toldTo: (url: string) => string[]
  readonly rows: (question?: Partial<Parameters<DeliveryStore['list']>[0]>) => Promise<readonly DeliveryRow[]>
  /** Stops the service, letting time pass while it waits for attempts under way. */
  readonly stop: () => Promise<void>
}

export interface StageOptions {
  readonly script?: (told: Told, request: OutgoingRequest) => ReturnType<Script>
  readonly targets?: Targets
  readonly limits?: Partial<DeliveryLimits>
  /** An earlier stage whose log, store and time go on. */
  readonly after?: Stage
  readonly store?: DeliveryStore
  readonly seed?: number
}

export const hook = 'https://hooks.example/alice'
const everyoneOn: Targets = () => [{ target: 'alice', url: hook }]

/** The delivery service between a log written by hand and receivers that follow a script, in simulated time; not started. */
export function stage(options: StageOptions = {}): Stage {
  const { after, script = () => ({ status: 200 }), targets = everyoneOn, limits = {}, seed = 1 } = options
  const system = after?.system ?? simulatedSystem(seed)
  const feed = after?.feed ?? writtenFeed()
  const store = options.store ?? after?.store ?? openMemory().deliveries
  const told: Told[] = []
  const startedAt = system.now()
  const sender = recordedSender((request) => {
    const { event, seq } = JSON.parse(request.body ?? '') as { event: string; seq: number }
    const { token = '', number = '' } = request.headers
    const one = { url: request.url, event, seq, token, number: Number(number), at: system.now() - startedAt }
    told.push(one)
    return script(one, request)
  })
  const logged: Stage['logged'] = []
  const note = (level: string) => (facts: Readonly<Record<string, unknown>>, message: string) =>
    void logged.push({ level, message, facts })
  const log: Logger = { info: note('info'), warn: note('warn'), error: note('error') }
  const announcers = [spokenBy('plain', targets)]
  const delivery = createDelivery({ feed, store, announcers, sender, system, log, limits })
  return {
    system,
    feed,
    store,
    sender,
    logged,
    told,
    delivery,
    toldTo: (url) => told.filter((one) => one.url === url).map(({ event }) => event),
    rows: (question = {}) => store.list({ account: 'acme', limit: 100_000, ...question }),
    async stop() {
      const stopped = delivery.stop()
      await system.advance(10_000)
      await stopped
    },
  }
}
