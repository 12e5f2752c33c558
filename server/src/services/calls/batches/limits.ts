import { hourMs, type Milliseconds } from '#domain/vocabulary/instant.ts'
import { rowsPerPart } from '#domain/batch/state.ts'

/** A list has at most so many rows and bytes. */
export const rowsAtMost = 50_000
export const listBytesAtMost: number = 25 * 1024 * 1024
/** Most bytes of a row's data, as JSON: as much as any order's. */
export const dataBytesAtMost: number = 25 * 1024
/** How much of a rejected line is shown. */
export const lineShown = 500

/**
 * How many rows one unit makes, releases, stops or hangs up: a unit leads to at most 32 reactions, and a call that is hung up to two
 * (its stream stops, and with it that of its conversation).
 */
export const rowsPerUnit = { make: 50, release: 50, stop: 25, hangUp: 8 } as const
/** A batch that was missed by more is not started any more, like a scheduled call. */
export const missedMs: Milliseconds = hourMs
/** How many rows an effect works off before it settles: what a crash can bring to be looked at again. */
export const rowsPerChunk: number = 4 * rowsPerPart
