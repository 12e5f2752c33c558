import type { AgentDefinition } from '#domain/agent/state.ts'
import { callBackMs, policyOf } from '#domain/session/limits.ts'
import type { SessionRequests } from '#domain/session/requests.ts'
import type { Session } from '#domain/session/state.ts'
import { isTelephone } from '#domain/vocabulary/address.ts'
import { isOpen } from '#domain/vocabulary/calling-hours.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'
import type { EffectRunner, Engine } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { Logger } from '../../ports.ts'
import type { Agents, CallDraft, Numbers, SessionView } from '../api.ts'
import { persist } from '../patience.ts'
import { lookUp, makeSession } from '../sessions/placing.ts'

/** Nobody is called back at night, whatever hours their agent keeps or does not keep. */
const usualHours = { startHour: 9, endHour: 21 }

/** Why the user cannot be called back then, in one word; undefined: they can. `zones`: those the user may be in. */
export function whyNotThen(
  { user }: Pick<Session, 'user'>,
  { callsBack, hours }: Pick<AgentDefinition, 'callsBack' | 'hours'>,
  { at, now, zones }: { readonly at: Instant; readonly now: Instant; readonly zones: readonly string[] },
): string | undefined {
  const [least, most] = callBackMs
  if (!callsBack) return 'not_allowed'
  if (!isTelephone(user)) return 'invalid_number'
  if (!(at >= now + least)) return 'too_soon'
  if (at > now + most) return 'too_late'
  return isOpen(at, zones, hours ?? usualHours) ? undefined : 'outside_hours'
}

export interface CallingBackNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'after'>
  readonly agents: Pick<Agents, 'get' | 'version'>
  readonly numbers: Pick<Numbers, 'find' | 'list'>
  readonly views: { get(account: string, id: Id): Promise<SessionView | undefined> }
  readonly log?: Logger
}

/** Makes the session in which a user is called back, as an order of its own: by the agent as it is now, once for each call. */
export function callBackRunner(need: CallingBackNeed): EffectRunner {
  return {
    run: async ({ account, aggregate: parent, payload }) => {
      const { dueAt } = payload as SessionRequests['call.back']
      const view = await need.views.get(account, parent)
      if (!view) return { settled: true }
      const draft = draftOf(view, dueAt)
      const ordered = await lookUp(need, account, draft)
      const once = { scope: `${account}|call.back`, key: parent, fingerprint: `${dueAt}`, render: made }
      const outcome = isRefused(ordered)
        ? ordered
        : await persist<Id>(need, { account, by: 'agent', once }, (unit) => {
            const done = makeSession(unit, ordered, draft)
            return isRefused(done) ? done : done.state.id
          })
      const code = outcome.refusal?.code
      if (code !== undefined) need.log?.warn({ account, session: parent, code }, 'A callback could not be ordered.')
      return { settled: true }
    },
  }
}

/** As the call in which it was agreed; one that called us has no retries of its own to hand on. */
function draftOf({ session, order }: SessionView, dueAt: Instant): CallDraft {
  const { id, agent, user, own, direction } = session
  return {
    agentId: agent.id,
    to: user,
    from: own,
    dueAt,
    data: order.data,
    ...(order.context !== undefined && { context: order.context }),
    ...(order.vendor && { vendor: order.vendor }),
    ...(direction === 'outbound' && { retry: policyOf(session).retry }),
    keepsHours: true,
    parent: id,
  }
}

/** Nobody reads it: that it was stored is what counts. */
function made(id: Id): { readonly status: number; readonly headers: Record<string, string>; readonly body: string } {
  return { status: 201, headers: {}, body: id }
}
