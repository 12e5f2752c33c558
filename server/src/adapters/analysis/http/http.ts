import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { Analysed, Analysis, AnalysisInput } from '#services/calls/ports.ts'
import type { Ask } from './ask.ts'

export interface HttpAnalysisNeed {
  readonly ask: Ask
  /** The operator's own program, which may well be on an internal address. */
  readonly url: string
  /** Sent as a bearer token. */
  readonly token?: string
  readonly timeoutMs?: Milliseconds
}

/** The largest value that is kept, in bytes of JSON. */
const maxBytes = 64 * 1024
/** Under the time that the making of one artefact may take. */
const defaultTimeoutMs: Milliseconds = 30_000
const connectMs: Milliseconds = 5_000
/** What the program says no to for good. */
const never: readonly number[] = [404, 410, 422]

/** Has the operator's program make summaries and extractions of the transcript. Recordings are not made of text. */
export function httpAnalysis(need: HttpAnalysisNeed): Analysis {
  const { ask, url, token, timeoutMs = defaultTimeoutMs } = need
  return {
    async make(input): Promise<Analysed> {
      if (input.artefact === 'recording') return { is: 'skipped', because: 'calls are not recorded on this server' }
      const asked = await ask({
        url,
        method: 'POST',
        headers: headersOf(token, input),
        body: bodyOf(input),
        internalTargets: true,
        connectTimeoutMs: Math.min(connectMs, timeoutMs),
        totalTimeoutMs: timeoutMs,
      })
      if ('error' in asked) throw new Error(`The program for analyses could not be asked: ${asked.error}`)
      return analysed(asked.status, asked.body)
    },
  }
}

function headersOf(token: string | undefined, { session, artefact }: AnalysisInput): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'Colloquy-Analysis/1',
    // The same on every try, so that the program can know a repetition.
    'idempotency-key': `${session}.${artefact}`,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  }
}

/** What the program is told. Ids are as the API shows them; the agent's own document is for what to extract. */
function bodyOf({ session, artefact, definition, said }: AnalysisInput): string {
  const agent = { name: definition.name, vendor: definition.vendor }
  return JSON.stringify({ session: `session_${session}`, artefact, agent, said })
}

/** A throw is tried again. */
function analysed(status: number, body: string): Analysed {
  if (never.includes(status))
    return { is: 'failed', because: `the program for analyses answered with status ${status}` }
  if (status < 200 || status > 299) throw new Error(`The program for analyses answered with status ${status}.`)
  if (status === 204) return { is: 'skipped', because: 'the program for analyses made none' }
  if (Buffer.byteLength(body) > maxBytes) return { is: 'failed', because: 'the value is larger than 64 KB' }
  try {
    return { is: 'done', value: JSON.parse(body) as unknown }
  } catch {
    return { is: 'failed', because: 'the program for analyses did not answer in JSON' }
  }
}
