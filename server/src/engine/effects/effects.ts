import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { EffectAnswer, EffectRequest, EffectRunner } from '../api.ts'
import type { Storage, System } from '../ports.ts'
import type { EffectRow } from '../ports/rows.ts'
import type { EffectPlace } from '../ports/storage.ts'
import type { Registry } from '../registry.ts'
import type { Clocks } from '../time/clocks.ts'
import type { Executor } from '../unit/executor.ts'
import { Pool } from './pool.ts'

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
/** How many open effects are read at once after a restart, and how soon the next ones, in real time. */
const perResume = 10_000
const resumeMs: Milliseconds = 5_000
/** How many of them are worked on at once, and how long one of them holds its place at most, in real time. */
const atOnce = 64
const placeMs: Milliseconds = 10_000
/** How long one asking what became of an effect may take, in real time, and how often it is asked: then nobody can tell. */
const askMs: Milliseconds = 10_000
const mostAsked = 10
/** The store is away: how soon a step is done again, in real time. */
const awayMs: Milliseconds = 1_000

/**
 * What is to be done next about an effect. A step that the store did not take is done again; those before it never are,
 * so that the world is not asked twice because of a full disk.
 */
type Step =
  | { readonly do: 'run' | 'postpone'; readonly row: EffectRow }
  /** `unsure`: the store failed at it before, and may have taken it all the same. */
  | { readonly do: 'start'; readonly row: EffectRow; readonly unsure?: true }
  /** `asked`: how often in vain. */
  | { readonly do: 'ask'; readonly row: EffectRow; readonly asked: number }
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
  readonly #pool: Pool
  /** Everything taken up, also what waits for its next try. */
  readonly #known = new Set<string>()
  readonly #running = new Map<string, { readonly account: string; readonly over: Promise<void> }>()
  readonly #cancels = new Set<() => void>()
  /** What has settled since each reading of open effects that is under way: it may still be among what was read. */
  readonly #readings = new Set<Set<string>>()
  #stopped = false

  constructor(parts: EffectsParts) {
    this.#parts = parts
    this.#pool = new Pool(parts.system, atOnce, placeMs)
  }

  /** Takes up what was open when the server stopped, the earliest first, page by page; some at once. */
  async resume(after?: EffectPlace): Promise<void> {
    const settled = new Set<string>()
    this.#readings.add(settled)
    try {
      const open = await this.#parts.storage.openEffects(null, perResume, after)
      for (const row of open) if (!settled.has(row.id)) this.#begin(row, true)
      const last = open.at(-1)
      if (last && open.length === perResume) this.#after(resumeMs, () => this.#resumeMore(last))
    } finally {
      this.#readings.delete(settled)
    }
  }

  #resumeMore(after: EffectPlace): void {
    if (this.#stopped) return
    this.resume(after).catch(() => this.#after(resumeMs, () => this.#resumeMore(after)))
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

  #begin(row: EffectRow, resumed = false): void {
    if (this.#stopped || this.#known.has(row.id)) return
    this.#known.add(row.id)
    if (row.nextAt > this.#parts.clocks.now(row.account)) this.#later(row, row.nextAt)
    else void this.#track(row, resumed)
  }

  #later(row: EffectRow, at: Instant): void {
    const cancel = this.#parts.clocks.at(row.account, at, () => {
      this.#cancels.delete(cancel)
      if (!this.#stopped) return this.#track(row)
    })
    this.#cancels.add(cancel)
  }

  #track(row: EffectRow, resumed = false): Promise<void> {
    const work = resumed ? this.#pool.run(() => this.#work(row)) : this.#work(row)
    const over = work.finally(() => this.#running.delete(row.id))
    this.#running.set(row.id, { account: row.account, over })
    return over
  }

  /** Step by step, until it has settled or waits for its next try. */
  async #work(row: EffectRow): Promise<void> {
    let next: Step | undefined = first(row)
    while (next !== undefined && !this.#stopped) {
      const step: Step = next
      try {
        next = await this.#step(step)
      } catch {
        if (step.do === 'start') next = { ...step, unsure: true }
        await this.#pause()
      }
    }
  }

  async #step(step: Step): Promise<Step | undefined> {
    const { row } = step
    switch (step.do) {
      case 'start':
        return this.#start(row, step.unsure === true)
      case 'run':
        return this.#run(row)
      case 'ask':
        return this.#ask(row, step.asked)
      case 'postpone':
        await this.#parts.storage.settleEffects([row])
        this.#later(row, row.nextAt)
        return undefined
      case 'settle':
        await this.#settle(row, step.command)
        this.#forget(row)
        return undefined
    }
  }

  #forget({ id }: EffectRow): void {
    this.#known.delete(id)
    for (const settled of this.#readings) settled.add(id)
  }

  /** Only what the store still has as waiting is run: whoever started it before has run it, or is asked about it. */
  async #start(row: EffectRow, unsure: boolean): Promise<Step | undefined> {
    const started: EffectRow = { ...row, state: 'started', tries: row.tries + 1 }
    const [isTaken] = await this.#parts.storage.settleEffects([started])
    if (isTaken !== false) return { do: 'run', row: started }
    if (unsure) return { do: 'ask', row: started, asked: 0 }
    this.#forget(row)
    return undefined
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
  async #ask(row: EffectRow, asked: number): Promise<Step> {
    const runner = this.#parts.runners[row.kind]
    const known = runner?.ask === undefined ? 'unknown' : await this.#inTime(askMs, runner.ask(requestOf(row)))
    if (known === undefined && asked + 1 < mostAsked) {
      await this.#pause()
      return { do: 'ask', row, asked: asked + 1 }
    }
    return concluded(row, known === undefined || known === 'unknown' ? { settled: false, error: 'unknown' } : known)
  }

  /** What some work comes to; undefined: it breaks, or takes longer. */
  #inTime<Value>(ms: Milliseconds, work: Promise<Value>): Promise<Value | undefined> {
    return new Promise((resolve) => {
      const inTime = this.#after(ms, () => resolve(undefined))
      void work.then(resolve, () => resolve(undefined)).finally(inTime)
    })
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.#after(awayMs, resolve))
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

  /** When the server stops, it is called at once. Answers with what calls it off. */
  #after(ms: Milliseconds, callback: () => void): () => void {
    const end = (): void => {
      this.#cancels.delete(stop)
      cancel()
    }
    const stop = (): void => {
      end()
      callback()
    }
    const cancel = this.#parts.system.after(ms, stop)
    this.#cancels.add(stop)
    return end
  }
}

function first(row: EffectRow): Step {
  if (row.mode === 'repeatable') return { do: 'run', row }
  return row.state === 'started' ? { do: 'ask', row, asked: 0 } : { do: 'start', row }
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
