import { readReference } from '#domain/session/requests.ts'
import { refuse, type Refused, isRefused } from '#domain/vocabulary/refusal.ts'
import { readScript } from './check.ts'
import { isFree, ordinary, wellKnownScripts } from './numbers.ts'
import type { Script } from './script.ts'

/** Scripts by E.164 number, as they are kept: plain JSON. */
export type PhoneMap = Readonly<Record<string, Script>>

/** The virtual phones of one account that users write scripts for: +1 202 555 0120 to 0199. */
export interface Phones {
  all(): PhoneMap
  get(number: string): Script | undefined
  /** Refused: another number, or not a script. Calls that go on keep the script they began with. */
  set(number: string, script: unknown): Script | Refused
  delete(number: string): boolean
}

/** All accounts' phones: the well-known ones and the users' own. */
export class Directory {
  readonly #own = new Map<string, Map<string, Script>>()
  /** Well-known numbers whose second script comes next. */
  readonly #second = new Set<string>()

  of(account: string): Phones {
    return {
      all: () => Object.fromEntries(this.#own.get(account) ?? []),
      get: (number) => this.#own.get(account)?.get(number),
      set: (number, given) => this.#set(account, number, given),
      delete: (number) => this.#own.get(account)?.delete(number) ?? false,
    }
  }

  /** The phones of an account as they were kept. What is not valid any more is left out, and named. */
  load(account: string, map: Readonly<Record<string, unknown>>): readonly string[] {
    this.#own.delete(account)
    return Object.entries(map).flatMap(([number, script]) =>
      isRefused(this.#set(account, number, script)) ? [number] : [],
    )
  }

  /** What a phone does when it is called. */
  called(account: string, number: string, reference: string): Script {
    const scripts = wellKnownScripts(number)
    if (!scripts) return this.#own.get(account)?.get(number) ?? ordinary
    const [first, second] = scripts
    if (!second) return first
    const key = `${account} ${number}`
    // A second attempt is one after a restart, too, of which this process knows no first.
    const isSecond = this.#second.delete(key) || (readReference(reference)?.attempt ?? 1) > 1
    if (!isSecond) this.#second.add(key)
    return isSecond ? second : first
  }

  /** What a phone does that calls us, from the moment we answer: all but what it does to answer a call itself. */
  calling(account: string, number: string): Script {
    const script = wellKnownScripts(number)?.at(-1) ?? this.#own.get(account)?.get(number) ?? ordinary
    const talks = script.some((step) => step.do === 'answer') ? script : ordinary
    return talks.filter((step) => !['ring', 'answer', 'reject', 'wait-for-cancel'].includes(step.do))
  }

  #set(account: string, number: string, given: unknown): Script | Refused {
    if (!isFree(number)) {
      const message = 'Only +12025550120 to +12025550199 take scripts; choose one of these numbers.'
      return refuse('invalid', message, { field: 'number' })
    }
    const script = readScript(given)
    if (isRefused(script)) return script
    const own = this.#own.get(account) ?? new Map<string, Script>()
    this.#own.set(account, own.set(number, script))
    return script
  }
}
