import type { DomainEvent } from '#domain/noun.ts'
import { isRefused, refuse, type Refusal, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Fired, Followed, Program } from '../api.ts'
import type { Committer, Fate } from '../commit/committer.ts'
import type { AnswerRow, EffectRow, UnitWrite } from '../ports/rows.ts'
import { StorageUnavailable } from '../ports/storage.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import { Attempt, type House } from './attempt.ts'
import { claimKey, handleKey } from './lane.ts'
import type { Loader } from './loader.ts'
import { Memo, Missing, onceKey } from './memo.ts'
import { settleParts, stage, unstage, type StagedUnit } from './stage.ts'

export interface ExecutorParts {
  readonly house: House
  readonly loader: Loader
  readonly committer: Committer
  /** Real time, for the record. */
  now(): Instant
  /** Events that have committed, in the order of the log. */
  committed(events: readonly Followed[]): void
  /** A due time on the wall clock that has committed. */
  due(id: Id, at: Instant): void
  /** Effects that have committed and wait to be run. */
  hand(effects: readonly EffectRow[]): void
}

/** What else goes into the transaction of a unit. */
export interface Extra<Value> {
  readonly answer?: (value: Value) => AnswerRow | undefined
  /** Effects that are settled by this unit. */
  readonly settles?: readonly EffectRow[]
}

export type Executed<Value> =
  | { readonly value: Value; readonly fired: readonly Fired[] }
  | { readonly refusal: Refusal; readonly fired: readonly Fired[] }
  | { readonly stored: AnswerRow }

const maxTries = 200

/** Runs programs until one run stands: in memory, in the store, and in what it built on. */
export class Executor {
  readonly #parts: ExecutorParts

  constructor(parts: ExecutorParts) {
    this.#parts = parts
  }

  async execute<Value>(ask: Ask<never>, program: Program<Value>, extra: Extra<Value> = {}): Promise<Executed<Value>> {
    const memo = new Memo()
    for (let tries = 0; tries < maxTries; tries++) {
      if (this.#parts.committer.full) return busy
      const run = this.#run(ask, program, memo)
      if (run instanceof StorageUnavailable) return unavailable(run)
      if (run instanceof Missing) {
        const failed = await this.#fetch(run, memo)
        if (failed !== undefined) return failed
        continue
      }
      const { attempt, result } = run
      const answer = isRefused(result) ? undefined : extra.answer?.(result)
      const unit = stage(this.#parts.house, attempt, {
        recordedAt: this.#parts.now(),
        request: ask.request ?? null,
        answered: answer !== undefined,
      })
      const settles = isRefused(result) ? [] : (extra.settles ?? [])
      const executed = isRefused(result)
        ? { refusal: result.refusal, fired: attempt.fired }
        : { value: result, fired: attempt.fired }
      if (unit.writes.length === 0 && answer === undefined && settles.length === 0) return executed
      const fate = await this.#commit(unit, answer, settles)
      if (fate === 'fallen') continue
      if (fate instanceof Error) return unavailable(fate)
      if (fate.ok) return executed
      if (fate.why === 'answer') return { stored: fate.stored }
      memo.forget()
      if (fate.why === 'claim') memo.taken.set(claimKey(ask.account, fate.claim), fate.holder)
      if (fate.why === 'claim') memo.holders.set(claimKey(ask.account, fate.claim), fate.holder)
      if (fate.why === 'found') memo.reported.set(handleKey(ask.account, fate.key), fate.holder)
      if (fate.why === 'key') memo.found.set(onceKey(fate.aggregate, fate.key), fate.n)
    }
    return busy
  }

  /** One run; where the program refuses, only what was due stays of it. */
  #run<Value>(
    ask: Ask<never>,
    program: Program<Value>,
    memo: Memo,
  ): Missing | StorageUnavailable | { attempt: Attempt; result: Value | Refused } {
    const { house } = this.#parts
    const attempt = new Attempt(house, memo, ask.account, ask.by)
    try {
      const result = program(attempt)
      if (!isRefused(result)) return { attempt, result }
      const due = new Attempt(house, memo, ask.account, ask.by)
      for (const id of attempt.touches.keys()) due.touch(id)
      return { attempt: due, result }
    } catch (error) {
      if (error instanceof Missing || error instanceof StorageUnavailable) return error
      throw error
    }
  }

  async #fetch(missing: Missing, memo: Memo): Promise<Executed<never> | undefined> {
    try {
      if (missing.lookup === 'commit') {
        await this.#parts.committer.next()
        memo.forget()
      } else {
        await this.#parts.loader.load(missing.lookup, memo)
      }
      return undefined
    } catch (error) {
      if (error instanceof StorageUnavailable) return unavailable(error)
      throw error
    }
  }

  async #commit(unit: StagedUnit, answer: AnswerRow | undefined, settles: readonly EffectRow[]): Promise<Fate> {
    const { house, committer } = this.#parts
    const write: UnitWrite = {
      aggregates: unit.writes,
      effects: settles.length === 0 ? unit.effects : [...unit.effects, ...settles],
      ...(answer === undefined ? {} : { answer }),
    }
    const bytes = unit.bytes + (answer === undefined ? 0 : answer.body.length)
    const fate = await new Promise<Fate>((resolve) => {
      committer.submit({
        write,
        bytes,
        stands: () => unit.lanes.every((lane) => !lane.broken),
        done: (verdict) => {
          this.#settle(house, unit, verdict)
          resolve(verdict)
        },
      })
    })
    if (fate instanceof Error && !(fate instanceof StorageUnavailable)) throw fate
    return fate
  }

  /** In the order of the log, before anybody hears of it: lanes, feed, effects. */
  #settle(house: House, unit: StagedUnit, fate: Fate): void {
    for (const lane of unit.lanes) lane.pending--
    if (fate === 'fallen' || fate instanceof Error || !fate.ok) {
      unstage(house, unit)
      return
    }
    settleParts(house, unit)
    for (const write of unit.writes) {
      if (typeof write.due === 'number' && write.clock === 'wall') this.#parts.due(write.aggregate, write.due)
    }
    const events = eventsOf(unit, fate.seqs)
    if (events.length > 0) this.#parts.committed(events)
    if (unit.effects.length > 0) this.#parts.hand(unit.effects)
  }
}

function eventsOf(unit: StagedUnit, seqs: readonly number[]): Followed[] {
  const followed: Followed[] = []
  let i = 0
  for (const [w, touch] of unit.touches.entries()) {
    const write = unit.writes[w]
    for (const [e, staged] of touch.events.entries()) {
      const row = write?.events[e]
      followed.push({
        recorded: {
          id: `${touch.id}.${staged.n}`,
          seq: seqs[i++] ?? 0,
          account: touch.account,
          noun: touch.noun.name,
          aggregate: touch.id,
          n: staged.n,
          recordedAt: row?.recordedAt ?? 0,
          request: row?.request ?? null,
          event: staged.event as DomainEvent,
        },
        before: staged.before,
        after: staged.after,
      })
    }
  }
  return followed
}

const busy = {
  ...refuse('busy', 'The server has more to write than it can take right now; try again in a moment.'),
  fired: [],
}

function unavailable(error: Error): Executed<never> {
  return {
    ...refuse('unavailable', `The store cannot be reached or written right now (${error.message}); try again later.`),
    fired: [],
  }
}
