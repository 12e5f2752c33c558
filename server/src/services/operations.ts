import { operation } from '#domain/operation/operation.ts'
import type { Operation } from '#domain/operation/state.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Engine, Unit } from '#engine/api.ts'
import type { Operations, Written } from './api.ts'
import { read } from './reading.ts'

/** The records of changes that were answered "accepted". */
export function createOperations(engine: Engine): Operations {
  return { get: (account, id) => read(engine, account, (unit) => unit.state(operation, id)) }
}

/** Records a change as done, in the unit that makes it (D24). */
export function recordWritten(unit: Unit, about: Operation['about']): Written | Refused {
  const done = unit.run(operation, unit.id(), { type: 'complete', about })
  return isRefused(done) ? done : { about, operation: done.state }
}
