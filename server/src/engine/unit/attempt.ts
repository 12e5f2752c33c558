import type { AnyNoun, Claim, Context, DomainEvent, Handle, Key, Noun, Part } from '#domain/noun.ts'
import { homeOf } from '#domain/vocabulary/home.ts'
import { homeOfId, type Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Done, Fired, Unit } from '../api.ts'
import type { Lookup } from '../ports/storage.ts'
import { nounNamed, type Registry } from '../registry.ts'
import { claimKey, handleKey, type Lane } from './lane.ts'
import type { Lanes } from './lanes.ts'
import { Missing, onceKey, type Memo } from './memo.ts'
import type { PartCache } from './parts.ts'
import type { Recent } from './recent.ts'
import { touchOf, type Touch } from './touch.ts'

/** What every attempt shares. */
export interface House {
  readonly registry: Registry
  readonly lanes: Lanes
  readonly recent: Recent
  readonly parts: PartCache
  now(account: string): Instant
  /** The name of the clock that an account's due times lie on: `wall`, or the account. */
  clockOf(account: string): string
  mint(at: Instant, home: number): Id
  /** Brings what a lookup asks for into memory at once; false: it has to be waited for. */
  peek(lookup: Lookup, memo: Memo): boolean
}

/** When and by whom something is decided: now and by the asker, or when it was due and by its deadline. */
interface Cause {
  readonly at: Instant
  readonly by: string
}

const maxReactions = 32
const maxLapses = 64
/** How long a deadline that was due but changed nothing is left alone. */
const idleMs = 60_000

/** One run of a program over the newest states in memory. Nothing leaves it before it is staged as a whole. */
export class Attempt implements Unit {
  readonly account: string
  readonly now: Instant
  readonly touches: Map<Id, Touch> = new Map()
  readonly fired: Fired[] = []
  readonly #house: House
  readonly #memo: Memo
  readonly #by: string
  #mints = 0
  #reactions = 0

  constructor(house: House, memo: Memo, account: string, by: string) {
    this.#house = house
    this.#memo = memo
    this.#by = by
    this.account = account
    this.now = house.now(account)
  }

  state<S, C, E extends DomainEvent>(noun: Noun<S, C, E>, id: Id): S | undefined {
    const touch = this.touch(id)
    if (touch === undefined || touch.noun.name !== noun.name || touch.account !== this.account) return undefined
    return touch.noun.erasing(touch.state) ? undefined : (touch.state as S)
  }

  version(id: Id): number {
    return this.touch(id)?.version ?? 0
  }

