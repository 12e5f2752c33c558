import { expect } from 'vitest'
import { mintId, type Id } from '#domain/vocabulary/id.ts'
import type { AggregateWrite, EffectRow, EventWrite, UnitWrite } from '#engine/ports/rows.ts'
import type { Storage } from '#engine/ports/storage.ts'

/** Ids in rising order, the same in every run. */
export function someId(number: number): Id {
  const random = new Uint8Array(10).fill(number & 255)
  return mintId(1_790_000_000_000 + number, number & 255, random)
}

export const alice = someId(1)
export const bob = someId(2)
export const carol = someId(3)

type Given = Partial<Omit<AggregateWrite, 'head' | 'events'>> & {
  readonly head?: Partial<AggregateWrite['head']>
  readonly events?: readonly Partial<EventWrite>[]
  /** Writes no head and no event. */
  readonly still?: boolean
}

/** A write of one event to an aggregate, with as much changed as the test is about. */
export function aggregate(id: Id, expected: number, given: Given = {}): AggregateWrite {
  const { head, events = [{}], still = false, ...rest } = given
  const version = expected + events.length
  return {
    noun: 'thing',
    aggregate: id,
    account: 'acme',
    expected,
    clock: 'wall',
    takes: [],
    releases: [],
    handlesAdded: [],
    handlesRemoved: [],
    rowsAdded: [],
    rowsRemoved: [],
    ...rest,
    ...(still
      ? {}
      : { head: { version, shape: 1, at: 1000 + version, erasing: false, stateJson: `{"v":${version}}`, ...head } }),
    events: still ? [] : events.map((given, i) => event(expected + 1 + i, given)),
  }
}

export function event(n: number, given: Partial<EventWrite> = {}): EventWrite {
  return { n, recordedAt: 5000 + n, request: null, eventJson: `{"type":"happened","n":${n}}`, keys: [], ...given }
}

export function unit(...aggregates: readonly AggregateWrite[]): UnitWrite {
  return { aggregates, effects: [] }
}

export function effect(id: string, given: Partial<EffectRow> = {}): EffectRow {
  const rest = {
    kind: 'dial',
    mode: 'once',
    key: id,
    payloadJson: '{"to":"+1"}',
    state: 'waiting',
    tries: 0,
    nextAt: 100,
    error: null,
  } as const
  return { id, account: 'acme', noun: 'thing', aggregate: alice, ...rest, ...given }
}

/** Commits units that must all succeed, each in the same batch. */
export async function committed(storage: Storage, ...units: readonly UnitWrite[]): Promise<void> {
  const verdicts = await storage.commit(units)
  expect(verdicts.filter((verdict) => !verdict.ok)).toEqual([])
}

/** The single answer to a single lookup. */
export async function loaded(storage: Storage, lookup: Parameters<Storage['load']>[0][number]): Promise<unknown> {
  const [answer] = await storage.load([lookup])
  return answer
}
