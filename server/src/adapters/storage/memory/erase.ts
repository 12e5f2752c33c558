import type { Id } from '#domain/vocabulary/id.ts'
import type { MemoryDeliveries } from './deliveries.ts'
import type { Aggregate, Tables } from './tables.ts'
import { removeRow } from './write.ts'

/** Removes up to `limit` rows of an aggregate that is being erased; true when nothing but its head is left. */
export function erase(tables: Tables, deliveries: MemoryDeliveries, aggregate: Id, limit: number): boolean {
  const row = tables.aggregates.get(aggregate)
  if (!row) return true
  if (!row.head.erasing) throw new Error(`Aggregate ${aggregate} is not being erased.`)
  let left = limit
  for (const step of steps(tables, deliveries, row, aggregate)) {
    if (left-- === 0) return false
    step()
  }
  if (row.head.due !== null) tables.dueOn(row.clock).delete({ at: row.head.due, aggregate })
  row.head = { ...row.head, due: null, stateJson: 'null' }
  row.pointers.length = 0
  return true
}

/** One step for each row that goes. */
function* steps(tables: Tables, deliveries: MemoryDeliveries, row: Aggregate, aggregate: Id): Generator<() => void> {
  for (const [key] of row.once) yield () => row.once.delete(key)
  for (const name of row.claims) {
    yield () => {
      tables.claims.delete(name)
      row.claims.delete(name)
    }
  }
  for (const names of [row.handles, row.finds]) {
    for (const name of names) {
      yield () => {
        tables.unhandle(name, aggregate)
        names.delete(name)
      }
    }
  }
  for (const [name] of row.rows) yield () => removeRow(row, name)
  for (const [name, answer] of row.answers) {
    yield () => {
      if (tables.answers.get(name) === answer) tables.answers.delete(name)
      row.answers.delete(name)
    }
  }
  for (const [i, pointer] of row.pointers.entries()) {
    if (!pointer) continue
    yield () => {
      tables.log[pointer.seq - 1] = undefined
      row.pointers[i] = undefined
    }
  }
  for (const effect of tables.effects.values()) {
    if (effect.aggregate === aggregate && effect.state === 'dead') yield () => tables.effects.delete(effect.id)
  }
  for (const id of deliveries.bodiesOf(aggregate)) yield () => deliveries.remove(id)
}