  holder(claim: Claim): Id | undefined {
    for (const touch of this.touches.values()) {
      if (touch.lane === undefined && claimed(touch, claim)) return touch.id
    }
    const key = claimKey(this.account, claim)
    const inMemory = this.#house.lanes.holder(this.account, claim)
    if (inMemory === undefined && !this.#memo.holders.has(key))
      this.#need({ what: 'holder', account: this.account, claim })
    const known = inMemory ?? this.#memo.holders.get(key) ?? undefined
    if (known === undefined) return undefined
    const touch = this.touch(known)
    return touch !== undefined && claimed(touch, claim) ? known : undefined
  }

  holders(handle: Handle, limit = 50): readonly Id[] {
    const key = handleKey(this.account, handle)
    if (!this.#memo.handles.has(key)) this.#need({ what: 'holders', account: this.account, handle, limit })
    const stored = this.#memo.handles.get(key) ?? []
    const ids = new Set(this.#house.lanes.holders(this.account, handle) ?? [])
    const recent = this.#house.recent.find(key)
    if (recent !== undefined) ids.add(recent)
    if (ids.size === 0) return stored
    for (const id of stored) ids.add(id)
    return Array.from(ids).toSorted(descending).slice(0, limit)
  }

  reported(handle: Handle): Id | undefined {
    const key = handleKey(this.account, handle)
    return this.#house.recent.find(key) ?? this.#memo.reported.get(key)
  }

  keyed(id: Id, key: Pick<Key, 'kind' | 'key'>): number | undefined {
    const name = onceKey(id, key)
    const recent = this.#house.recent.once(name)
    if (recent === undefined && !this.#memo.keys.has(name)) this.#need({ what: 'key', aggregate: id, key })
    return recent ?? this.#memo.keys.get(name) ?? undefined
  }

  part<S, C, E extends DomainEvent>(noun: Noun<S, C, E>, id: Id, n: number): Part<E> | undefined {
    const lane = this.#house.lanes.get(id)
    if (lane !== undefined && lane.noun.name !== noun.name) return undefined
    const name = `${id}.${n}`
    if (this.#house.parts.isMoving(name)) throw new Missing('commit')
    const cached = this.#house.parts.get(name)
    if (cached === undefined && !this.#memo.parts.has(name)) this.#need({ what: 'part', aggregate: id, n })
    const known = cached ?? this.#memo.parts.get(name) ?? undefined
    if (known !== undefined) return known as Part<E>
    // A part that is on its way is in no store yet: read again after its commit.
    if (lane !== undefined && lane.pending > 0 && n <= lane.version) throw new Missing('commit')
    return undefined
  }

  id(route?: string): Id {
    return this.#mint(homeOf(this.account, route ?? ''))
  }

  run<S, C, E extends DomainEvent>(noun: Noun<S, C, E>, id: Id, command: C): Done<S, E> | Refused {
    return this.#runAt(noun, id, command, { at: this.now, by: this.#by })
  }

  #runAt<S, C, E extends DomainEvent>(noun: Noun<S, C, E>, id: Id, command: C, cause: Cause): Done<S, E> | Refused {
    const touch = this.touch(id) ?? this.#fresh(noun as AnyNoun, id)
    if (touch.noun.name !== noun.name || touch.account !== this.account) return unknown(noun)
    const from = touch.events.length
    const refused = this.#decide(touch, command, cause)
    if (refused !== undefined) return refused
    // Nothing was to be done with what is not there (any more): there is nothing to be touched either.
    if (touch.state === undefined) return unknown(noun)
    this.touches.set(id, touch)
    this.#react(touch, from, cause)
    // What the command made due at this very instant happens in the same unit (T22: closed as the stream ends).
    this.#fire(touch)
    const events = touch.events.slice(from).map(({ n, event }) => ({ n, event: event as E }))
    return { state: touch.state as S, version: touch.version, events }
  }

  /** The aggregate with what is due on it fired first, whoever it belongs to. Undefined: it does not exist. */
  touch(id: Id): Touch | undefined {
    const touched = this.touches.get(id)
    if (touched !== undefined) return touched
    const lane = this.#lane(id)
    if (lane === undefined) return undefined
    const touch = touchOf(lane)
    this.touches.set(id, touch)
    if (lane.account === this.account) this.#fire(touch)
    return touch
  }

  #lane(id: Id): Lane | undefined {
    const { lanes } = this.#house
    const lane = lanes.get(id)
    // What this very request has minted exists nowhere else.
    if (lane !== undefined || this.#memo.absent.has(id) || this.#memo.minted.includes(id)) return lane
    this.#need({ what: 'head', aggregate: id })
    return lanes.get(id)
  }

  /** What is not in memory is fetched at once, or the unit is left until it is there. */
  #need(lookup: Lookup): void {
    if (!this.#house.peek(lookup, this.#memo)) throw new Missing(lookup)
  }

  /** Due first: everything whose time has come, in order of its time, each at the instant it was due. */
  #fire(touch: Touch): void {
    for (let lapses = 0; lapses < maxLapses; lapses++) {
      if (touch.noun.erasing(touch.state)) return
      const deadline = touch.noun.deadline(touch.state)
      if (deadline === undefined || deadline.at > this.now) return
      const from = touch.events.length
      const cause = { at: deadline.at, by: 'deadline' }
      const refused = this.#decide(touch, deadline.command, cause)
      if (refused !== undefined || touch.events.length === from) {
        touch.idleUntil = this.now + idleMs
        return
      }
      for (const { event } of touch.events.slice(from)) {
        this.fired.push({ noun: touch.noun.name, aggregate: touch.id, because: deadline.because, event })
      }
      this.#react(touch, from, cause)
    }
  }

  #decide(touch: Touch, command: unknown, { at, by }: Cause): Refused | undefined {
    // A clock that stepped back does no harm: an aggregate's time never runs backwards.
    const context = this.#context(touch, Math.max(at, touch.at), by)
    const decision = touch.noun.decide(touch.state, command, context)
    if (isRefused(decision)) return decision
    for (const event of decision.events as readonly DomainEvent[]) {
      const before = touch.state
      touch.state = touch.noun.evolve(before, event)
      touch.version++
      touch.at = Math.max(touch.at, event.at)
      const effects = touch.noun.effects(event, touch.state)
      touch.events.push({ n: touch.version, event, before, after: touch.state, effects })
    }
    return undefined
  }

  /** Commands to others that the events lead to, at the same instant; what they refuse is left alone. */
  #react(touch: Touch, from: number, cause: Cause): void {
    for (const staged of touch.events.slice(from)) {
      for (const reaction of touch.noun.reactions(staged.event, staged.after)) {
        if (++this.#reactions > maxReactions) throw new Error(`A unit led to more than ${maxReactions} reactions.`)
        this.#runAt(nounNamed(this.#house.registry, reaction.noun), reaction.id, reaction.command, cause)
      }
    }
  }

  #context(touch: Touch, now: Instant, by: string): Context<DomainEvent> {
    return {
      now,
      by,
      self: touch.id,
      account: touch.account,
      next: touch.version + 1,
      id: () => this.#mint(homeOfId(touch.id)),
      taken: (claim) => this.#taken(touch.id, claim),
      found: (key) => this.#found(touch, key),
    }
  }

  /** Only what is cheap to know: heads in memory, and what an earlier commit ran into. The commit itself checks all. */
  #taken(self: Id, claim: Claim): Id | undefined {
    const known = this.#house.lanes.holder(this.account, claim) ?? this.#memo.taken.get(claimKey(this.account, claim))
    if (known === undefined || known === self) return undefined
    const touch = this.touch(known)
    return touch !== undefined && claimed(touch, claim) ? known : undefined
  }

  #found(touch: Touch, key: Pick<Key, 'kind' | 'key'>): Part<DomainEvent> | undefined {
    const name = onceKey(touch.id, key)
    const n = this.#house.recent.once(name) ?? this.#memo.found.get(name) ?? this.#memo.keys.get(name)
    return n === undefined || n === null ? undefined : this.part(touch.noun, touch.id, n)
  }

  #fresh(noun: AnyNoun, id: Id): Touch {
    return {
      noun,
      id,
      account: this.account,
      lane: undefined,
      state: undefined,
      version: 0,
      at: 0,
      events: [],
      idleUntil: undefined,
    }
  }

  #mint(home: number): Id {
    const i = this.#mints++
    const minted = this.#memo.minted[i] ?? this.#house.mint(this.now, home)
    this.#memo.minted[i] = minted
    return minted
  }
}

function unknown({ name }: { readonly name: string }): Refused {
  return { refusal: { code: 'not_found', message: `There is no ${name} with this id.` } }
}

function claimed(touch: Touch, claim: Claim): boolean {
  if (touch.state === undefined || touch.noun.erasing(touch.state)) return false
  const claims = touch.noun.claims(touch.state)
  return claims.some((held) => held.key === claim.key && held.kind === claim.kind && held.route === claim.route)
}

function descending(a: Id, b: Id): number {
  return a < b ? 1 : a > b ? -1 : 0
}
