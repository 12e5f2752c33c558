import type { Settle } from '#domain/session/commands.ts'
import type { SessionRequests } from '#domain/session/requests.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { EffectAnswer, EffectRunner, Engine } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { SessionView } from '../api.ts'
import { transcriptOf } from '../conversation/transcript.ts'
import { within } from '../patience.ts'
import type { Analysis, Rates } from '../ports.ts'
import type { Talks } from '../talk/talks.ts'
import { costOf } from './cost.ts'

export interface ArtefactsNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'after'>
  /** Absent: nothing is made. */
  readonly analysis?: Analysis
  readonly rates: Rates
  readonly views: { get(account: string, id: Id): Promise<SessionView | undefined> }
  readonly talks: Pick<Talks, 'over'>
  /** The server stops: what is being made is left, and made by the next process. */
  readonly stopped?: AbortSignal
}

type Wanted = SessionRequests['artefact.make']

/** How long the making of one artefact may take, in real time; the session's own bound ends the waiting in any case. */
const makingMs: Milliseconds = 45_000

/** Makes what is left to make when a call is over. */
export function artefactRunner(need: ArtefactsNeed): EffectRunner {
  return {
    run: async ({ account, aggregate, payload }): Promise<EffectAnswer> => {
      const wanted = payload as Wanted
      need.talks.over({ session: aggregate, attempt: wanted.attempt })
      const view = await need.views.get(account, aggregate)
      if (!view) return { settled: true }
      return { settled: true, command: await make(need, wanted, view) }
    },
  }
}

async function make(need: ArtefactsNeed, { artefact, attempt }: Wanted, view: SessionView): Promise<Settle> {
  const about = { type: 'settle', artefact, attempt } as const
  const { session, definition } = view
  if (session.attempt.number !== attempt) return { ...about, state: 'failed', because: 'its attempt was over' }
  const said = await transcriptOf(need.engine, session)
  if (artefact === 'cost') {
    const cost = costOf(session, said, need.rates)
    return { ...about, state: 'done', value: cost, cost: cost.total }
  }
  const { analysis } = need
  if (!analysis)
    return { ...about, state: 'skipped', because: artefact === 'recording' ? 'no recorder' : 'no analysis' }
  const { account, id } = session
  const input = { account, session: id, artefact, definition, said }
  // What is late is failed; what throws is tried again.
  if (need.stopped?.aborted) throw new Error('The server stops.')
  const analysed = await within(need.system, makingMs, (signal) => analysis.make({ ...input, signal }), need.stopped)
  if (!analysed && need.stopped?.aborted) throw new Error('The server stops.')
  if (!analysed) return { ...about, state: 'failed', because: 'it took too long' }
  return analysed.is === 'done'
    ? { ...about, state: 'done', value: analysed.value }
    : { ...about, state: analysed.is, because: analysed.because }
}
