import type { Milliseconds } from '#domain/vocabulary/instant.ts'

/** What a virtual phone does, in order. Plain JSON. */
export type Script = readonly Step[]

/** One deed, `after` so many milliseconds from the end of the one before it; absent: when a person would. */
export type Step = Deed & { readonly after?: Milliseconds }

export type Deed =
  | { readonly do: 'ring' }
  | { readonly do: 'answer' }
  /** Says a text; 60 ms for each character. `for`: when the next step's turn comes, if not at the end of the text. */
  | { readonly do: 'say'; readonly text: string; readonly for?: Milliseconds }
  /** Until what our agent says is over; `atMost`: it goes on then though nothing was said. */
  | { readonly do: 'wait-for-agent'; readonly atMost?: Milliseconds }
  | { readonly do: 'beep' }
  | { readonly do: 'dtmf'; readonly digits: string }
  /** The person hangs up. */
  | { readonly do: 'hang-up' }
  /** Not answered: for a reason of the table, or with a SIP final status and a Q.850 cause of your own. */
  | { readonly do: 'reject'; readonly because: Rejection }
  | { readonly do: 'reject'; readonly sip: number; readonly q850?: number }
  /** The carrier loses the call. */
  | { readonly do: 'drop' }
  /** From now on no sound comes from the phone, not one packet. */
  | { readonly do: 'silent' }
  /** The next step comes when we cancel the call, which then is not cancelled. */
  | { readonly do: 'wait-for-cancel' }
  /** The carrier loses the next report (`all`: every one from now on). */
  | { readonly do: 'lose'; readonly reports?: 'next' | 'all' }
  /** The carrier tells the next report twice. */
  | { readonly do: 'repeat' }
  /** The carrier tells the next report after the one that follows it. */
  | { readonly do: 'reorder' }
  /** The carrier tells everything from now on so much later. */
  | { readonly do: 'delay'; readonly by: Milliseconds }

export type Rejection = 'busy' | 'no_answer' | 'rejected' | 'invalid_number' | 'unreachable' | 'congestion'

/** How long it takes to say a text: about 200 words a minute. */
export function lengthOf(text: string): Milliseconds {
  return text.length * 60
}
