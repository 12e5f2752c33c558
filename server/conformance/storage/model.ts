import type { Claim, Handle } from '#domain/noun.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type {
  AggregateWrite,
  AnswerRow,
  EffectRow,
  EventRow,
  EventWrite,
  HeadRow,
  ListRow,
  PartRow,
  UnitWrite,
  Verdict,
} from '#engine/ports/rows.ts'
import type { ListEntry } from '#engine/ports/storage.ts'

type Told = EventWrite & { readonly row: EventRow }
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
const plain = ({ kind, key }: Handle): Handle => ({ kind, key })

/** What a storage does, said as simply as possible: flat lists that are searched from end to end. */
export class Model {
  readonly heads = new Map<Id, HeadRow & { readonly clock: string }>()
  told: Told[] = []
  claims: { readonly account: string; readonly claim: Claim; readonly holder: Id }[] = []
  handles: { readonly account: string; readonly handle: Handle; readonly holder: Id }[] = []
  rows: (ListRow & { readonly account: string; readonly aggregate: Id })[] = []
  readonly answers: AnswerRow[] = []
  readonly effects = new Map<string, EffectRow>()

  apply(unit: UnitWrite): Verdict {
    const stored = this.answers.find(
      (row) => unit.answer && row.scope === unit.answer.scope && row.key === unit.answer.key,
    )
    if (stored) return { ok: false, why: 'answer', stored }
    for (const { aggregate, expected } of unit.aggregates) {
      if (this.version(aggregate) !== expected) return { ok: false, why: 'version', aggregate }
    }
    return this.usedUp(unit) ?? this.claimed(unit) ?? this.write(unit)
  }

  version(aggregate: Id): number {
    return this.heads.get(aggregate)?.version ?? 0
  }

  usedUp(unit: UnitWrite): Verdict | undefined {
    for (const { aggregate, events } of unit.aggregates) {
      const used = this.told.filter((event) => event.row.aggregate === aggregate).flatMap((event) => uses(event))
      for (const { key, n } of events.flatMap((event) => uses(event))) {
        const before = used.find((use) => same(use.key, key) && use.n !== n)
        if (before) return { ok: false, why: 'key', aggregate, key, n: before.n }
        used.push({ key, n })
      }
    }
    return undefined
  }

  claimed(unit: UnitWrite): Verdict | undefined {
    let claims = this.claims
    for (const { account, aggregate, releases } of unit.aggregates) {
      for (const claim of releases) claims = claims.filter((row) => !same(row, { account, claim, holder: aggregate }))
    }
    for (const { account, aggregate, takes } of unit.aggregates) {
      for (const claim of takes) {
        const holder = claims.find((row) => row.account === account && same(row.claim, claim))?.holder
        if (holder !== undefined && holder !== aggregate) return { ok: false, why: 'claim', claim, holder }
        if (holder === undefined) claims = [...claims, { account, claim, holder: aggregate }]
      }
    }
    this.claims = claims
    return undefined
  }

  write(unit: UnitWrite): Verdict {
    const seqs: number[] = []
    for (const write of unit.aggregates) {
      const { noun, aggregate, account, clock } = write
      const old = this.heads.get(aggregate) ?? {
        noun,
        aggregate,
        account,
        version: 0,
        shape: 0,
        at: 0,
        due: null,
        erasing: false,
        stateJson: 'null',
        clock,
      }
      const due = write.due === undefined ? {} : { due: write.due, clock }
      this.heads.set(aggregate, { ...old, ...write.head, ...due })
      for (const event of write.events) {
        const { n, recordedAt, request, eventJson } = event
        const seq = this.told.length + 1
        seqs.push(seq)
        this.told.push({ ...event, row: { seq, account, noun, aggregate, n, recordedAt, request, eventJson } })
      }
      this.index(write)
    }
    for (const row of unit.effects) this.effects.set(row.id, row)
    if (unit.answer) this.answers.push(unit.answer)
    return { ok: true, seqs }
  }

  index({ account, aggregate, handlesAdded, handlesRemoved, rowsAdded, rowsRemoved }: AggregateWrite): void {
    for (const handle of handlesRemoved)
      this.handles = this.handles.filter((row) => !same(row, { account, handle, holder: aggregate }))
    for (const handle of handlesAdded) this.handles.push({ account, handle, holder: aggregate })
    const remove = ({ list, equal, sort }: ListRow): void => {
      this.rows = this.rows.filter(
        (row) => row.aggregate !== aggregate || !same([row.list, row.equal, row.sort], [list, equal, sort]),
      )
    }
    for (const row of rowsRemoved) remove(row)
    for (const row of rowsAdded) {
      remove(row)
      this.rows.push({ ...row, account, aggregate })
    }
  }

  holders(account: string, handle: Handle): Id[] {
    const found = this.told.filter(
      ({ row, keys }) => row.account === account && keys.some((key) => key.use === 'find' && same(plain(key), handle)),
    )
    const held = this.handles
      .filter((row) => row.account === account && same(row.handle, handle))
      .map((row) => row.holder)
    const all = new Set([...held, ...found.map((event) => event.row.aggregate)])
    return [...all]
      .filter((id) => !this.heads.get(id)?.erasing)
      .sort()
      .reverse()
  }

  list(account: string, list: string, equals: readonly string[]): ListEntry[] {
    return this.rows
      .filter((row) => row.account === account && row.list === list && equals.includes(row.equal))
      .filter((row) => !this.heads.get(row.aggregate)?.erasing)
      .map(({ aggregate, sort, facets }) => ({ aggregate, sort, facets }))
      .sort((a, b) => Number(a.sort) - Number(b.sort) || (a.aggregate < b.aggregate ? -1 : 1))
      .filter(
        (entry, i, all) => i === 0 || all[i - 1]?.aggregate !== entry.aggregate || all[i - 1]?.sort !== entry.sort,
      )
  }

  parts(aggregate: Id, kind: string): PartRow[] {
    const mine = this.told.filter((event) => event.row.aggregate === aggregate)
    return mine
      .filter((event) => event.creates === kind)
      .map(({ n, row }) => ({ n, created: row, overlay: mine.findLast((event) => event.overlays === n)?.row ?? null }))
  }

  due(clock: string, until: number): { aggregate: Id; at: number }[] {
    return [...this.heads.values()]
      .flatMap((head) =>
        head.due !== null && head.clock === clock && head.due <= until
          ? [{ aggregate: head.aggregate, at: head.due }]
          : [],
      )
      .sort((a, b) => a.at - b.at || (a.aggregate < b.aggregate ? -1 : 1))
  }
}

function uses({ n, keys }: EventWrite) {
  return keys.filter((key) => key.use === 'once').map((key) => ({ key, n }))
}
