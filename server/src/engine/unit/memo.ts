import type { Key, Part } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Lookup } from '../ports/storage.ts'
import { claimKey, handleKey } from './lane.ts'

/** Thrown out of a program when something is not in memory; the unit starts again once it is. */
export class Missing extends Error {
  readonly lookup: Lookup | 'commit'
  constructor(lookup: Lookup | 'commit') {
    super('Not in memory.')
    this.lookup = lookup
  }
}

/** A map that is made when there is something to put into it: most requests learn next to nothing. */
class Learned<Value> {
  #map: Map<string, Value> | undefined

  get(name: string): Value | undefined {
    return this.#map?.get(name)
  }

  has(name: string): boolean {
    return this.#map !== undefined && this.#map.has(name)
  }

  set(name: string, value: Value): void {
    this.#map ??= new Map()
    this.#map.set(name, value)
  }

  clear(): void {
    this.#map = undefined
  }
}

/** What one request has learned so far, kept over the runs of its program. Null: looked for, not there. */
export class Memo {
  readonly absent: Learned<true> = new Learned()
  readonly holders: Learned<Id | null> = new Learned()
  readonly handles: Learned<readonly Id[]> = new Learned()
  readonly keys: Learned<number | null> = new Learned()
  readonly parts: Learned<Part<never> | null> = new Learned()
  /** What commits have reported: who holds a claim, which part used up a key. Kept when the rest is forgotten. */
  readonly taken: Learned<Id> = new Learned()
  readonly found: Learned<number> = new Learned()
  readonly reported: Learned<Id> = new Learned()
  /** Ids already minted, in order of the calls. */
  readonly minted: Id[] = []

  /** After a commit refused the unit, what was read may be old. */
  forget(): void {
    this.absent.clear()
    this.holders.clear()
    this.handles.clear()
    this.keys.clear()
    this.parts.clear()
  }
}

export function memoKey(lookup: Exclude<Lookup, { what: 'head' }>): string {
  switch (lookup.what) {
    case 'holder':
      return claimKey(lookup.account, lookup.claim)
    case 'holders':
      return handleKey(lookup.account, lookup.handle)
    case 'key':
      return onceKey(lookup.aggregate, lookup.key)
    case 'part':
      return `${lookup.aggregate}.${lookup.n}`
  }
}

export function onceKey(aggregate: Id, key: Pick<Key, 'kind' | 'key'>): string {
  return `${aggregate}\n${key.kind}\n${key.key}`
}
