import type { AgentDefinition } from '#domain/agent/state.ts'
import type { Policy, RetryPolicy } from '#domain/session/state.ts'

/** What an order says itself about how its call goes. */
export interface PolicyOrder {
  /** Absent: the agent's own. Null: none. */
  readonly retry?: RetryPolicy | null
  readonly keepsHours: boolean
  readonly policy?: Partial<Policy>
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
    makes: (['recording', 'summary', 'extraction'] as const).filter((artefact) => makes[artefact]),
    ...order.policy,
  }
}
