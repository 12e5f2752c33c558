import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

/** A mail as it arrived. */
export interface ArrivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** By name in lower case, unfolded. */
  readonly headers: Readonly<Record<string, string>>
  /** Decoded. */
  readonly text: string
  readonly raw: string
  /** Whether it came over TLS. */
  readonly secure: boolean
}

export interface MailServer {
  readonly port: number
  readonly mails: readonly ArrivedMail[]
  readonly connections: () => number
  stop(): Promise<void>
}

/** What it answers to a step, in order of the steps: undefined: it takes it. */
type Refusing = (step: 'mail' | 'rcpt' | 'data') => { readonly code: number; readonly text: string } | undefined

/** A mail server on loopback that takes everything it is not told to refuse. */
export async function startMailServer(
  options: SMTPServerOptions = {},
  refusing: Refusing = () => undefined,
): Promise<MailServer> {
  const mails: ArrivedMail[] = []
  let connections = 0
  const refusal = (step: Parameters<Refusing>[0]): Error | null => {
    const refused = refusing(step)
    return refused ? Object.assign(new Error(refused.text), { responseCode: refused.code }) : null
  }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    // Its own certificate is good enough for tests, and it need not warn of it.
    logger: false,
    onConnect: (_session, done) => {
      connections++
      done()
    },
    onMailFrom: (_address, _session, done) => done(refusal('mail')),
    onRcptTo: (_address, _session, done) => done(refusal('rcpt')),
    onData: (stream, { envelope, secure }, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const refused = refusal('data')
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        const to = envelope.rcptTo.map(({ address }) => address)
        if (!refused) mails.push({ from, to, secure, ...parsed(Buffer.concat(chunks).toString('utf8')) })
        done(refused)
      })
    },
    ...options,
  })
  // What clients do to their connections is theirs.
  server.on('error', () => {})
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  return {
    port: (listening.address() as AddressInfo).port,
    mails,
    connections: () => connections,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** A server that plays its part up to a step, and then breaks the connection, or says nothing any more. */
export async function startBreakingServer(
  breaksAt: 'greeting' | 'MAIL' | 'RCPT' | 'DATA' | '.',
  how: 'breaks' | 'hangs',
): Promise<{ readonly port: number; readonly connections: () => number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    const fails = (): void => void (how === 'breaks' && socket.destroy())
    if (breaksAt === 'greeting') return fails()
    socket.write('220 ready\r\n')
    let isData = false
    let rest = ''
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString()).split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const step = isData ? line : (line.split(' ')[0] ?? '').toUpperCase()
        if (isData && step !== '.') continue
        if (step === breaksAt) return fails()
        isData = step === 'DATA'
        socket.write(isData ? '354 go on\r\n' : '250 fine\r\n')
      }
      return undefined
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function parsed(raw: string): Pick<ArrivedMail, 'headers' | 'text' | 'raw'> {
  const end = raw.indexOf('\r\n\r\n')
  const lines = raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  return { headers, text: decoded(raw.slice(end + 4), headers['content-transfer-encoding'] ?? '7bit'), raw }
}

function decoded(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8')
  if (encoding !== 'quoted-printable') return body
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
