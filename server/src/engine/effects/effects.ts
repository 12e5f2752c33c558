import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { EffectAnswer, EffectRequest, EffectRunner } from '../api.ts'
import type { Storage } from '../ports.ts'
import type { EffectRow } from '../ports/rows.ts'
import type { Registry } from '../registry.ts'
import type { Clocks } from '../time/clocks.ts'
import type { Executor } from '../unit/executor.ts'

/** Waits after failed tries of a repeatable effect, in account time; after the last one it is dead. */
const backoffMs: readonly Milliseconds[] = [
  1_000,
  5_000,
  30_000,
  120_000,
  600_000,
  1_800_000,
  ...Array<number>(20).fill(3_600_000),
]
const perResume = 1_000
/** The store was away: how soon to look again. */
const awayMs: Milliseconds = 1_000

/**
 * Does in the world what decisions led to. Repeatable effects are tried until they settle or are dead; those that may happen
 * only once commit "started" first, and after a crash are asked about, never repeated.
 */
export class Effects {
  readonly #storage: Storage
  readonly #executor: Executor
  readonly #registry: Registry
  readonly #clocks: Clocks
  readonly #runners: Readonly<Record<string, EffectRunner>>
  readonly #running = new Map<string, { readonly account: string; readonly over: Promise<void> }>()
  readonly #cancels = new Set<() => void>()
  #stopped = false

  constructor(parts: {
    readonly storage: Storage
    readonly executor: Executor
    readonly registry: Registry
    readonly clocks: Clocks
    readonly runners: Readonly<Record<string, EffectRunner>>
  }) {
    this.#storage = parts.storage
    this.#executor = parts.executor
    this.#registry = parts.registry
    this.#clocks = parts.clocks
    this.#runners = parts.runners
  }

  /** Takes up what was open when the server stopped. */
  async resume(): Promise<void> {
    const open = await this.#storage.openEffects(null, perResume)
    for (const row of open) this.#begin(row)
  }

  /** Effects that have just committed. */
  hand(rows: readonly EffectRow[]): void {
    for (const row of rows) if (row.state === 'waiting') this.#begin(row)
  }

  /** Resolves when no effect of the account is being run; those that wait for a later instant do not count. */
  async rest(account: string): Promise<void> {
    for (;;) {
      const running = [...this.#running.values()].filter((one) => one.account === account)
      if (running.length === 0) return
      await Promise.all(running.map(({ over }) => over))
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const cancel of this.#cancels) cancel()
    await Promise.all([...this.#running.values()].map(({ over }) => over))
  }

  #begin(row: EffectRow): void {
    if (this.#stopped || this.#running.has(row.id)) return
    const wait = row.nextAt - this.#clocks.now(row.account)
    if (wait > 0) this.#later(row, row.nextAt)
    else void this.#track(row)
  }

  #later(row: EffectRow, at: Instant): void {
    const cancel = this.#clocks.at(row.account, at, () => {
      this.#cancels.delete(cancel)
      if (!this.#stopped) return this.#track(row)
    })
    this.#cancels.add(cancel)
  }

  #track(row: EffectRow): Promise<void> {
    const over = this.#run(row)
      .catch(() => this.#later(row, this.#clocks.now(row.account) + awayMs))
      .finally(() => this.#running.delete(row.id))
    this.#running.set(row.id, { account: row.account, over })
    return over
  }

  async #run(row: EffectRow): Promise<void> {
    const runner = this.#runners[row.kind]
    const request = requestOf(row)
    if (runner === undefined) return this.#settle(row, 'dead', `Nothing here runs effects of kind ${row.kind}.`)
    if (row.mode === 'once') return this.#runOnce(row, runner, request)
    const answer = await attempt(() => runner.run(request))
    if (answer.settled) return this.#settle(row, 'settled', null, answer.command)
    const backoff = backoffMs[row.tries]
    if (backoff === undefined) return this.#settle(row, 'dead', answer.error)
    const next: EffectRow = {
      ...row,
      tries: row.tries + 1,
      nextAt: this.#clocks.now(row.account) + backoff,
      error: answer.error,
    }
    await this.#storage.settleEffects([next])
    this.#later(next, next.nextAt)
  }

  async #runOnce(row: EffectRow, runner: EffectRunner, request: EffectRequest): Promise<void> {
    if (row.state === 'started') {
      const known = runner.ask === undefined ? 'unknown' : await runner.ask(request)
      if (known === 'unknown') return this.#settle(row, 'settled', 'unknown')
      return this.#conclude(row, known)
    }
    const started: EffectRow = { ...row, state: 'started', tries: row.tries + 1 }
    await this.#storage.settleEffects([started])
    await this.#conclude(started, await attempt(() => runner.run(request)))
  }

  #conclude(row: EffectRow, answer: EffectAnswer): Promise<void> {
    return answer.settled
      ? this.#settle(row, 'settled', null, answer.command)
      : this.#settle(row, 'settled', answer.error)
  }

  /** The end of an effect, in one transaction with the command that tells its aggregate. */
  async #settle(row: EffectRow, state: 'settled' | 'dead', error: string | null, command?: unknown): Promise<void> {
    const settled: EffectRow = { ...row, state, error }
    const noun = this.#registry.get(row.noun)
    const executed = await this.#executor.execute(
      { account: row.account, by: `effect:${row.kind}` },
      (unit) => {
        // What it refuses is too late for it; the effect has settled all the same.
        if (command !== undefined && noun !== undefined) unit.run(noun, row.aggregate, command)
        return settled
      },
      { settles: [settled] },
    )
    if ('refusal' in executed) throw new Error(executed.refusal.message)
  }
}

async function attempt(run: () => Promise<EffectAnswer>): Promise<EffectAnswer> {
  try {
    return await run()
  } catch (error) {
    return { settled: false, error: error instanceof Error ? error.message : String(error) }
  }
}

function requestOf(row: EffectRow): EffectRequest {
  return {
    reference: row.id,
    account: row.account,
    noun: row.noun,
    aggregate: row.aggregate,
    kind: row.kind,
    payload: JSON.parse(row.payloadJson) as unknown,
    tries: row.tries,
  }
}
