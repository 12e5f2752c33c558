import { refuse, type Refused } from '../../vocabulary/refusal.ts'
import type { MailOrder } from './state.ts'

/** RFC 5322 section 2.1.1: a line may have so many characters, and a subject is one. */
const subjectMost = 998
const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
const mailbox = new RegExp(
  `^${atom}(?:\\.${atom})*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`,
  'i',
)

/** Whether it is a plain mailbox as RFC 5321 section 4.1.2 has them, without quotes, comments and address literals. */
export function isMailbox(address: string): boolean {
  return address.length <= 254 && address.indexOf('@') <= 64 && mailbox.test(address)
}

/** What of an order cannot be mailed. Nothing in it may begin another header. */
export function checkMail({ to, from, subject }: MailOrder): Refused | undefined {
  if (!isMailbox(to)) return wrongAddress('to')
  if (!isMailbox(from)) return wrongAddress('from')
  // oxlint-disable-next-line no-control-regex -- these are what a subject must not have
  if (/[\u0000-\u001f\u007f\u0085\u2028\u2029]/.test(subject))
    return refuse('invalid', 'Write the subject in one line, without control characters.', { field: 'subject' })
  if (subject.length > subjectMost)
    return refuse('invalid', `Use at most ${subjectMost} characters.`, { field: 'subject' })
  return undefined
}

function wrongAddress(field: 'to' | 'from'): Refused {
  return refuse('invalid', 'Give a plain e-mail address like alice@example.com.', { field })
}
