import type { AnyNoun, DomainEvent, Part } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Ask, EffectRunner, Engine, Listing, Outcome, Page, Program, Recorded } from './api.ts'
import { Committer, type CommitLimits } from './commit/committer.ts'
import { Answers } from './commit/once.ts'
import { Trouble } from './commit/trouble.ts'
import { Effects } from './effects/effects.ts'
import { Feed } from './feed/feed.ts'
import type { Storage, System } from './ports.ts'
import type { ListEntry } from './ports/storage.ts'
import { Questions } from './questions.ts'
import { registryOf } from './registry.ts'
import { Alarm } from './time/alarm.ts'
import { Clocks } from './time/clocks.ts'
import { Firing } from './time/firing.ts'
import type { House } from './unit/attempt.ts'
import { Executor, type Executed } from './unit/executor.ts'
import { Lanes } from './unit/lanes.ts'
import { Loader } from './unit/loader.ts'
import { Minter } from './unit/minter.ts'
import { PartCache } from './unit/parts.ts'
import { Recent } from './unit/recent.ts'

export interface EngineOptions {
  readonly storage: Storage
  readonly system: System
  readonly nouns: readonly AnyNoun[]
  /** Who runs effects, by kind. */
  readonly effects?: Readonly<Record<string, EffectRunner>>
  readonly limits?: Partial<EngineLimits>
  /** Told once when the store begins to refuse writes, and once when it takes them again. */
  readonly onStore?: (trouble: Error | undefined) => void
}

export interface EngineLimits extends CommitLimits {
  /** Memory for heads. */
  readonly headBytes: number
  /** Newest events kept in memory for those who follow live. */
  readonly feedEvents: number
}

const defaults: EngineLimits = {
  headBytes: 72 * 1024 * 1024,
  feedEvents: 8_000,
  unitsPerBatch: 2_000,
  bytesPerBatch: 16 * 1024 * 1024,
  bytesWaiting: 128 * 1024 * 1024,
}
const housekeepingMs: Milliseconds = 60_000

/** Makes decisions durable, timed and delivered. Loads its clocks and its place in the log; `start` then wakes it. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { storage, system } = options
  const limits = { ...defaults, ...options.limits }
  const registry = registryOf(options.nouns)
  const lanes = new Lanes(limits.headBytes)
  const parts = new PartCache(2_000)
  const clocks = new Clocks(storage, system)
  await clocks.load()
  const feed = new Feed(storage, system, registry, { max: limits.feedEvents, last: await storage.lastSeq() })
  const minter = new Minter((bytes) => system.random(bytes))
  const loader = new Loader(storage, registry, lanes, parts)
  const house: House = {
    registry,
    lanes,
    parts,
    recent: new Recent(10_000),
    now: (account) => clocks.now(account),
    clockOf: (account) => clocks.nameOf(account),
    mint: (at, home) => minter.mint(at, home),
    peek: (lookup, memo) => loader.peek(lookup, memo),
  }
  const trouble = new Trouble(system, options.onStore)
  const committer = new Committer(storage, limits, (error) => {
    feed.wake()
    trouble.report(error)
  })
  const executor: Executor = new Executor({
    house,
    committer,
    loader,
    now: () => system.now(),
    committed: (events) => feed.committed(events),
    due: (id, at) => alarm.add(id, at),
    hand: (rows) => effects.hand(rows),
  })
  const firing = new Firing(executor, storage, lanes, system)
  const alarm = new Alarm(storage, system, firing)
  const effects = new Effects({ storage, system, executor, registry, clocks, runners: options.effects ?? {} })
  clocks.connect(firing, async (account) => {
    await committer.flushed()
    await effects.rest(account)
  })
  return new Running({ storage, system, committer, trouble, executor, alarm, effects, clocks, feed })
}

interface Rooms {
  readonly storage: Storage
  readonly system: System
  readonly committer: Committer
  readonly trouble: Trouble
  readonly executor: Executor
  readonly alarm: Alarm
  readonly effects: Effects
  readonly clocks: Clocks
  readonly feed: Feed
}

class Running implements Engine {
  readonly clocks: Clocks
  readonly feed: Feed
  readonly #rooms: Rooms
  readonly #answers: Answers
  readonly #questions: Questions
  #housekeeping: () => void = () => {}

  constructor(rooms: Rooms) {
    this.#rooms = rooms
    this.clocks = rooms.clocks
    this.feed = rooms.feed
    this.#answers = new Answers(rooms.storage, rooms.system)
    this.#questions = new Questions(rooms.storage, rooms.executor)
  }

  execute<Value>(ask: Ask<Value>, program: Program<Value>): Promise<Outcome<Value>> {
    const { executor } = this.#rooms
    if (ask.once === undefined) return executor.execute(ask as Ask<never>, program).then(outcome)
    const { once, ...plain } = ask
    return this.#answers.once(once, (answer) => executor.execute(plain, program, { answer }))
  }

  list<S, C, E extends DomainEvent>(
    listing: Listing<S, C, E>,
  ): Promise<Page<{ readonly id: Id; readonly state: S; readonly version: number }>> {
    return this.#questions.list(listing)
  }

  entries<S, C, E extends DomainEvent>(listing: Omit<Listing<S, C, E>, 'test'>): Promise<readonly ListEntry[]> {
    return this.#questions.entries(listing)
  }

  parts<E extends DomainEvent>(
    account: string,
    aggregate: Id,
    question: { readonly kind?: string; readonly after: number; readonly limit: number },
  ): Promise<readonly (Part<E> & { readonly recorded: Recorded<E> })[]> {
    return this.#questions.parts(account, aggregate, question)
  }

  async start(): Promise<void> {
    this.#rooms.alarm.start()
    await this.#rooms.effects.resume()
    this.#tidy()
  }

  async stop(): Promise<void> {
    this.#housekeeping()
    await this.#rooms.alarm.stop()
    await this.#rooms.effects.stop()
    await this.#rooms.committer.settled()
    this.feed.stop()
  }

  async health(): Promise<{ readonly lateMs: number; readonly writable: boolean; readonly waiting: number }> {
    const { storage, system, committer, trouble } = this.#rooms
    const now = system.now()
    const [earliest] = await storage.due('wall', now, 1)
    // An erasing aggregate is due at 0, which is not lateness.
    const lateMs = earliest === undefined || earliest.at === 0 ? 0 : now - earliest.at
    return { lateMs, writable: !trouble.recent() && (await storage.writable()), waiting: committer.waiting }
  }

  /** Old answers go, a few at a time. */
  #tidy(): void {
    this.#housekeeping = this.#rooms.system.after(housekeepingMs, () => {
      void this.#answers.forget().then(
        () => this.#tidy(),
        () => this.#tidy(),
      )
    })
  }
}

function outcome<Value>(executed: Executed<Value>): Outcome<Value> {
  if ('stored' in executed) throw new Error('A request without a key met a stored answer.')
  return executed
}
