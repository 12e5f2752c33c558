import type { Claim, Facets, Handle, Key } from '#domain/noun.ts'
import type {
  AggregateWrite,
  AnswerRow,
  ClockRow,
  EffectRow,
  EventWrite,
  ListRow,
  UnitWrite,
  Verdict,
} from '#engine/ports/rows.ts'

/**
 * Batches and verdicts as one list of simple values: the copy between threads costs an eighth of what it does for objects or
 * JSON. Both ends are the same program, so its order is nobody else's business; lists have their length in front.
 */
export type Flat = (string | number | boolean | null | undefined)[]

type Mutable<Row> = { -readonly [Name in keyof Row]: Row[Name] }

export function flattenBatch(batch: readonly UnitWrite[]): Flat {
  const flat: Flat = []
  flattenAll(flat, batch, flattenUnit)
  return flat
}

export function batchOf(flat: Flat): UnitWrite[] {
  return all(new Cells(flat), unitOf)
}

export function flattenVerdicts(verdicts: readonly Verdict[]): Flat {
  const flat: Flat = []
  flattenAll(flat, verdicts, (_, verdict) => {
    if (verdict.ok) flat.push(verdict.seqs.length, ...verdict.seqs)
    else flat.push(-1, JSON.stringify(verdict))
  })
  return flat
}

export function verdictsOf(flat: Flat): Verdict[] {
  return all(new Cells(flat), (cells) => {
    const count = cells.next<number>()
    if (count < 0) return JSON.parse(cells.next<string>()) as Verdict
    const seqs: number[] = []
    for (let i = 0; i < count; i++) seqs.push(cells.next<number>())
    return { ok: true, seqs }
  })
}

class Cells {
  readonly #flat: Flat
  #at = 0

  constructor(flat: Flat) {
    this.#flat = flat
  }

  /** Of the type that was put there. */
  next<Value extends Flat[number]>(): Value {
    return this.#flat[this.#at++] as Value
  }
}

function flattenAll<Item>(flat: Flat, items: readonly Item[], flatten: (flat: Flat, item: Item) => void): void {
  flat.push(items.length)
  for (const item of items) flatten(flat, item)
}

function all<Item>(cells: Cells, one: (cells: Cells) => Item): Item[] {
  const count = cells.next<number>()
  const items: Item[] = []
  for (let i = 0; i < count; i++) items.push(one(cells))
  return items
}

function flattenUnit(flat: Flat, { aggregates, effects, answer, clock }: UnitWrite): void {
  flattenAll(flat, aggregates, flattenWrite)
  // What few units have goes as text.
  flat.push(effects.length > 0 ? JSON.stringify(effects) : null)
  flat.push(answer ? JSON.stringify(answer) : null, clock ? JSON.stringify(clock) : null)
}

function unitOf(cells: Cells): UnitWrite {
  const aggregates = all(cells, writeOf)
  const effects = cells.next<string | null>()
  const answer = cells.next<string | null>()
  const clock = cells.next<string | null>()
  const unit: Mutable<UnitWrite> = { aggregates, effects: effects === null ? [] : (JSON.parse(effects) as EffectRow[]) }
  if (answer !== null) unit.answer = JSON.parse(answer) as AnswerRow
  if (clock !== null) unit.clock = JSON.parse(clock) as ClockRow
  return unit
}

function flattenWrite(flat: Flat, write: AggregateWrite): void {
  const { noun, aggregate, account, expected, clock, due, head } = write
  flat.push(noun, aggregate, account, expected, clock, due, head !== undefined)
  if (head) flat.push(head.version, head.shape, head.at, head.erasing, head.stateJson)
  flattenAll(flat, write.events, flattenEvent)
  const changes =
    write.takes.length + write.releases.length + write.handlesAdded.length + write.handlesRemoved.length > 0 ||
    write.rowsAdded.length + write.rowsRemoved.length > 0
  flat.push(changes)
  if (!changes) return
  flattenAll(flat, write.takes, flattenClaim)
  flattenAll(flat, write.releases, flattenClaim)
  flattenAll(flat, write.handlesAdded, flattenHandle)
  flattenAll(flat, write.handlesRemoved, flattenHandle)
  flattenAll(flat, write.rowsAdded, flattenRow)
  flattenAll(flat, write.rowsRemoved, flattenRow)
}

