/** The guard said no: trying again is of no use. */
export class TargetRefused extends Error {
  override name = 'TargetRefused'
}

/** The whole exchange took too long. */
export class TooSlow extends Error {
  override name = 'TooSlow'
}

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The receiver refused the connection.',
  ECONNRESET: 'The connection broke before the receiver answered.',
  EPIPE: 'The connection broke before the receiver answered.',
  UND_ERR_SOCKET: 'The connection broke before the receiver answered.',
  UND_ERR_CONNECT_TIMEOUT: 'The receiver could not be connected to in time.',
  ETIMEDOUT: 'The receiver could not be connected to in time.',
  EHOSTUNREACH: 'There is no way to the receiver.',
  ENETUNREACH: 'There is no way to the receiver.',
  ENOTFOUND: 'The name of the receiver is not known.',
  EAI_AGAIN: 'The name of the receiver could not be looked up.',
  UND_ERR_DESTROYED: 'The server is stopping.',
  UND_ERR_CLOSED: 'The server is stopping.',
}

/** What went wrong, as a sentence for the delivery log; it quotes nothing of the request. */
export function describe(error: Error): string {
  if (error instanceof TargetRefused)
    return 'The target is not a public address. Use one that is, or have the operator allow it.'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) return `The certificate of the receiver is not valid (${code}).`
  if (code.startsWith('HPE_')) return `The receiver did not answer in HTTP (${code}).`
  return sentences[code] ?? `The request failed (${code}).`
}
