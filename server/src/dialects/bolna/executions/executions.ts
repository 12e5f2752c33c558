import type { ArtefactSettled } from '#domain/session/events.ts'
import type { Session } from '#domain/session/state.ts'
import { dayMs, type Milliseconds } from '#domain/vocabulary/instant.ts'
import { deliveryId } from '#services/delivery/identity.ts'
import type { Services } from '#services/api.ts'
import type { SessionView } from '#services/calls/api.ts'
import { executionOf, type Execution, type ExecutionParts } from './execution.ts'
import { everyEvent } from './history.ts'
import { receiversOf } from '../webhooks/receivers.ts'
import { wants } from '../webhooks/webhooks.ts'

export type ExecutionSources = Pick<Services, 'sessions' | 'texts' | 'deliveries' | 'clock' | 'agents'>

/** As of which event of the session, where that is not now. */
export interface AsOf {
  readonly n?: number
  readonly ending?: ExecutionParts['ending']
  /** The body of the `completed` webhook says of itself that it was told (D60). */
  readonly completedTold?: boolean
}

/** Reads what an execution is made of beside the session's head. */
export async function executionFrom(
  sources: ExecutionSources,
  view: SessionView,
  baseUrl: string,
  { n, ending, completedTold }: AsOf = {},
): Promise<Execution> {
  const { session, order, definition, version } = view
  const { sessions, texts } = sources
  const talked = session.attempt.answeredAt !== undefined && session.attempt.endedAt !== undefined
  const [talk, artefacts, earlierCosts, queuePosition, told] = await Promise.all([
    talked ? texts.talk(view) : undefined,
    talked ? sessions.artefacts(session.account, session.id, n) : [],
    costsBefore(sources, session),
    session.state === 'queued' && n === undefined ? sessions.queuePosition(session) : undefined,
    completedTold ?? wasTold(sources, session, definition, version),
  ])
  return executionOf({
    session,
    order,
    definition,
    talk: talk?.items ?? [],
    artefacts,
    earlierCosts,
    baseUrl,
    completedTold: told,
    ...(queuePosition !== undefined && { queuePosition }),
    ...(ending && { ending }),
  })
}

/** What the attempts before the present one cost; only a voicemail that is retried costs anything. */
async function costsBefore(
  { sessions }: Pick<ExecutionSources, 'sessions'>,
  { account, id, past, attempt }: Session,
): Promise<readonly unknown[]> {
  if (!past.some(({ wasLive, cost }) => wasLive && cost > 0)) return []
  const events = (await everyEvent(sessions, account, id)) ?? []
  const settled = events.map(({ event }) => event).filter((event) => event.type === 'artefact.settled')
  // An attempt that ended while it waited for the next one is past, and has its number still.
  const present = attempt.answeredAt === undefined ? Infinity : attempt.number
  return settled
    .filter((one: ArtefactSettled) => one.artefact === 'cost' && one.attempt < present)
    .map(({ value }) => value)
}

/** How long the delivery service remembers what was delivered; what failed or waits it never forgets. */
const rememberedMs: Milliseconds = 3 * dayMs

/** Whether the receiver took the `completed` webhook; the event of it is the session's last move. */
async function wasTold(
  { deliveries, clock, agents }: Pick<ExecutionSources, 'deliveries' | 'clock' | 'agents'>,
  session: Session,
  definition: SessionView['definition'],
  version: number,
): Promise<boolean> {
  const { account, id, state, attempt, updatedAt } = session
  if (state !== 'ended' || attempt.answeredAt === undefined) return false
  const { present, urls } = await receiversOf({ agents }, session, definition)
  // Reports that came too late and artefacts may have followed the last move.
  for (let n = version; n > Math.max(0, version - lookedBack); n--) {
    for (const target of urls.keys()) {
      const row = await deliveries.get(account, deliveryId(`${id}.${n}`, target))
      if (row) return row.state === 'delivered'
    }
  }
  if (!present || !wants(present, 'completed')) return false
  return clock.get(account).now - updatedAt > rememberedMs
}

const lookedBack = 8
