import { rowsPerPart } from '#domain/batch/state.ts'

/** A list has at most so many rows and bytes. */
export const rowsAtMost = 50_000
export const listBytesAtMost: number = 25 * 1024 * 1024
/** Most bytes of a row's data, as JSON: as much as any order's. */
export const dataBytesAtMost: number = 25 * 1024
/** How much of a rejected line is shown. */
export const lineShown = 500

/** How many rows one unit makes, releases or stops: a unit leads to at most 32 reactions, and who is hung up to one each. */
export const rowsPerUnit = { make: 50, release: 50, stop: 25 } as const
/** How many rows an effect works off before it settles: what a crash can bring to be looked at again. */
export const rowsPerChunk: number = 4 * rowsPerPart
