import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Storage, System } from '../ports.ts'
import type { Firing } from './firing.ts'
import { Heap } from './heap.ts'

/** How far ahead due times are kept in memory, and how often the store is asked for the next ones. */
const horizonMs: Milliseconds = 60_000
const refillMs: Milliseconds = 20_000
/** How long it sleeps at most: a wall clock that jumps ahead is noticed within it. */
const napMs: Milliseconds = 2_000
const perRefill = 20_000
const perFiring = 10_000
const retryMs: Milliseconds = 1_000

interface Due {
  readonly at: Instant
  readonly id: Id
}

/**
 * Wakes what is due on the wall clock. Near due times lie in a heap, the rest in the store; nothing is armed or cancelled,
 * since a due time in the heap may be too early but is never too late.
 */
export class Alarm {
  readonly #storage: Storage
  readonly #system: System
  readonly #firing: Firing
  readonly #heap = new Heap<Due>()
  #known: Instant = 0
  #nextRefill: Instant = 0
  #cancel: (() => void) | undefined
  #running: Promise<void> | undefined
  #stopped = true

  constructor(storage: Storage, system: System, firing: Firing) {
    this.#storage = storage
    this.#system = system
    this.#firing = firing
  }

  start(): void {
    this.#stopped = false
    this.#wake(0)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel?.()
    await this.#running
  }

  /** A due time that is being committed. */
  add(id: Id, at: Instant): void {
    if (at > this.#known) return // the store will be asked in time
    const first = this.#heap.peek()
    this.#heap.push({ at, id })
    if ((first === undefined || at < first.at) && this.#running === undefined && !this.#stopped)
      this.#wake(at - this.#system.now())
  }

  #wake(inMs: Milliseconds): void {
    this.#cancel?.()
    this.#cancel = this.#system.after(Math.max(0, inMs), () => {
      this.#cancel = undefined
      this.#running ??= this.#turn()
    })
  }

  async #turn(): Promise<void> {
    let sleepMs: Milliseconds
    try {
      await this.#refill()
      await this.#fireDue()
      sleepMs = this.#sleepMs()
    } catch {
      this.#nextRefill = 0 // the store is away: everything is asked for again
      this.#known = 0
      sleepMs = retryMs
    }
    this.#running = undefined
    if (!this.#stopped) this.#wake(sleepMs)
  }

  async #refill(): Promise<void> {
    const now = this.#system.now()
    if (now < this.#nextRefill && now >= this.#nextRefill - horizonMs) return
    const until = now + horizonMs
    // Everything in the heap is also in the store; what commits from now on comes by itself.
    this.#heap.clear()
    this.#known = until
    const found = await this.#storage.due('wall', until, perRefill)
    for (const { aggregate, at } of found) this.#heap.push({ at, id: aggregate })
    const last = found.length === perRefill ? found.at(-1) : undefined
    if (last !== undefined) this.#known = last.at
    this.#nextRefill = last?.at ?? now + refillMs
  }

  async #fireDue(): Promise<void> {
    const now = this.#system.now()
    const ids = new Set<Id>()
    for (
      let first = this.#heap.peek();
      first !== undefined && first.at <= now && ids.size < perFiring;
      first = this.#heap.peek()
    ) {
      this.#heap.pop()
      ids.add(first.id)
    }
    if (ids.size > 0) await this.#firing.fire([...ids])
  }

  #sleepMs(): Milliseconds {
    const next = Math.min(this.#heap.peek()?.at ?? Infinity, this.#nextRefill)
    return Math.min(napMs, Math.max(0, next - this.#system.now()))
  }
}
