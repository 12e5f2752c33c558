import { phone as noun, phoneClaim } from '#domain/phone/phone.ts'
import type { VirtualPhone } from '#domain/phone/state.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Engine, Program } from '#engine/api.ts'
import { StorageUnavailable } from '#engine/ports/storage.ts'
import { BoundedMap } from '../bounded-map.ts'
import type { Logger } from '../ports.ts'
import { Roster } from '../roster.ts'

/** Scripts by E.164 number; plain JSON. */
export type PhoneScripts<Script> = Readonly<Record<string, Script>>

/** The virtual phones that users wrote scripts for: kept here, played by the simulated carrier. */
export interface Phones<Script> {
  /** By number. */
  all(account: string): Promise<PhoneScripts<Script>>
  get(account: string, number: string): Promise<Script | undefined>
  /** Refused: another number than may have one, or not a script. The carrier knows it when this has answered. */
  set(ask: Ask, number: string, script: unknown): Promise<Script | Refused>
  /** False: there was none. */
  remove(ask: Ask, number: string): Promise<boolean | Refused>
  /** The carrier knows the account's phones from then on; they are read when they are needed for the first time. */
  ensure(account: string): Promise<void>
  /** The same of one account. */
  of(account: string, by?: string): AccountPhones<Script>
}

export interface AccountPhones<Script> {
  all(): Promise<PhoneScripts<Script>>
  get(number: string): Promise<Script | undefined>
  set(number: string, script: unknown): Promise<Script | Refused>
  delete(number: string): Promise<boolean>
}

export interface PhonesNeed<Script> {
  readonly engine: Engine
  /** The carrier's word on a script that somebody wants a number to have. */
  check(number: string, script: unknown): Script | Refused
  /** Tells the carrier all phones of an account; answers with the numbers whose scripts it does not take any more. */
  tell(account: string, scripts: PhoneScripts<unknown>): readonly string[]
  readonly log?: Logger
}

/** Accounts that are remembered to have been told; another is told again. */
const accountsKept = 10_000

/** Stores virtual phones, and has the carrier know them. */
export function createPhones<Script>(need: PhonesNeed<Script>): Phones<Script> {
  const { engine, check } = need
  const roster = new Roster(engine, noun, 'all', ({ status }) => status === 'live')
  const told = new BoundedMap<string, Promise<void>>(accountsKept)

  async function tellAll(account: string): Promise<void> {
    const members = await roster.of(account)
    // As they are now, and no longer as they were when the wait was over: what is told last must be the newest.
    const numbers = need.tell(account, scriptsOf(roster.known(account) ?? members))
    if (numbers.length > 0) need.log?.warn({ account, numbers }, 'Scripts of virtual phones are not valid any more.')
  }

  function tell(account: string): Promise<void> {
    const telling = tellAll(account).catch((error: unknown) => {
      told.delete(account)
      throw error
    })
    told.set(account, telling)
    return telling
  }

  async function write(ask: Ask, program: Program<VirtualPhone>): Promise<VirtualPhone | Refused> {
    const { once: _, ...plain } = ask
    const outcome = await engine.execute<VirtualPhone>(plain, program)
    if (outcome.refusal) return { refusal: outcome.refusal }
    if (outcome.replayed) throw new Error('A request without a key met a stored answer.')
    roster.note(ask.account, outcome.value)
    await tell(ask.account)
    return outcome.value
  }

  const phones: Omit<Phones<Script>, 'of'> = {
    // Only what the carrier took is kept, so it is what the carrier calls a script.
    all: async (account) => scriptsOf(await roster.of(account)) as PhoneScripts<Script>,
    get: async (account, number) =>
      (await roster.of(account)).find((phone) => phone.number === number)?.script as Script | undefined,
    set: async (ask, number, given) => {
      const script = check(number, given)
      if (isRefused(script)) return script
      const phone = await write(ask, (unit) => {
        const done = unit.run(noun, unit.holder(phoneClaim(number)) ?? unit.id(), { type: 'write', number, script })
        return isRefused(done) ? done : done.state
      })
      return isRefused(phone) ? phone : script
    },
    remove: async (ask, number) => {
      const phone = await write(ask, (unit) => {
        const id = unit.holder(phoneClaim(number))
        if (id === undefined) return refuse('not_found', 'There is no such phone.')
        const done = unit.run(noun, id, { type: 'remove' })
        return isRefused(done) ? done : done.state
      })
      if (!isRefused(phone)) return true
      return phone.refusal.code === 'not_found' ? false : phone
    },
    ensure: (account) => told.get(account) ?? tell(account),
  }
  return { ...phones, of: (account, by = 'api') => ofAccount(phones, { account, by }) }
}

function ofAccount<Script>(phones: Omit<Phones<Script>, 'of'>, ask: Ask): AccountPhones<Script> {
  const { account } = ask
  return {
    all: () => phones.all(account),
    get: (number) => phones.get(account, number),
    set: (number, script) => phones.set(ask, number, script),
    delete: async (number) => {
      const removed = await phones.remove(ask, number)
      // It is never refused for what it asks, only because the house cannot write right now.
      if (isRefused(removed)) throw new StorageUnavailable(removed.refusal.message)
      return removed
    },
  }
}

function scriptsOf(phones: readonly VirtualPhone[]): PhoneScripts<unknown> {
  const pairs = phones.map(({ number, script }) => [number, script] as const)
  return Object.fromEntries(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
