import { refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { Clocks as ClocksApi, Fired } from '../api.ts'
import type { Storage, System } from '../ports.ts'
import type { ClockRow } from '../ports/rows.ts'
import type { Firing } from './firing.ts'
import { Waits } from './waits.ts'

const perStep = 10_000
/** The beginning of the year 9990: dates stay those of RFC 3339, three-year limits included. */
const latest: Instant = 253_086_768_000_000

/** The accounts' clocks: on the wall, or standing still until advanced. An account nobody defined is on the wall. */
export class Clocks implements ClocksApi {
  readonly #storage: Storage
  readonly #system: System
  readonly #rows = new Map<string, ClockRow>()
  readonly #waits = new Waits()
  /** One advance of an account at a time. */
  readonly #advancing = new Map<string, Promise<unknown>>()
  #firing: Firing | undefined
  #rest: (account: string) => Promise<void> = () => Promise.resolve()

  constructor(storage: Storage, system: System) {
    this.#storage = storage
    this.#system = system
  }

  /** Gives the clocks what they move: who fires, and how to wait until an account's effects rest. */
  connect(firing: Firing, rest: (account: string) => Promise<void>): void {
    this.#firing = firing
    this.#rest = rest
  }

  async load(): Promise<void> {
    for (const row of await this.#storage.clocks()) this.#rows.set(row.account, row)
  }

  async define(account: string, kind: 'wall' | 'test', now: Instant): Promise<void> {
    await this.#write({ account, kind, now })
  }

  kind(account: string): 'wall' | 'test' {
    return this.#rows.get(account)?.kind ?? 'wall'
  }

  now(account: string): Instant {
    const row = this.#rows.get(account)
    return row?.kind === 'test' ? row.now : this.#system.now()
  }

  /** The name of the clock that an account's due times lie on. */
  nameOf(account: string): string {
    return this.kind(account) === 'test' ? account : 'wall'
  }

  at(account: string, instant: Instant, callback: () => void | Promise<void>): () => void {
    if (this.kind(account) === 'test' && instant > this.now(account)) return this.#waits.add(account, instant, callback)
    return this.#system.after(Math.max(0, instant - this.now(account)), () => void callback())
  }

  async advance(
    account: string,
    to: Instant,
  ): Promise<Refused | { readonly now: Instant; readonly fired: readonly Fired[] }> {
    const before = this.#advancing.get(account) ?? Promise.resolve()
    const advance = before.then(() => this.#advance(account, to))
    const over = advance.catch(() => {})
    this.#advancing.set(account, over)
    try {
      return await advance
    } finally {
      if (this.#advancing.get(account) === over) this.#advancing.delete(account)
    }
  }

  async #advance(
    account: string,
    to: Instant,
  ): Promise<Refused | { readonly now: Instant; readonly fired: readonly Fired[] }> {
    if (this.kind(account) !== 'test') {
      return refuse(
        'wall_clock',
        'This account runs on the wall clock, which nobody can advance; use an account with a test clock.',
      )
    }
    if (to > latest) return refuse('invalid', 'A test clock goes no further than the year 9990.', { field: 'to' })
    if (to < this.now(account))
      return refuse(
        'clock_backwards',
        'A test clock never goes back; give a time that is not before its present one.',
        { field: 'to' },
      )
    const fired: Fired[] = []
    for (;;) {
      // What is being done in the world right now may yet set a time to wait for.
      await this.#rest(account)
      const next = await this.#earliest(account, to)
      if (next === undefined && this.now(account) === to) break
      if (next === undefined) {
        // What was decided just before on the old time may be due by now: look once more.
        await this.#write({ account, kind: 'test', now: to })
        continue
      }
      if (next > this.now(account)) await this.#write({ account, kind: 'test', now: next })
      fired.push(...(await this.#fireDue(account)))
      await this.#waits.run(account, this.now(account))
    }
    return { now: this.now(account), fired }
  }

  async #fireDue(account: string): Promise<readonly Fired[]> {
    const fired: Fired[] = []
    for (;;) {
      const due = await this.#storage.due(account, this.now(account), perStep)
      if (due.length === 0) return fired
      fired.push(...((await this.#firing?.fire(due.map(({ aggregate }) => aggregate))) ?? []))
    }
  }

  async #earliest(account: string, to: Instant): Promise<Instant | undefined> {
    const [due] = await this.#storage.due(account, to, 1)
    const next = Math.min(due?.at ?? Infinity, this.#waits.earliest(account) ?? Infinity)
    return next > to ? undefined : Math.max(next, this.now(account))
  }

  async #write(row: ClockRow): Promise<void> {
    await this.#storage.commit([{ aggregates: [], effects: [], clock: row }])
    this.#rows.set(row.account, row)
  }
}
