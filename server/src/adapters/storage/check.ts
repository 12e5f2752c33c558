import type { Claim, Key } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { AnswerRow, UnitWrite, Verdict } from '#engine/ports/rows.ts'

/** The rows a check looks at, as the units before this one left them. */
export interface View {
  /** 0: there is no such aggregate. */
  version(aggregate: Id): number
  /** The number of the event that used up a `once` key. */
  once(aggregate: Id, key: Key): number | undefined
  /** An aggregate other than this one, not being erased, that is found by the key. */
  other(account: string, key: Key, aggregate: Id): Id | undefined
  holder(account: string, claim: Claim): Id | undefined
  answer(scope: string, key: string): AnswerRow | undefined
}

export type Failed = Extract<Verdict, { ok: false }>

/**
 * Why a unit cannot be written, or undefined. All is checked before anything is written, so a failed unit needs no undoing.
 * A stored answer is told first: its request has been served, whatever else is in the way by now.
 */
export function check(unit: UnitWrite, view: View): Failed | undefined {
  const stored = unit.answer && view.answer(unit.answer.scope, unit.answer.key)
  if (stored) return { ok: false, why: 'answer', stored }
  for (const { aggregate, expected } of unit.aggregates) {
    if (view.version(aggregate) !== expected) return { ok: false, why: 'version', aggregate }
  }
  return checkKeys(unit, view) ?? checkClaims(unit, view)
}

function checkKeys(unit: UnitWrite, view: View): Failed | undefined {
  for (const { account, aggregate, events } of unit.aggregates) {
    const mine = events.length > 1 ? new Map<string, number>() : undefined
    for (const event of events) {
      for (const key of event.keys) {
        if (key.use === 'find') {
          const holder = key.alone ? view.other(account, key, aggregate) : undefined
          if (holder !== undefined) return { ok: false, why: 'found', key, holder }
          continue
        }
        const name = keyName(key)
        const n = mine?.get(name) ?? view.once(aggregate, key)
        if (n !== undefined && n !== event.n) return { ok: false, why: 'key', aggregate, key, n }
        mine?.set(name, event.n)
      }
    }
  }
  return undefined
}

function checkClaims(unit: UnitWrite, view: View): Failed | undefined {
  if (unit.aggregates.every((write) => write.takes.length === 0)) return undefined
  const released = new Map<string, Set<Id>>()
  for (const { account, aggregate, releases } of unit.aggregates) {
    for (const claim of releases)
      released.getOrInsertComputed(claimName(account, claim), () => new Set()).add(aggregate)
  }
  const taken = new Map<string, Id>()
  for (const { account, aggregate, takes } of unit.aggregates) {
    for (const claim of takes) {
      const name = claimName(account, claim)
      const before = view.holder(account, claim)
      const holder = taken.get(name) ?? (before !== undefined && released.get(name)?.has(before) ? undefined : before)
      if (holder !== undefined && holder !== aggregate) return { ok: false, why: 'claim', claim, holder }
      taken.set(name, aggregate)
    }
  }
  return undefined
}

/** Kind and key as one text. The separator is a control character that no kind contains. */
export function keyName(key: { readonly kind: string; readonly key: string }): string {
  return `${key.kind}\u001f${key.key}`
}

/** Everything that makes a claim unique, as one text. */
export function claimName(account: string, claim: Claim): string {
  return `${account}\u001f${claim.kind}\u001f${claim.route}\u001f${claim.key}`
}
