import type { MailRefused } from '#services/calls/ports.ts'

/** What nodemailer says beside its message. */
interface Trouble {
  readonly code?: unknown
  readonly originalCode?: unknown
  readonly responseCode?: unknown
}

/**
 * Why a server did not take a mail; undefined: nobody knows whether it did. `handedOver`: some of the mail had been sent already, so that
 * only a reply tells. Replies of the form 5yz are for good, all else is for the time being (RFC 5321 section 4.2.1); so is 503, which
 * is about the order of commands and not about the mail.
 */
export function refusalOf(error: unknown, handedOver: boolean): MailRefused | undefined {
  const { code, originalCode, responseCode } = (error instanceof Error ? error : {}) as Trouble
  if (typeof responseCode === 'number') {
    const temporary = responseCode < 500 || responseCode === 503
    return { is: 'refused', temporary, code: responseCode, because: `the mail server answered ${responseCode}` }
  }
  if (handedOver) return undefined
  // What it would not even offer to the server is wrong in itself.
  if (code === 'EENVELOPE' || code === 'EMESSAGE')
    return { is: 'refused', temporary: false, because: 'the mail cannot be sent by SMTP' }
  const name = [originalCode, code].find((one) => typeof one === 'string' && /^[A-Z]{2,20}$/.test(one))
  const detail = typeof name === 'string' ? ` (${name})` : ''
  return { is: 'refused', temporary: true, because: `the mail server could not be reached${detail}` }
}
