import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { openMemory } from '#adapters/storage/memory/open.ts'
import { openSqlite } from '#adapters/storage/sqlite/open.ts'
import { realSystem } from '#adapters/system/real/real-system.ts'
import { createVault, openVault } from '#adapters/vault/vault.ts'
import type { Dialect, DialectContext } from '#dialects/dialect.ts'
import { nouns } from '#domain/nouns.ts'
import type { EffectRunner, Engine } from '#engine/api.ts'
import { createEngine } from '#engine/engine.ts'
import type { Storage, System } from '#engine/ports.ts'
import type { Services } from '#services/api.ts'
import type { Calls } from '#services/calls/calls.ts'
import type { Announcer, Logger, Sender, Vault } from '#services/ports.ts'
import { createDelivery, type Delivery } from '#services/delivery/delivery.ts'
import { createCampaigns } from '#services/campaigns/campaigns.ts'
import { createServices } from '#services/services.ts'
import { createWidgets } from '#services/widgets.ts'
import { makeBackup } from './backup.ts'
import { registerErrorPage } from './error-page.ts'
import { registerHealth } from './health.ts'
import { createLimiter } from './limiter.ts'
import { lateSender } from './late-sender.ts'
import type { Written } from './compose-written.ts'
import { createLogger } from './logger.ts'
import { compileOptions, type Options } from './options.ts'
import { wakingCalls } from './waking.ts'

/** The concrete things behind the ports; a test brings its own of those it wants to hold in its hand. */
export interface Parts {
  readonly system: System
  readonly storage: Storage
  readonly vault: Vault
  readonly sender: Sender
  readonly log: Logger
}

/** A whole server, not yet listening. */
export interface App {
  readonly options: Options
  readonly parts: Parts
  readonly engine: Engine
  readonly services: Services
  readonly delivery: Delivery
  readonly fastify: FastifyInstance
  readonly dialects: readonly Dialect[]
  /** Every route as registered, with the dialect it belongs to (`app`: the server's own pages). */
  readonly routes: readonly Route[]
  /** The key of the operator: the same as long as the key file is. */
  readonly adminKey: string
  /** Wakes the engine and the deliveries; requests can then be injected. */
  start(): Promise<void>
  /** Listens, says so to `ready`, then starts; answers with the URL. */
  listen(ready?: (url: string) => Promise<void>): Promise<string>
  /** Not ready, finishes what is in flight, commits, closes. Safe to repeat. */
  stop(): Promise<void>
}

export interface Route {
  readonly dialect: string
  readonly method: string
  readonly path: string
}

/** How long requests in flight may take when the server stops. */
const longestStopMs = 10_000

/** Chooses the adapters and joins everything. Nothing runs before `start`. */
export async function compose(given: Partial<Options> = {}, own: Partial<Parts> = {}): Promise<App> {
  const options = compileOptions(given)
  // The store opens in threads of its own, while what speaks HTTP is loaded here.
  const [parts, languages] = await Promise.all([chooseParts(options, own), loadLanguages()])
  const { system, log } = parts
  const adminKey = `admin.${parts.vault.sign('admin key')}`
  let address = options.publicUrl ?? `http://${options.host}:${options.port}`
  const house = await furnish(options, parts, adminKey, languages, () => address)
  const { engine, delivery, dialects } = house
  const { createHttp, createRequestIds } = languages
  const fastify = createHttp(options, createRequestIds(system.random(new Uint8Array(10))), log)
  let stopping: Promise<void> | undefined
  const routes = await registerPages(fastify, house, languages, () => stopping !== undefined)

  const start = once(async () => {
    await fastify.ready()
    await delivery.start()
    await engine.start()
    await house.calls.start()
    await house.written.start()
  })
  async function stop(): Promise<void> {
    const hurry = system.after(longestStopMs, () => fastify.server.closeAllConnections())
    await fastify.close()
    hurry()
    await delivery.stop()
    await house.calls.stop()
    await house.written.stop()
    await house.carrier.close()
    await engine.stop()
    await house.written.close()
    await parts.sender.close()
    await parts.storage.close()
  }
  async function listen(ready: (url: string) => Promise<void> = async () => {}): Promise<string> {
    const local = await fastify.listen({ host: options.host, port: options.port })
    const url = options.publicUrl ?? reachable(local)
    address = url
    // Whoever asks has what is due on it done first: nobody need wait until all that is overdue or untold has been.
    await ready(url)
    await start()
    return url
  }
  const stopOnce = () => (stopping ??= stop())
  return { options, parts, ...house, fastify, dialects, routes, adminKey, start, listen, stop: stopOnce }
}

type Languages = Awaited<ReturnType<typeof loadLanguages>>

/** What speaks HTTP: the largest part of the program. */
async function loadLanguages() {
  const [
    { createHttp, createRequestIds },
    { createMetrics },
    { registerReference },
    { nativeDialect },
    { twilioDialect },
    { bolnaDialect },
    { anyreachDialect },
    { furnishCalls },
    { furnishWritten },
  ] = await Promise.all([
    import('./http.ts'),
    import('./metrics.ts'),
    import('./reference.ts'),
    import('#dialects/native/dialect.ts'),
    import('#dialects/twilio/dialect.ts'),
    import('#dialects/bolna/dialect.ts'),
    import('#dialects/anyreach/dialect.ts'),
    import('./compose-calls.ts'),
    import('./compose-written.ts'),
  ])
  return {
    createHttp,
    createRequestIds,
    createMetrics,
    registerReference,
    nativeDialect,
    twilioDialect,
    bolnaDialect,
    anyreachDialect,
    furnishCalls,
    furnishWritten,
  }
}

