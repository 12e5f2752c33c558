import type { Claim } from '../noun.ts'
import { canonicalAddress } from '../vocabulary/address.ts'
import type { Stream } from './state.ts'

/** One call has one open stream (D9). It lives where its customer's conversations are asked for. */
export function callClaim(call: Pick<Stream, 'callSid' | 'from' | 'to' | 'direction'>): Claim {
  return { kind: 'call', route: canonicalAddress('VOICE', customerOf(call)), key: call.callSid }
}

/** The customer's side of a call, by its direction (X10). */
export function customerOf({ from, to, direction }: Pick<Stream, 'from' | 'to' | 'direction'>): string {
  return direction === 'inbound' ? from : to
}

/** Our own side of a call. */
export function businessOf({ from, to, direction }: Pick<Stream, 'from' | 'to' | 'direction'>): string {
  return direction === 'inbound' ? to : from
}
