import type { Instant, Milliseconds } from '#domain/vocabulary/instant.ts'
import type { System } from '#engine/ports.ts'
import type { AnswerHead, Asked, OutgoingRequest, Sender, Vault } from '#services/ports.ts'
import { signatureHeaders } from './signature.ts'

/** The least time that a summary gets, however soon a turn has to be answered: nobody hears the silence. */
export const summaryMs: Milliseconds = 60_000

/** What agents need to ask others. */
export interface AskingNeed {
  /** The sender's own ways: guarded, within their time, and the answer is read. */
  readonly ask: Sender['ask']
  readonly stream: Sender['stream']
  readonly system: Pick<System, 'now' | 'after'>
  readonly vault: Pick<Vault, 'open'>
  /** Whether an account's agents may be on loopback and private addresses. */
  readonly internalTargets: (account: string) => Promise<boolean>
}

/** One question, and how long it may take with all its tries. */
export interface Question {
  readonly account: string
  readonly url: string
  readonly headers: () => Readonly<Record<string, string>>
  readonly body: string
  readonly until: Instant
  /** Waits before it is asked again. */
  readonly againMs: readonly Milliseconds[]
  readonly signal: AbortSignal
  /** Told the answer as it comes. */
  readonly onText?: ((text: string, head: AnswerHead) => void) | undefined
}

const connectMs: Milliseconds = 5_000

/** It was never sent, and not because it must not be: that may be different another time. */
export function isUnsent(asked: Asked): boolean {
  return 'error' in asked && asked.unsent === true && !asked.refused
}

/** Statuses of who has no time now and has done nothing: 429 (RFC 6585 section 4) and 503 (RFC 9110 section 15.6.4). */
export function turnsAway(status: number): boolean {
  return status === 429 || status === 503
}

/** Asks in real time. Only what was never sent is sent again: nobody is to do, or be paid for, one thing twice. */
export async function askInTime(need: AskingNeed, question: Question): Promise<Asked> {
  const { account, until, againMs, signal } = question
  const internalTargets = await need.internalTargets(account)
  for (let tries = 0; ; tries++) {
    const asked = await askOnce(need, question, internalTargets)
    const waitMs = againMs[tries]
    const isWorthIt = isUnsent(asked) && !signal.aborted
    if (!isWorthIt || waitMs === undefined || need.system.now() + waitMs >= until) return asked
    await new Promise<void>((resolve) => need.system.after(waitMs, resolve))
    if (signal.aborted) return asked
  }
}

function askOnce(need: AskingNeed, question: Question, internalTargets: boolean): Promise<Asked> {
  const { url, headers, body, until, signal, onText } = question
  const leftMs = Math.max(1, until - need.system.now())
  const request: OutgoingRequest = {
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'Colloquy-Agent/1', ...headers() },
    body,
    internalTargets,
    connectTimeoutMs: Math.min(leftMs, connectMs),
    totalTimeoutMs: leftMs,
    signal,
  }
  return onText ? need.stream(request, onText) : need.ask(request)
}

/** The headers of a request to a user's program: signed where it has a secret, and named in any case. */
export function namedHeaders(
  { vault, system }: Pick<AskingNeed, 'vault' | 'system'>,
  sealedSecret: string | undefined,
  id: string,
  body: string,
): Record<string, string> {
  if (sealedSecret === undefined) return { 'webhook-id': id }
  return signatureHeaders(vault.open(sealedSecret), id, system.now(), body)
}
