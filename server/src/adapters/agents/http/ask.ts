import type { Sender } from '#services/ports.ts'

export type { Asked } from '#services/ports.ts'

/** The sender's own way to ask: guarded, within its time, and the answer is read. */
export type Ask = Sender['ask']
