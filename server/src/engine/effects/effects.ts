import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { EffectAnswer, EffectRequest, EffectRunner } from '../api.ts'
import type { Storage, System } from '../ports.ts'
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
/** How many open effects are taken up at once after a restart, and how soon the next ones, in real time. */
const perResume = 10_000
const resumeMs: Milliseconds = 5_000
/** The store is away: how soon a step is done again, in real time. */
const awayMs: Milliseconds = 1_000

/**
 * What is to be done next about an effect. A step that the store did not take is done again; those before it never are,
 * so that the world is not asked twice because of a full disk.
 */
type Step =
  | { readonly do: 'run' | 'ask' | 'start' | 'postpone'; readonly row: EffectRow }
  | { readonly do: 'settle'; readonly row: EffectRow; readonly command?: unknown }

export interface EffectsParts {
  readonly storage: Storage
  readonly system: System
  readonly executor: Executor
  readonly registry: Registry
  readonly clocks: Clocks
  readonly runners: Readonly<Record<string, EffectRunner>>
}

/**
 * Does in the world what decisions led to. Repeatable effects are tried until they settle or are dead; those that may happen
 * only once commit "started" first, and after a crash are asked about, never repeated.
 */
export class Effects {
  readonly #parts: EffectsParts
  /** Everything taken up, also what waits for its next try. */
  readonly #known = new Set<string>()
  readonly #running = new Map<string, { readonly account: string; readonly over: Promise<void> }>()
  readonly #cancels = new Set<() => void>()
  #stopped = false

  constructor(parts: EffectsParts) {
    this.#parts = parts
  }

  /** Takes up what was open when the server stopped, the earliest first. */
  async resume(): Promise<void> {
    const open = await this.#parts.storage.openEffects(null, perResume)
    for (const row of open) this.#begin(row)
    if (open.length === perResume) this.#after(resumeMs, () => this.#resumeMore())
  }

  #resumeMore(): void {
    if (this.#stopped) return
    this.resume().catch(() => this.#after(resumeMs, () => this.#resumeMore()))
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
    if (this.#stopped || this.#known.has(row.id)) return
    this.#known.add(row.id)
    if (row.nextAt > this.#parts.clocks.now(row.account)) this.#later(row, row.nextAt)
    else void this.#track(row)
  }

  #later(row: EffectRow, at: Instant): void {
    const cancel = this.#parts.clocks.at(row.account, at, () => {
      this.#cancels.delete(cancel)
      if (!this.#stopped) return this.#track(row)
    })
    this.#cancels.add(cancel)
  }

  #track(row: EffectRow): Promise<void> {
    const over = this.#work(row).finally(() => this.#running.delete(row.id))
    this.#running.set(row.id, { account: row.account, over })
    return over
  }

  /** Step by step, until it has settled or waits for its next try. */
  async #work(row: EffectRow): Promise<void> {
    let next: Step | undefined = { do: first(row), row }
    while (next !== undefined && !this.#stopped) {
      const step: Step = next
      try {
        next = await this.#step(step)
      } catch {
        await new Promise<void>((resolve) => this.#after(awayMs, resolve))
      }
    }
  }

  async #step(step: Step): Promise<Step | undefined> {
    const { row } = step
    switch (step.do) {
      case 'start': {
        const started: EffectRow = { ...row, state: 'started', tries: row.tries + 1 }
        await this.#parts.storage.settleEffects([started])
        return { do: 'run', row: started }
      }
      case 'run':
        return this.#run(row)
      case 'ask':
        return this.#ask(row)
      case 'postpone':
        await this.#parts.storage.settleEffects([row])
        this.#later(row, row.nextAt)
        return undefined
      case 'settle':
        await this.#settle(row, step.command)
        this.#known.delete(row.id)
        return undefined
    }
  }

  async #run(row: EffectRow): Promise<Step> {
    const runner = this.#parts.runners[row.kind]
    if (runner === undefined)
      return { do: 'settle', row: { ...row, state: 'dead', error: `Nothing here runs effects of kind ${row.kind}.` } }
    const answer = await attempt(() => runner.run(requestOf(row)))
    if (answer.settled || row.mode === 'once') return concluded(row, answer)
    const backoff = backoffMs[row.tries]
    const failed: EffectRow = { ...row, tries: row.tries + 1, error: answer.error }
    if (backoff === undefined) return { do: 'settle', row: { ...failed, state: 'dead' } }
    return { do: 'postpone', row: { ...failed, nextAt: this.#parts.clocks.now(row.account) + backoff } }
  }

  /** What became of it before the crash; where nobody can tell, it has settled as unknown. */
  async #ask(row: EffectRow): Promise<Step> {
    const ask = this.#parts.runners[row.kind]?.ask
    const known = ask === undefined ? 'unknown' : await ask(requestOf(row))
    return concluded(row, known === 'unknown' ? { settled: false, error: 'unknown' } : known)
  }

  /** The end of an effect, in one transaction with the command that tells its aggregate. */
  async #settle(settled: EffectRow, command: unknown): Promise<void> {
    const noun = this.#parts.registry.get(settled.noun)
    const executed = await this.#parts.executor.execute(
      { account: settled.account, by: `effect:${settled.kind}` },
      (unit) => {
        // What it refuses is too late for it; the effect has settled all the same.
        if (command !== undefined && noun !== undefined) unit.run(noun, settled.aggregate, command)
        return settled.id
      },
      { settles: [settled] },
    )
    if ('refusal' in executed) throw new Error(executed.refusal.message)
  }

  #after(ms: Milliseconds, callback: () => void): void {
    const once = (): void => {
      this.#cancels.delete(stop)
      callback()
    }
    const cancel = this.#parts.system.after(ms, once)
    const stop = (): void => {
      cancel()
      callback()
    }
    this.#cancels.add(stop)
  }
}

function first({ mode, state }: EffectRow): 'run' | 'ask' | 'start' {
  if (mode === 'repeatable') return 'run'
  return state === 'started' ? 'ask' : 'start'
}

function concluded(row: EffectRow, answer: EffectAnswer): Step {
  if (!answer.settled) return { do: 'settle', row: { ...row, state: 'settled', error: answer.error } }
  return { do: 'settle', row: { ...row, state: 'settled', error: null }, command: answer.command }
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
