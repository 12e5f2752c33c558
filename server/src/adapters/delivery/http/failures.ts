import type { Asked } from '#services/ports.ts'

/** The guard said no: trying again is of no use. */
export class TargetRefused extends Error {
  override name = 'TargetRefused'
}

/** The whole exchange took too long. */
export class TooSlow extends Error {
  override name = 'TooSlow'

  constructor(withinMs: number) {
    super(`The receiver did not answer within ${withinMs / 1000} s.`)
  }
}

/** The answer has a body that is not read to its end. */
export class TooLarge extends Error {
  override name = 'TooLarge'

  constructor(most: string) {
    super(`The receiver answered with more than ${most}.`)
  }
}

/** Whoever asked does not wait for the answer any more. */
export class GivenUp extends Error {
  override name = 'GivenUp'

  constructor() {
    super('The request was given up before it was answered.')
  }
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
  HTTPParserError: 'The receiver did not answer in HTTP.',
  UND_ERR_INVALID_ARG: 'The request cannot be sent: its path or a header is not valid.',
  UND_ERR_DESTROYED: 'The server is stopping.',
  UND_ERR_CLOSED: 'The server is stopping.',
}

/** What fails before there is a connection, so that nothing can have been sent. */
const unsent: readonly string[] = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]

type Failed = Extract<Asked, { error: string }>

/** The failed attempt as a result; its sentence for the delivery log quotes nothing of the request. */
export function failed(error: Error): Failed {
  if (error instanceof TargetRefused)
    return {
      error: 'The target is not a public address. Use one that is, or have the operator allow it.',
      refused: true,
    }
  if (error instanceof TooSlow || error instanceof TooLarge || error instanceof GivenUp)
    return { error: error.message, refused: false }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  const result = { error: sentenceFor(code), refused: code === 'UND_ERR_INVALID_ARG' }
  return unsent.includes(code) ? { ...result, unsent: true } : result
}

function sentenceFor(code: string): string {
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) return `The certificate of the receiver is not valid (${code}).`
  if (code.startsWith('HPE_')) return `The receiver did not answer in HTTP (${code}).`
  return sentences[code] ?? `The request failed (${code}).`
}
