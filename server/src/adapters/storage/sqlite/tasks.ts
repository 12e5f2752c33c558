import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import type { DeliveryRow } from '#engine/ports/delivery-store.ts'
import type { EffectRow } from '#engine/ports/rows.ts'
import type { Flat } from './flat.ts'

/** What the writer can be told to do, and what it answers with. All of it is plain data. */
export interface Tasks {
  /** UnitWrite[] and its Verdict[] (see flat.ts). */
  commit: { input: Flat; output: Committed }
  indexFeed: { input: { readonly limit: number }; output: number }
  settleEffects: { input: readonly EffectRow[]; output: readonly boolean[] }
  forgetAnswers: { input: { readonly before: Instant; readonly limit: number }; output: number }
  erase: { input: { readonly aggregate: Id; readonly limit: number }; output: boolean }
  recordDeliveries: {
    input: { readonly rows: readonly DeliveryRow[]; readonly cursor: number | undefined }
    output: void
  }
  forgetDeliveries: { input: { readonly before: Instant; readonly limit: number }; output: number }
  probe: { input: null; output: void }
  backup: { input: { readonly file: string }; output: void }
  /** Nothing may be told after it. */
  close: { input: null; output: void }
}

export interface Committed {
  readonly verdicts: Flat
  readonly lastSeq: number
}

export interface Task<Name extends keyof Tasks = keyof Tasks> {
  readonly number: number
  readonly name: Name
  readonly input: Tasks[Name]['input']
}

/** `unavailable`: the machine's fault, to be told as StorageUnavailable. */
export type Answer =
  | { readonly number: number; readonly output: unknown }
  | { readonly number: number; readonly error: string; readonly unavailable: boolean }

/** What the writer is started with. Its first answer has number 0 and the number of the newest event. */
export interface WriterData {
  readonly file: string
  readonly maxPages: number | null
  readonly signal: Int32Array
}
