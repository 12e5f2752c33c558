import type { Settle } from '#domain/session/commands.ts'
import type { SessionRequests } from '#domain/session/requests.ts'
import { isWritten } from '#domain/session/standing.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import type { EffectAnswer, EffectRunner, Engine } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { SessionView } from '../api.ts'
import { transcriptOf } from '../conversation/transcript.ts'
import { within } from '../patience.ts'
import type { AgentRuntime, Analysed, Analysis, AnalysisInput, Rates, SaidTurn } from '../ports.ts'
import type { Talks } from '../talk/talks.ts'
import { costOf } from './cost.ts'
import { modelsOf } from './usage.ts'

export interface ArtefactsNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'after'>
  /** Absent: nothing is made. */
  readonly analysis?: Analysis
  readonly rates: Rates
  readonly views: { get(account: string, id: Id): Promise<SessionView | undefined> }
  readonly talks: Pick<Talks, 'over'>
  /** Whoever talked says in short what it was about. */
  readonly runtime: Pick<AgentRuntime, 'summarise'>
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

/** A throw is tried again: what is made after the session has ended is shown all the same. */
async function make(need: ArtefactsNeed, { artefact, attempt }: Wanted, view: SessionView): Promise<Settle> {
  const about = { type: 'settle', artefact, attempt } as const
  const { session } = view
  if (session.attempt.number !== attempt) return { ...about, state: 'failed', because: 'its attempt was over' }
  const said = await transcriptOf(need.engine, session)
  if (artefact === 'cost') {
    const cost = costOf(session, said, need.rates, await modelsOf(need.engine, session))
    return { ...about, state: 'done', value: cost, cost: cost.total }
  }
  const made = await (artefact === 'summary' ? summed(need, view, said) : analysed(need, artefact, view, said))
  return made.is === 'done'
    ? { ...about, state: 'done', value: made.value }
    : { ...about, state: made.is, because: made.because }
}

/** What is written is summed up by whoever wrote it; a call by the operator's own analysis, and by its agent where there is none. */
async function summed(need: ArtefactsNeed, view: SessionView, said: readonly SaidTurn[]): Promise<Analysed> {
  if (isWritten(view.session)) return (await byAgent(need, view, said)) ?? analysed(need, 'summary', view, said)
  const made = await analysed(need, 'summary', view, said)
  return made.is === 'skipped' ? ((await byAgent(need, view, said)) ?? made) : made
}

/** In an agent's own words. Undefined: it makes none, or there is nothing to sum up. */
async function byAgent(
  { runtime, system, stopped }: ArtefactsNeed,
  { session: { account, id: session }, definition }: SessionView,
  said: readonly SaidTurn[],
): Promise<Analysed | undefined> {
  const { summarise } = runtime
  if (!summarise || said.length === 0) return undefined
  const work = async (signal: AbortSignal): Promise<{ readonly text: string | undefined }> => ({
    text: await summarise({ account, session, definition, said, signal }),
  })
  const made = await within(system, makingMs, work, stopped)
  if (!made && stopped?.aborted) throw new Error('The server stops.')
  // Not asked again: it may have to be paid for each time.
  if (!made) return { is: 'failed', because: 'its agent did not sum it up in time' }
  return made.text === undefined || made.text === '' ? undefined : { is: 'done', value: made.text }
}

async function analysed(
  { analysis, system, stopped }: ArtefactsNeed,
  artefact: AnalysisInput['artefact'],
  { session: { account, id: session }, definition }: SessionView,
  said: readonly SaidTurn[],
): Promise<Analysed> {
  if (!analysis) return { is: 'skipped', because: artefact === 'recording' ? 'no recorder' : 'no analysis' }
  if (stopped?.aborted) throw new Error('The server stops.')
  const input = { account, session, artefact, definition, said }
  const made = await within(system, makingMs, (signal) => analysis.make({ ...input, signal }), stopped)
  if (!made && stopped?.aborted) throw new Error('The server stops.')
  return made ?? { is: 'failed', because: 'it took too long' }
}