function writeOf(cells: Cells): AggregateWrite {
  const noun = cells.next<string>()
  const aggregate = cells.next<string>()
  const account = cells.next<string>()
  const expected = cells.next<number>()
  const clock = cells.next<string>()
  const due = cells.next<number | null | undefined>()
  const head = cells.next<boolean>() ? headOf(cells) : undefined
  const events = all(cells, eventOf)
  const changes = cells.next<boolean>() ? changesOf(cells) : unchanged
  const { takes, releases, handlesAdded, handlesRemoved, rowsAdded, rowsRemoved } = changes
  const found = { takes, releases, handlesAdded, handlesRemoved, rowsAdded, rowsRemoved }
  const write: Mutable<AggregateWrite> = { noun, aggregate, account, expected, clock, events, ...found }
  if (head !== undefined) write.head = head
  if (due !== undefined) write.due = due
  return write
}

function headOf(cells: Cells): NonNullable<AggregateWrite['head']> {
  const version = cells.next<number>()
  const shape = cells.next<number>()
  const at = cells.next<number>()
  const erasing = cells.next<boolean>()
  return { version, shape, at, erasing, stateJson: cells.next<string>() }
}

type Changes = Pick<
  AggregateWrite,
  'takes' | 'releases' | 'handlesAdded' | 'handlesRemoved' | 'rowsAdded' | 'rowsRemoved'
>

const none: readonly never[] = []
const unchanged: Changes = {
  takes: none,
  releases: none,
  handlesAdded: none,
  handlesRemoved: none,
  rowsAdded: none,
  rowsRemoved: none,
}

function changesOf(cells: Cells): Changes {
  const takes = all(cells, claimOf)
  const releases = all(cells, claimOf)
  const handlesAdded = all(cells, handleOf)
  const handlesRemoved = all(cells, handleOf)
  const rowsAdded = all(cells, rowOf)
  return { takes, releases, handlesAdded, handlesRemoved, rowsAdded, rowsRemoved: all(cells, rowOf) }
}

function flattenEvent(flat: Flat, event: EventWrite): void {
  const { n, recordedAt, request, eventJson, creates, overlays, keys } = event
  flat.push(n, recordedAt, request, eventJson, creates, overlays)
  flattenAll(flat, keys, flattenKey)
}

function eventOf(cells: Cells): EventWrite {
  const n = cells.next<number>()
  const recordedAt = cells.next<number>()
  const request = cells.next<string | null>()
  const eventJson = cells.next<string>()
  const creates = cells.next<string | undefined>()
  const overlays = cells.next<number | undefined>()
  const event: Mutable<EventWrite> = { n, recordedAt, request, eventJson, keys: all(cells, keyOf) }
  if (creates !== undefined) event.creates = creates
  if (overlays !== undefined) event.overlays = overlays
  return event
}

function flattenKey(flat: Flat, { use, kind, key, alone }: Key): void {
  flat.push(use, kind, key, alone)
}

function keyOf(cells: Cells): Key {
  const use = cells.next<Key['use']>()
  const kind = cells.next<string>()
  const key = cells.next<string>()
  const alone = cells.next<boolean | undefined>()
  return alone === undefined ? { use, kind, key } : { use, kind, key, alone }
}

function flattenClaim(flat: Flat, { kind, route, key }: Claim): void {
  flat.push(kind, route, key)
}

function claimOf(cells: Cells): Claim {
  const kind = cells.next<string>()
  const route = cells.next<string>()
  return { kind, route, key: cells.next<string>() }
}

function flattenHandle(flat: Flat, { kind, key }: Handle): void {
  flat.push(kind, key)
}

function handleOf(cells: Cells): Handle {
  const kind = cells.next<string>()
  return { kind, key: cells.next<string>() }
}

function flattenRow(flat: Flat, { list, equal, sort, facets }: ListRow): void {
  flat.push(list, equal, sort, JSON.stringify(facets))
}

function rowOf(cells: Cells): ListRow {
  const list = cells.next<string>()
  const equal = cells.next<string>()
  const sort = cells.next<number | string>()
  return { list, equal, sort, facets: JSON.parse(cells.next<string>()) as Facets }
}
