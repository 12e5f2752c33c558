import type { Session } from '#domain/session/state.ts'
import { deliveryId } from '#services/delivery/identity.ts'
import type { Services } from '#services/api.ts'
import type { SessionView } from '#services/calls/api.ts'
import type { SaidTurn } from '#services/calls/ports.ts'
import { executionOf, type Execution, type ExecutionParts } from './execution.ts'
import { targetOf } from './webhooks.ts'

export type ExecutionSources = Pick<Services, 'sessions' | 'deliveries'>

/** As of which event of the session, where that is not now. */
export interface AsOf {
  readonly n?: number
  readonly ending?: ExecutionParts['ending']
  /** The body of the `completed` webhook says of itself that it was told (D60). */
  readonly completedTold?: boolean
}

/** Reads what an execution is made of beside the session's head. */
export async function executionFrom(
  { sessions, deliveries }: ExecutionSources,
  { session, order, definition, version }: SessionView,
  baseUrl: string,
  { n, ending, completedTold }: AsOf = {},
): Promise<Execution> {
  const talked = session.attempt.answeredAt !== undefined && session.attempt.endedAt !== undefined
  const nothingSaid: readonly SaidTurn[] = []
  const [said, artefacts, queuePosition, told] = await Promise.all([
    talked ? sessions.transcript(session) : nothingSaid,
    talked ? sessions.artefacts(session.account, session.id, n) : [],
    session.state === 'queued' && n === undefined ? sessions.queuePosition(session) : undefined,
    completedTold ?? wasTold(deliveries, session, definition, version),
  ])
  return executionOf({
    session,
    order,
    definition,
    said,
    artefacts,
    baseUrl,
    completedTold: told,
    ...(queuePosition !== undefined && { queuePosition }),
    ...(ending && { ending }),
  })
}

/** Whether the receiver took the last webhook; the event of it is the session's last move. */
async function wasTold(
  deliveries: ExecutionSources['deliveries'],
  session: Session,
  { announce }: SessionView['definition'],
  version: number,
): Promise<boolean> {
  if (session.state !== 'ended' || announce?.dialect !== 'bolna') return false
  // Artefacts may come after the last move: a few events back it is.
  for (let n = version; n > Math.max(0, version - lookedBack); n--) {
    const row = await deliveries.get(session.account, deliveryId(`${session.id}.${n}`, targetOf(announce.url)))
    if (row) return row.state === 'delivered'
  }
  return false
}

const lookedBack = 8
