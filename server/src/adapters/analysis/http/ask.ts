import type { OutgoingRequest } from '#services/ports.ts'

/** What came of asking. */
export type Asked =
  | { readonly status: number; readonly body: string }
  | { readonly error: string; readonly refused: boolean }

/** Sends a request as `Sender` does (guarded, in its time) and reads the answer; a body over 64 KB is an error. */
export type Ask = (request: OutgoingRequest) => Promise<Asked>
