import type { Readable } from 'node:stream'
import { isMailbox } from '#domain/session/mail/check.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { System } from '#engine/ports.ts'
import type { Mailer, OutgoingMail } from '#services/calls/ports.ts'
import { refusalOf } from './refusals.ts'

/** Where mail is handed over, and how. */
export interface SmtpSettings {
  readonly host: string
  readonly port: number
  /** TLS from the first byte (`smtps`). */
  readonly secure: boolean
  /** `required`: nothing is sent without TLS and a certificate that holds; `opportunistic`: as it can be had (RFC 7435). */
  readonly tls: 'required' | 'opportunistic'
  readonly user?: string
  readonly password?: string
}

export interface SmtpNeed {
  readonly settings: SmtpSettings
  readonly system: Pick<System, 'after'>
  /** How long one mail may take, ms; by default 60 s. */
  readonly totalMs?: Milliseconds
}

const connectMs: Milliseconds = 10_000
const wholeMs: Milliseconds = 60_000
/** Servers may close what is idle for 5 minutes (RFC 5321 section 4.5.3.2.7); many do sooner. */
const idleMs: Milliseconds = 20_000

/** Hands mail to an SMTP server, over connections that are kept. Nodemailer is loaded with the first mail. */
export function smtpMailer({ settings, system, totalMs = wholeMs }: SmtpNeed): Mailer {
  let loading: ReturnType<typeof load> | undefined
  return {
    send: async (mail) => {
      // It would read several out of one.
      if (![mail.from, mail.to].every(isMailbox))
        return { is: 'refused', temporary: false, because: 'its address cannot be mailed to' }
      const { transport, hasBegun, forget } = await (loading ??= load(settings))
      const late = new AbortController()
      const cancel = system.after(totalMs, () => late.abort())
      try {
        await transport.sendMail({ ...messageOf(mail), signal: late.signal })
        return { is: 'sent' }
      } catch (error) {
        const refusal = refusalOf(error, hasBegun(mail.messageId))
        if (refusal) return refusal
        throw new Unsure()
      } finally {
        cancel()
        forget(mail.messageId)
      }
    },
    close: async () => {
      const loaded = await loading
      loaded?.transport.close()
    },
  }
}

/** Without the words of the server: they may hold addresses. */
class Unsure extends Error {
  override name = 'Unsure'
  constructor() {
    super('The mail server was lost before it said whether it took the mail.')
  }
}

async function load({ host, port, secure, tls, user, password }: SmtpSettings) {
  const { createTransport } = await import('nodemailer')
  const isRequired = tls === 'required'
  const transport = createTransport({
    pool: true,
    host,
    port,
    secure,
    requireTLS: isRequired && !secure,
    opportunisticTLS: !isRequired,
    tls: { rejectUnauthorized: isRequired },
    ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    dnsTimeout: connectMs,
    socketTimeout: wholeMs,
    idleTimeout: idleMs,
    // It must not send anything again by itself.
    maxRequeues: 0,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const texts = new Map<string, Readable>()
  transport.use('stream', ({ message }, done) => {
    message.processFunc((text: Readable) => {
      texts.set(message.messageId(), text)
      return text
    })
    done()
  })
  return {
    transport,
    /** Whether any of a mail's text was read, which is after the server said that it wants it. */
    hasBegun: (messageId: string): boolean => texts.get(messageId)?.readableDidRead === true,
    forget: (messageId: string): void => void texts.delete(messageId),
  }
}

/** Plain text in UTF-8, which says of itself that no person wrote it (RFC 3834 section 5). Addresses are given whole, never to be parsed. */
function messageOf({ messageId, inReplyTo, references, from, to, subject, text, at }: OutgoingMail) {
  return {
    messageId,
    date: new Date(at),
    from: { name: '', address: from },
    to: { name: '', address: to },
    envelope: { from, to },
    subject,
    text,
    headers: { 'Auto-Submitted': inReplyTo === undefined ? 'auto-generated' : 'auto-replied' },
    ...(inReplyTo !== undefined && { inReplyTo }),
    ...(references && { references: [...references] }),
  }
}
