import type { AggregateWrite, EffectRow, ListRow, UnitWrite, Verdict } from '#engine/ports/rows.ts'
import { check, claimName, keyName, type View } from '../check.ts'
import { listName, type Aggregate, type Tables } from './tables.ts'

/** Checks a unit and, when nothing is in its way, writes it. */
export function writeUnit(tables: Tables, unit: UnitWrite): Verdict {
  const failed = check(unit, viewOf(tables))
  if (failed) return failed
  const seqs: number[] = []
  for (const write of unit.aggregates)
    for (const claim of write.releases) release(tables, write, claimName(write.account, claim))
  for (const write of unit.aggregates) writeAggregate(tables, unit, write, seqs)
  writeEffects(tables, unit.effects)
  if (unit.answer) tables.answers.set(answerName(unit.answer.scope, unit.answer.key), unit.answer)
  if (unit.clock) tables.clocks.set(unit.clock.account, unit.clock)
  return { ok: true, seqs }
}

/** Settled effects are of no further use: nothing asks for them. */
export function writeEffects(tables: Tables, rows: readonly EffectRow[]): void {
  for (const row of rows) {
    if (row.state === 'settled') tables.effects.delete(row.id)
    else tables.effects.set(row.id, row)
  }
}

export function answerName(scope: string, key: string): string {
  return `${scope}\u001f${key}`
}

function viewOf(tables: Tables): View {
  return {
    version: (aggregate) => tables.aggregates.get(aggregate)?.head.version ?? 0,
    once: (aggregate, key) => tables.aggregates.get(aggregate)?.once.get(keyName(key)),
    other: (account, key, aggregate) =>
      tables.handles
        .get(handleName(account, key))
        ?.descending()
        .find((id) => id !== aggregate && tables.aggregates.get(id)?.head.erasing === false),
    holder: (account, claim) => tables.claims.get(claimName(account, claim)),
    answer: (scope, key) => tables.answers.get(answerName(scope, key)),
  }
}

function release(tables: Tables, { aggregate }: AggregateWrite, name: string): void {
  if (tables.claims.get(name) !== aggregate) return
  tables.claims.delete(name)
  tables.aggregates.get(aggregate)?.claims.delete(name)
}

function writeAggregate(tables: Tables, unit: UnitWrite, write: AggregateWrite, seqs: number[]): void {
  const row = tables.aggregates.getOrInsertComputed(write.aggregate, () => blank(write))
  writeDue(tables, row, write)
  if (write.head) row.head = { ...row.head, ...write.head }
  for (const event of write.events) seqs.push(writeEvent(tables, row, write, event))
  for (const claim of write.takes) {
    const name = claimName(write.account, claim)
    tables.claims.set(name, write.aggregate)
    row.claims.add(name)
  }
  writeHandles(tables, row, write)
  for (const old of write.rowsRemoved) removeRow(row, rowName(write, old))
  for (const added of write.rowsAdded) addRow(tables, row, write, added)
  // What the erasing request itself is answered stays, for its repetition.
  if (unit.answer && !row.head.erasing) row.answers.set(answerName(unit.answer.scope, unit.answer.key), unit.answer)
}

function blank({ noun, aggregate, account, clock }: AggregateWrite): Aggregate {
  return {
    head: { noun, aggregate, account, version: 0, shape: 0, at: 0, due: null, erasing: false, stateJson: 'null' },
    clock,
    pointers: [],
    once: new Map(),
    claims: new Set(),
    handles: new Set(),
    finds: new Set(),
    rows: new Map(),
    answers: new Map(),
  }
}

function writeDue(tables: Tables, row: Aggregate, { aggregate, due, clock }: AggregateWrite): void {
  if (due === undefined) return
  if (row.head.due !== null) tables.dueOn(row.clock).delete({ at: row.head.due, aggregate })
  if (due !== null) tables.dueOn(clock).add({ at: due, aggregate })
  row.head = { ...row.head, due }
  row.clock = clock
}

function writeEvent(
  tables: Tables,
  row: Aggregate,
  write: AggregateWrite,
  event: AggregateWrite['events'][number],
): number {
  const { noun, aggregate, account } = write
  const { n, recordedAt, request, eventJson } = event
  const seq = tables.log.length + 1
  tables.log.push({ seq, account, noun, aggregate, n, recordedAt, request, eventJson })
  row.pointers[n - 1] = { seq, kind: event.creates, overlay: undefined }
  const part = event.overlays === undefined ? undefined : row.pointers[event.overlays - 1]
  if (part) part.overlay = seq
  for (const key of event.keys) {
    if (key.use === 'once') row.once.set(keyName(key), n)
    else {
      const name = handleName(account, key)
      row.finds.add(name)
      tables.handle(name).add(aggregate)
    }
  }
  return seq
}

/** A key found by for ever stays, also when a handle of the same name goes. */
function writeHandles(
  tables: Tables,
  row: Aggregate,
  { account, aggregate, handlesAdded, handlesRemoved }: AggregateWrite,
): void {
  for (const handle of handlesRemoved) {
    const name = handleName(account, handle)
    row.handles.delete(name)
    if (!row.finds.has(name)) tables.unhandle(name, aggregate)
  }
  for (const handle of handlesAdded) {
    const name = handleName(account, handle)
    row.handles.add(name)
    tables.handle(name).add(aggregate)
  }
}

export function handleName(account: string, handle: { readonly kind: string; readonly key: string }): string {
  return `${account}\u001f${keyName(handle)}`
}

function rowName({ account, noun }: AggregateWrite, { list, equal, sort }: ListRow): string {
  return `${listName(account, noun, list, equal)}\u001f${typeof sort}\u001f${sort}`
}

export function removeRow(row: Aggregate, name: string): void {
  const there = row.rows.get(name)
  there?.list.delete(there.entry)
  row.rows.delete(name)
}

function addRow(tables: Tables, row: Aggregate, write: AggregateWrite, { list, equal, sort, facets }: ListRow): void {
  const { account, noun, aggregate } = write
  const entry = { aggregate, sort, facets }
  const sorted = tables.list(listName(account, noun, list, equal))
  sorted.add(entry)
  row.rows.set(rowName(write, { list, equal, sort, facets }), { list: sorted, entry })
}
