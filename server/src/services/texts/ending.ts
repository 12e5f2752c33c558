import type { SessionEvent } from '#domain/session/events.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Engine } from '#engine/api.ts'
import { within } from '../calls/patience.ts'
import { artefactsOf } from '../calls/sessions/made.ts'
import { unknownSession } from '../calls/sessions/views.ts'
import type { EndedText } from './api.ts'
import type { TextParts } from './parts.ts'
import { notText } from './saying.ts'

/** How long an end waits for its summary, in real time. */
const summaryMs: Milliseconds = 10_000

/** A16: ended as completed; again the same. In this order: what it is, then how it stands. */
export async function end(parts: TextParts, ask: Ask, id: Id): Promise<EndedText | Refused> {
  const { account, by, request } = ask
  const { promise: settled, resolve } = Promise.withResolvers<true>()
  const unwatch = parts.watch.on(id, (event) => {
    if (isSummary(event)) resolve(true)
  })
  try {
    const outcome = await parts.engine.execute<Session>(
      { account, by, ...(request !== undefined && { request }) },
      (unit) => {
        const session = unit.state(noun, id)
        if (!session || session.kind !== 'text') return notText(session) ?? unknownSession()
        if (session.state !== 'live') return session.outcome === 'completed' ? session : endedOtherwise()
        const done = unit.run(noun, id, { type: 'hang_up' })
        return isRefused(done) ? done : done.state
      },
    )
    if (outcome.value === undefined) return outcome.refusal ? { refusal: outcome.refusal } : unknownSession()
    if (outcome.value.artefacts.summary === 'pending') {
      await within(parts.system, summaryMs, () => settled, parts.stopped)
    }
    const view = await parts.views.get(account, id)
    return view ? { view, summary: await summaryOf(parts.engine, view.session) } : unknownSession()
  } finally {
    unwatch()
  }
}

async function summaryOf(engine: Engine, { account, id, artefacts }: Session): Promise<string | null> {
  if (artefacts.summary !== 'done') return null
  const made = await artefactsOf(engine, account, id)
  const value = made.find(({ artefact }) => artefact === 'summary')?.value
  return typeof value === 'string' ? value : null
}

function isSummary(event: SessionEvent): boolean {
  return event.type === 'artefact.settled' && event.artefact === 'summary'
}

function endedOtherwise(): Refused {
  return refuse('closed', 'It is over, and was not completed.')
}
