import type { OutgoingRequest } from '#services/ports.ts'

/** What came of asking. `unsent`: nothing of the request left this machine, so that it can be sent again without harm. */
export type Asked =
  | { readonly status: number; readonly body: string }
  | { readonly error: string; readonly refused: boolean; readonly unsent?: boolean }

/** Sends a request as `Sender` does (guarded, in its time) and reads the answer; a body over 64 KB is an error. */
export type Ask = (request: OutgoingRequest) => Promise<Asked>
