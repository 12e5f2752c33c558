import type { Channel } from './channel.ts'

/** Where a party is reached. `address` is kept and shown exactly as it was given (law: echo rule of the address table). */
export interface Address {
  readonly channel: Channel
  readonly address: string
  /** The channel's own id of the exchange (call, message or thread), if any. */
  readonly channelId?: string
}

const e164 = /^\+\d{3,15}$/
const prefixes = /^(whatsapp|rcs|sms|tel):/i

/**
 * The form two spellings of one address share; for matching only, never shown. Prefix removed, a telephone number as
 * `+` and digits (E.164), the host of a SIP URI in lower case (RFC 3261 section 19.1.4), anything else untouched.
 */
export function canonicalAddress(channel: Channel, address: string): string {
  if (e164.test(address)) return address
  const bare = channel === 'CHAT' || channel === 'VIDEO' ? address : address.replace(prefixes, '')
  if (isTelephone(bare)) return `+${bare.replace(/\D/g, '')}`
  const sip = /^(sips?):(?:([^@]*)@)?([^;?]+)(.*)$/i.exec(bare)
  if (sip)
    return `${sip[1]?.toLowerCase()}:${sip[2] === undefined ? '' : `${sip[2]}@`}${sip[3]?.toLowerCase()}${sip[4] ?? ''}`
  return bare
}

/** Whether a bare or canonical address is a telephone number: `+` and 3 to 15 digits, with the usual separators. */
export function isTelephone(address: string): boolean {
  if (e164.test(address)) return true
  return /^\+[\d\s().-]+$/.test(address) && /^\d{3,15}$/.test(address.replace(/\D/g, ''))
}
