import { afterEach, describe, expect, it } from 'vitest'
import type { SMTPServerOptions } from 'smtp-server'
import { realSystem } from '#adapters/system/real/real-system.ts'
import { startBreakingServer, startMailServer } from '#conformance/mail-server.ts'
import type { Mailer, OutgoingMail } from '#services/calls/ports.ts'
import { smtpMailer, type SmtpSettings } from './smtp-mailer.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

function mailerTo(port: number, more: Partial<SmtpSettings> = {}, totalMs?: number): Mailer {
  const settings: SmtpSettings = { host: '127.0.0.1', port, secure: false, tls: 'opportunistic', ...more }
  const mailer = smtpMailer({ settings, system: realSystem(), ...(totalMs !== undefined && { totalMs }) })
  closing.push(() => mailer.close())
  return mailer
}

async function serving(...given: Parameters<typeof startMailServer>) {
  const server = await startMailServer(...given)
  closing.push(() => server.stop())
  return server
}

async function breaking(...given: Parameters<typeof startBreakingServer>) {
  const server = await startBreakingServer(...given)
  closing.push(() => server.stop())
  return server
}

let count = 0
function mail(more: Partial<OutgoingMail> = {}): OutgoingMail {
  return {
    account: 'a1',
    at: Date.UTC(2026, 10, 21, 12),
    messageId: `<${++count}.session@example.com>`,
    from: 'shop@example.com',
    to: 'alice@example.org',
    subject: 'Your order',
    text: 'We open at nine.',
    ...more,
  }
}

const wanting = (user: string, pass: string): SMTPServerOptions => ({
  authOptional: false,
  onAuth: ({ username, password }, _session, done) =>
    username === user && password === pass
      ? done(null, { user })
      : done(Object.assign(new Error('no'), { responseCode: 535 })),
})

describe('a mail over SMTP', () => {
  it('arrives as it was written', async () => {
    const server = await serving()
    const mailer = mailerTo(server.port)
    const text = 'Grüße,\nwir öffnen um neun.\n.\nEine Zeile mit einem Punkt.\n'
    expect(await mailer.send(mail({ subject: 'Grüße aus dem Laden', text, messageId: '<1.s@example.com>' }))).toEqual({
      is: 'sent',
    })
    const [arrived] = server.mails
    expect(arrived).toMatchObject({ from: 'shop@example.com', to: ['alice@example.org'] })
    expect(arrived?.text.replaceAll('\r\n', '\n').trimEnd()).toBe(text.trimEnd())
    expect(arrived?.headers).toMatchObject({
      from: 'shop@example.com',
      to: 'alice@example.org',
      'message-id': '<1.s@example.com>',
      date: 'Sat, 21 Nov 2026 12:00:00 +0000',
      'auto-submitted': 'auto-generated',
      'content-type': 'text/plain; charset=utf-8',
    })
    expect(arrived?.headers['subject']).toMatch(/^=\?UTF-8\?/)
    expect(arrived?.headers).not.toHaveProperty('in-reply-to')
  })

  it('that answers another one names it and its thread (RFC 5322 section 3.6.4), and says that it answers (RFC 3834)', async () => {
    const server = await serving()
    const references = Array.from({ length: 40 }, (_, i) => `<${i}.of-a-long-thread@mail.example.org>`)
    await mailerTo(server.port).send(mail({ inReplyTo: references[39]!, references }))
    const { headers, raw } = server.mails[0]!
    expect(headers['in-reply-to']).toBe(references[39])
    expect(headers['references']).toBe(references.join(' '))
    expect(headers['auto-submitted']).toBe('auto-replied')
    expect(Math.max(...raw.split('\r\n').map((line) => line.length))).toBeLessThan(998)
  })

  it.each([
    { subject: 'Hello\r\nBcc: eve@example.net' },
    { to: 'alice@example.org\r\nBcc: eve@example.net' },
    { to: 'alice@example.org, eve@example.net' },
    { text: 'Hello\r\n.\r\nMAIL FROM:<eve@example.net>\r\n' },
    { inReplyTo: '<a@example.org>\r\nBcc: eve@example.net' },
  ])('goes to nobody else, whatever is written into it: %j', async (more) => {
    const server = await serving()
    const answer = await mailerTo(server.port).send(mail(more))
    expect(answer.is).toBe('to' in more ? 'refused' : 'sent')
    for (const { to, headers } of server.mails) {
      expect(to.join()).not.toContain('eve@example.net')
      expect(headers).not.toHaveProperty('bcc')
    }
  })

  it('uses one connection for several, one after the other', async () => {
    const server = await serving()
    const mailer = mailerTo(server.port)
    for (let i = 0; i < 3; i++) expect(await mailer.send(mail())).toEqual({ is: 'sent' })
    expect([server.mails.length, server.connections()]).toEqual([3, 1])
  })

  it('shows who sends it, and is refused for good where that is not believed', async () => {
    const server = await serving(wanting('shop@example.com', 'se/cret'))
    const good = mailerTo(server.port, { user: 'shop@example.com', password: 'se/cret' })
    expect(await good.send(mail())).toEqual({ is: 'sent' })
    const bad = await mailerTo(server.port, { user: 'shop@example.com', password: 'wrong' }).send(mail())
    expect(bad).toMatchObject({ is: 'refused', temporary: false, code: 535 })
    expect(JSON.stringify(bad)).not.toMatch(/wrong|shop@/)
    expect(await mailerTo(server.port).send(mail())).toMatchObject({
      temporary: false,
      code: 530,
    })
    expect(server.mails).toHaveLength(1)
  })
})

