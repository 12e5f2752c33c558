import type { AgentDefinition } from '#domain/agent/state.ts'
import type { Policy, RetryPolicy, SessionKind } from '#domain/session/state.ts'

/** What an order says itself about how its call goes. */
export interface PolicyOrder {
  /** Absent: the agent's own. Null: none. */
  readonly retry?: RetryPolicy | null
  readonly keepsHours: boolean
  readonly policy?: Partial<Policy>
}

/** The same of a session that is written: of an agent's limits only those of writing. */
export function writtenPolicyOf({ limits, makes }: AgentDefinition, kind: SessionKind): Partial<Policy> {
  const { wrapMs, idleMs } = limits
  return {
    ...(wrapMs !== undefined && { wrapMs }),
    ...(kind === 'text' && idleMs !== undefined && { idleMs }),
    makes: madeBy(makes),
  }
}

function madeBy(makes: AgentDefinition['makes']): Policy['makes'] {
  return (['recording', 'summary', 'extraction'] as const).filter((artefact) => makes[artefact])
}

/** A session's clocks and choices: the agent's limits, overruled by its order; what neither names is the house's default. */
export function policyOf({ limits, retry, makes }: AgentDefinition, order: PolicyOrder): Partial<Policy> {
  const { ringMs, setupMs, maxMs, queueMs, wrapMs, silenceMs, askOnlineMs, voicemailMs } = limits
  return {
    ...(ringMs !== undefined && { ringMs }),
    ...(setupMs !== undefined && { setupMs }),
    ...(maxMs !== undefined && { maxMs }),
    ...(queueMs !== undefined && { queueMs }),
    ...(wrapMs !== undefined && { wrapMs }),
    ...(silenceMs !== undefined && { silenceMs }),
    ...(askOnlineMs !== undefined && { askOnlineMs }),
    ...(voicemailMs !== undefined && { voicemailMs }),
    saysLastWords: (limits.lastWords ?? '') !== '',
    retry: order.retry === undefined ? retry : order.retry,
    keepsHours: order.keepsHours,
    makes: madeBy(makes),
    ...order.policy,
  }
}
