/** Where mail is handed over, and how. */
export interface SmtpTarget {
  readonly host: string
  readonly port: number
  /** TLS from the first byte (`smtps`). */
  readonly secure: boolean
  /** `required`: nothing is sent without TLS and a certificate that holds; `opportunistic`: as it can be had (RFC 7435). */
  readonly tls: 'required' | 'opportunistic'
  readonly user?: string
  readonly password?: string
}

/** Reads `smtp://user:password@host:587` or `smtps://…`; undefined: it is no such URL. Beyond this machine TLS is a must unless it says otherwise. */
export function smtpTarget(text: string): SmtpTarget | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isSecure = url?.protocol === 'smtps:'
  if (!url || (!isSecure && url.protocol !== 'smtp:') || url.hostname === '' || !/^\/?$/.test(url.pathname))
    return undefined
  const names = [...url.searchParams.keys()]
  const said = url.searchParams.get('tls')
  if (names.some((name) => name !== 'tls') || names.length > 1) return undefined
  if (said !== null && said !== 'required' && said !== 'opportunistic') return undefined
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const credentials = decoded(url)
  if (!credentials) return undefined
  return {
    host,
    port: url.port === '' ? (isSecure ? 465 : 587) : Number(url.port),
    secure: isSecure,
    tls: said ?? (isLoopback(host) ? 'opportunistic' : 'required'),
    ...credentials,
  }
}

function decoded({ username, password }: URL): Pick<SmtpTarget, 'user' | 'password'> | undefined {
  try {
    return {
      ...(username !== '' && { user: decodeURIComponent(username) }),
      ...(password !== '' && { password: decodeURIComponent(password) }),
    }
  } catch {
    return undefined
  }
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(host)
}