describe('TLS', () => {
  const offering: SMTPServerOptions = { disabledCommands: [] }

  it('is taken on loopback where it is offered, with whatever certificate', async () => {
    const server = await serving(offering)
    expect(await mailerTo(server.port, { host: 'localhost' }).send(mail())).toEqual({ is: 'sent' })
    expect(server.mails).toMatchObject([{ secure: true }])
  })

  it('is a must where it is said to be: nothing is sent without it, or to a certificate that does not hold', async () => {
    const plain = await serving()
    expect(await mailerTo(plain.port, { tls: 'required' }).send(mail())).toMatchObject({ is: 'refused' })
    const selfSigned = await serving(offering)
    const refused = await mailerTo(selfSigned.port, { tls: 'required' }).send(mail())
    expect(refused).toMatchObject({ is: 'refused', temporary: true })
    expect([...plain.mails, ...selfSigned.mails]).toEqual([])
  })

  it('is there from the first byte with smtps', async () => {
    const server = await serving({ secure: true })
    expect(await mailerTo(server.port, { secure: true }).send(mail())).toEqual({ is: 'sent' })
    expect(server.mails).toMatchObject([{ secure: true }])
    const strict = mailerTo(server.port, { secure: true, tls: 'required' })
    expect(await strict.send(mail())).toMatchObject({ is: 'refused', temporary: true })
  })
})

describe('a mail that is not taken', () => {
  it.each([
    ['mail', 421, true],
    ['mail', 451, true],
    ['rcpt', 450, true],
    ['rcpt', 550, false],
    ['data', 452, true],
    ['data', 554, false],
    ['mail', 503, true],
  ] as const)('at %s with %d may be tried again: %s', async (step, code, temporary) => {
    let refuses = true
    const server = await serving({}, (at) =>
      at === step && refuses ? { code, text: 'for alice@example.org' } : undefined,
    )
    const mailer = mailerTo(server.port)
    expect(await mailer.send(mail())).toEqual({
      is: 'refused',
      temporary,
      code,
      because: `the mail server answered ${code}`,
    })
    refuses = false
    expect(await mailer.send(mail())).toEqual({ is: 'sent' })
    expect(server.mails).toHaveLength(1)
  })

  it('may be tried again where nobody is there, or the connection breaks before the mail', async () => {
    const gone = await startMailServer()
    await gone.stop()
    expect(await mailerTo(gone.port).send(mail())).toEqual({
      is: 'refused',
      temporary: true,
      because: 'the mail server could not be reached (ECONNREFUSED)',
    })
    for (const step of ['greeting', 'MAIL', 'RCPT', 'DATA'] as const) {
      const server = await breaking(step, 'breaks')
      const refused = await mailerTo(server.port).send(mail())
      expect([step, refused]).toMatchObject([step, { is: 'refused', temporary: true }])
      expect(server.connections()).toBe(1)
    }
  })

  it('is nobody knows what where the connection is lost, or nothing is heard, after the mail was handed over', async () => {
    for (const how of ['breaks', 'hangs'] as const) {
      const server = await breaking('.', how)
      const sending = mailerTo(server.port, {}, 500).send(mail())
      await expect(sending).rejects.toThrow('before it said whether it took the mail')
      expect(server.connections()).toBe(1)
    }
  })

  it('may be tried again where nothing was heard in time before it was handed over', async () => {
    const server = await breaking('RCPT', 'hangs')
    const refused = await mailerTo(server.port, {}, 500).send(mail())
    expect(refused).toMatchObject({ is: 'refused', temporary: true })
  })
})
