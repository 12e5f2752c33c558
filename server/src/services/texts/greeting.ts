import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { EffectRunner } from '#engine/api.ts'
import { answer } from './answering.ts'
import type { TextParts } from './parts.ts'

/** Whether it is to be greeted: live, without a word so far, and its agent was not asked in vain before (D2). */
export function isUngreeted({ state, words, greetingTried }: Session): boolean {
  return state === 'live' && words.length === 0 && !greetingTried
}

/** The first words of text sessions: said once, by whoever comes first to it. */
export class Greetings {
  readonly #parts: TextParts
  readonly #running = new Map<Id, Promise<string | null | Refused>>()

  constructor(parts: TextParts) {
    this.#parts = parts
  }

  /** Greets where nothing was said yet. Null: nothing is said now. Refused where the server stops, or is too busy. */
  greet(account: string, id: Id): Promise<string | null | Refused> {
    const running = this.#running.get(id)
    if (running) return running
    const greeting = this.#parts.turns
      .run(id, (signal) => this.#first(account, id, signal))
      .finally(() => this.#running.delete(id))
    this.#running.set(id, greeting)
    return greeting
  }

  /** Heals what a crash left without its greeting. A turn that runs is waited for, so that a crash in it is healed as well. */
  get runner(): EffectRunner {
    return {
      run: async ({ account, aggregate }) => {
        const said = await this.greet(account, aggregate)
        return isRefused(said) ? { settled: false, error: said.refusal.message } : { settled: true }
      },
    }
  }

  async #first(account: string, id: Id, signal: AbortSignal): Promise<string | null | Refused> {
    const view = await this.#parts.views.get(account, id)
    if (!view || !isUngreeted(view.session)) return null
    const said = await answer(this.#parts, view, { on: 'start' }, signal)
    if (!isRefused(said)) return said.reply.say ?? null
    // An agent that cannot greet may still answer: the session stays, and its timeline says why.
    return said.refusal.code === 'unavailable' ? said : null
  }
}
