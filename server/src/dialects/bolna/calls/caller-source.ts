import type { AgentDefinition } from '#domain/agent/state.ts'
import { limits } from '#domain/session/limits.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { CallerData, CallerFacts } from '#services/calls/line/incoming.ts'
import type { Asked, Logger, OutgoingRequest, Sender, Vault } from '#services/ports.ts'
import { uuidOf } from '../ids.ts'

export interface CallerSourceNeed {
  readonly ask: Sender['ask']
  readonly vault: Pick<Vault, 'open'>
  /** Whether an account's sources may be on loopback and private addresses. */
  readonly internalTargets: (account: string) => Promise<boolean>
  readonly log?: Logger
}

/** 5.11: the call does not wait for longer. */
const sourceMs: Milliseconds = 3_000

type Data = Awaited<ReturnType<CallerData>>
type Source = NonNullable<AgentDefinition['inbound']['source']>

/** Asks the agent's source who calls, as 5.11 has it: GET, with a bearer token. Whatever fails, the call goes on without data. */
export function callerSource(need: CallerSourceNeed): CallerData {
  return async ({ inbound: { source } }, facts) => {
    if (!source) return undefined
    const internalTargets = await need.internalTargets(facts.account)
    if (facts.signal.aborted) return undefined
    const asked = await need.ask(requestOf(need, source, facts, internalTargets))
    const { data, trouble } = readAnswer(asked)
    if (trouble !== undefined) {
      const { account, session } = facts
      need.log?.warn({ account, session, trouble }, 'The source of callers did not say who calls.')
    }
    return data
  }
}

function requestOf(
  { vault }: CallerSourceNeed,
  { url, sealedToken }: Source,
  facts: CallerFacts,
  internalTargets: boolean,
): OutgoingRequest {
  return {
    url: urlOf(url, facts),
    method: 'GET',
    headers: {
      accept: 'application/json',
      'user-agent': 'CallServer-Callers/1',
      ...(sealedToken !== undefined && { authorization: `Bearer ${vault.open(sealedToken)}` }),
    },
    body: null,
    internalTargets,
    connectTimeoutMs: sourceMs,
    totalTimeoutMs: sourceMs,
  }
}

/** What the URL has of a query stays as it is: it may be signed. */
function urlOf(source: string, { caller, agent, session }: CallerFacts): string {
  const query = new URLSearchParams({
    contact_number: caller,
    agent_id: uuidOf(agent),
    execution_id: uuidOf(session),
  })
  const [url = ''] = source.split('#', 1)
  return `${url}${url.includes('?') ? '&' : '?'}${query.toString()}`
}

/** 404 and an empty answer: the source does not know the caller. `trouble`: there is no answer that says anything. */
function readAnswer(asked: Asked): { readonly data: Data; readonly trouble?: string } {
  if ('error' in asked) return without(asked.error)
  const { status, body } = asked
  if (status === 404) return { data: 'unknown' }
  if (status < 200 || status > 299) return without(`It answered with status ${status}.`)
  if (body.trim() === '') return { data: 'unknown' }
  const value = parsed(body)
  if (value === undefined) return without('It did not answer in JSON.')
  if (isEmpty(value)) return { data: 'unknown' }
  if (typeof value !== 'object' || Array.isArray(value)) return without('It did not answer with a JSON object.')
  // A session takes no more; the call is worth more than the data.
  if (JSON.stringify(value).length > limits.data) return without('It answered with more than a call can keep.')
  return { data: value as Readonly<Record<string, unknown>> }
}

function without(trouble: string): { readonly data: undefined; readonly trouble: string } {
  return { data: undefined, trouble }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown
  } catch {
    return undefined
  }
}

/** `null`, `{}`, `[]`, `""`. */
function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0)
}