type House = Pick<App, 'engine' | 'services' | 'delivery' | 'dialects'> & {
  readonly calls: Calls
  readonly written: Written
  readonly carrier: { close(): Promise<void> }
}

/** Everything between the adapters and HTTP. */
async function furnish(
  options: Options,
  parts: Parts,
  adminKey: string,
  languages: Languages,
  publicUrl: () => string,
): Promise<House> {
  const { storage, system, vault, sender, log } = parts
  const onStore = (trouble: Error | undefined): void => {
    if (trouble) log.error({ error: trouble.name, message: trouble.message }, 'the store refuses writes')
    else log.warn({}, 'the store takes writes again')
  }
  // What effects do needs the services, which need the engine: it looks the runners up when it runs them.
  const effects: Record<string, EffectRunner> = {}
  const engine = await createEngine({ storage, system, nouns, effects, onStore })
  // Announcers come with the dialects, which need the services, which need the delivery: it looks at the list when it starts.
  const announcers: Announcer[] = []
  const delivery = createDelivery({ feed: engine.feed, store: storage.deliveries, announcers, sender, system, log })
  const now = () => system.now()
  const talk = createServices({ engine, vault, deliveries: delivery, now, adminKeyHash: vault.hash(adminKey), log })
  const { calls, runtime, simulator, carrier } = languages.furnishCalls(options, parts, engine, talk)
  const { sessions, agents, drafts, numbers, batches, wallets } = calls
  const written = languages.furnishWritten(options, parts, engine, {
    accounts: talk.accounts,
    agents,
    runtime,
    publicUrl,
  })
  const { texts, mails, rooms } = written
  const { campaigns, runners } = createCampaigns({ engine, agents, numbers })
  const widgets = createWidgets({ engine })
  Object.assign(effects, calls.runners, written.runners, runners)
  const accounts = wakingCalls(talk.accounts, calls, log)
  const services = {
    ...talk,
    accounts,
    sessions,
    agents,
    drafts,
    numbers,
    batches,
    wallets,
    texts,
    mails,
    rooms,
    campaigns,
    widgets,
  }
  const context = contextOf(options, parts, services)
  const dialects = [
    languages.nativeDialect(context, {
      simulator,
      ...(written.recordedMail && { recordedMail: written.recordedMail }),
    }),
    languages.twilioDialect(context),
    languages.bolnaDialect(context, { publicUrl }),
    languages.anyreachDialect(context, { publicUrl }),
  ]
  announcers.push(...dialects.flatMap(({ announcer }) => (announcer ? [announcer] : [])))
  return { engine, services, delivery, dialects, calls, written, carrier }
}

/** The server's own pages, and each dialect in a scope of its own. */
async function registerPages(
  http: FastifyInstance,
  house: House,
  { createMetrics, registerReference }: Languages,
  stopping: () => boolean,
): Promise<readonly Route[]> {
  const { engine, delivery, dialects } = house
  const metrics = createMetrics(engine, delivery)
  const routes = watchRoutes(http)
  registerHealth(http, engine, metrics, stopping)
  registerErrorPage(http, dialects)
  registerReference(http, dialects)
  for (const dialect of dialects) {
    routes.owner = dialect.name
    await http.register(async (scope) => {
      metrics.watch(scope, dialect.name)
      await dialect.register(scope)
    })
  }
  return routes.all
}

async function chooseParts(options: Options, own: Partial<Parts>): Promise<Parts> {
  const system = own.system ?? realSystem()
  const inMemory = options.storage === 'memory'
  return {
    system,
    log: own.log ?? createLogger(options.logLevel),
    sender:
      own.sender ??
      lateSender(async () => {
        const { httpSender } = await import('#adapters/delivery/http/http-sender.ts')
        return httpSender({ system, allowedHosts: options.callbackHosts })
      }),
    vault: own.vault ?? (inMemory ? createVault(system.random(new Uint8Array(32))) : openVault(keyFile(options.data))),
    storage: own.storage ?? (inMemory ? openMemory() : await openSqlite({ folder: options.data })),
  }
}

function keyFile(data: string): string {
  mkdirSync(data, { recursive: true, mode: 0o700 })
  return join(data, 'colloquy.key')
}

function contextOf(
  options: Options,
  { system, vault, sender, storage, log }: Parts,
  services: Services,
): DialectContext {
  return {
    services,
    vault,
    log,
    limiter: createLimiter(options.requestsPerSecond, () => system.now()),
    send: (request) => sender.send(request),
    ask: (request) => sender.ask(request),
    stream: (request, onText) => sender.stream(request, onText),
    now: () => system.now(),
    after: (afterMs, callback) => system.after(afterMs, callback),
    backup: (file) => makeBackup(options, storage, file),
    baseUrl: ({ headers: { host }, protocol }) =>
      options.publicUrl ?? `${protocol}://${typeof host === 'string' ? host : `${options.host}:${options.port}`}`,
  }
}

/** Notes every route that is registered from now on, and whose it is. */
function watchRoutes(http: FastifyInstance): { readonly all: Route[]; owner: string } {
  const watched = { all: [] as Route[], owner: 'app' }
  http.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) watched.all.push({ dialect: watched.owner, method: one, path: url })
  })
  return watched
}

/** Who listens on every address is reached from here on loopback. */
function reachable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
}

function once<Value>(act: () => Promise<Value>): () => Promise<Value> {
  let done: Promise<Value> | undefined
  return () => (done ??= act())
}
