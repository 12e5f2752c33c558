import type { Configuration } from '#domain/configuration/state.ts'
import { refusals, refuse, type Refusal } from '#domain/vocabulary/refusal.ts'
import type { Ask, Engine, Once, Outcome, Rendered } from '#engine/api.ts'
import type { Traffic, TrafficEvent, TrafficResult } from '../api.ts'
import type { Logger } from '../ports.ts'
import { Batch, type Run } from './batch.ts'
import { endStream, startStream, takeWords } from './calls.ts'
import { rulebookOf, type Rulebook } from './capture.ts'
import { chainsOf, type Work } from './chains.ts'
import { checkEvent } from './check.ts'
import { takeMessage } from './messages.ts'
import { refusedIn } from './record.ts'
import { takeReport } from './reports.ts'

export interface TrafficNeed {
  readonly engine: Pick<Engine, 'execute'>
  /** The live configurations of an account; the same array as long as nothing changes. */
  readonly live: { of(account: string): Promise<readonly Configuration[]> }
  readonly log?: Logger
}

type TrafficAsk = Ask<readonly TrafficResult[]>

/** What channels report: captured by rules, grouped into conversations, recorded. */
export function createTraffic({ engine, live, log }: TrafficNeed): Traffic {
  const rulebooks = new WeakMap<readonly Configuration[], Rulebook>()

  async function rulebookFor(account: string): Promise<Rulebook> {
    const configurations = await live.of(account)
    const known = rulebooks.get(configurations) ?? rulebookOf(configurations)
    rulebooks.set(configurations, known)
    return known
  }

  return {
    ingest: async (ask, events) => {
      const batch = new Batch(await rulebookFor(ask.account))
      const results: TrafficResult[] = []
      const chains = chainsOf(events, batch)
      const { once: _, ...plain } = ask
      const job: Job = { engine, ask, plain, batch, events, results, log }
      await Promise.all(chains.map((pieces) => runChain(job, pieces)))
      return whole(results)
    },
  }
}

interface Job {
  readonly engine: Pick<Engine, 'execute'>
  readonly ask: TrafficAsk
  /** Without its idempotency key. */
  readonly plain: TrafficAsk
  readonly batch: Batch
  readonly events: readonly TrafficEvent[]
  /** Filled in by place. */
  readonly results: TrafficResult[]
  readonly log: Logger | undefined
}

/** Piece after piece. Where the house cannot take one, the rest of the chain is left as well: its order must hold when it comes again. */
async function runChain(job: Job, pieces: readonly Work[]): Promise<void> {
  const { once } = job.ask
  const work = once ? pieces.flat().map((i) => [i]) : pieces
  let stopped: Refusal | undefined
  for (const piece of work) {
    stopped ??= await surely(job, once ? runOnce(job, once, piece) : runPiece(job, piece))
    if (stopped) for (const i of piece) job.results[i] = { status: 'refused', refusal: stopped }
  }
}

/** What breaks on one piece must not take the answer from the others, which are committed. */
async function surely({ ask, log }: Job, work: Promise<Refusal | undefined>): Promise<Refusal | undefined> {
  try {
    return await work
  } catch (error) {
    // Only its name: what it says may hold what somebody said.
    const name = error instanceof Error ? error.name : typeof error
    log?.error({ account: ask.account, request: ask.request, error: name }, 'Some traffic could not be taken.')
    return refuse('unavailable', 'This could not be taken; send it again.').refusal
  }
}

async function runPiece({ engine, plain, batch, events, results }: Job, piece: Work): Promise<Refusal | undefined> {
  const outcome = await engine.execute<readonly TrafficResult[]>(plain, (unit) => {
    const run: Run = { unit, batch, streams: new Map() }
    return piece.map((i) => take(run, events[i]))
  })
  if (outcome.refusal) return outcome.refusal
  for (const [k, i] of piece.entries()) {
    const result = outcome.value?.[k]
    if (result) results[i] = result
  }
  return undefined
}

/** One event under an idempotency key: each item of a batch has its own record, so that a batch cut short can be sent again. */
async function runOnce(
  { engine, ask, batch, events, results }: Job,
  once: Once<never>,
  [i = 0]: Work,
): Promise<Refusal | undefined> {
  const { scope, key, fingerprint } = once
  const render = (result: One): Rendered => ({ status: 200, headers: {}, body: JSON.stringify(result) })
  const own: Ask<One> = { ...ask, once: { scope, fingerprint, key: `${key}#${i}`, render } }
  const outcome = await engine.execute<One>(own, (unit) => {
    const result = take({ unit, batch, streams: new Map() }, events[i])
    // Only successes are kept, except where something was written down.
    const isKept = result.status !== 'refused' || result.refusal.code === 'stream_ended'
    return isKept ? [result] : { refusal: result.refusal }
  })
  if (outcome.refusal && isTheHouses(outcome.refusal)) return outcome.refusal
  results[i] = resultOf(outcome)
  return undefined
}

/** In a list, because a result that says "refused" is not the refusal of its unit, which would undo what was written down. */
type One = readonly [TrafficResult]

function resultOf(outcome: Outcome<One>): TrafficResult {
  if (outcome.refusal) return { status: 'refused', refusal: outcome.refusal }
  return (outcome.replayed ? (JSON.parse(outcome.replayed.body) as One) : outcome.value)[0]
}

function take(run: Run, event: TrafficEvent | undefined): TrafficResult {
  if (!event) throw new Error('A piece of work names an event that is not there.')
  const wrong = checkEvent(event)
  if (wrong) return refusedIn(undefined, wrong)
  switch (event.type) {
    case 'message.received':
    case 'message.sent':
      return takeMessage(run, event)
    case 'delivery.updated':
      return takeReport(run, event)
    case 'stream.started':
      return startStream(run, event)
    case 'utterance':
    case 'tts.fragment':
      return takeWords(run, event)
    case 'stream.ended':
      return endStream(run, event)
  }
}

/** All results; or, where the house could take nothing at all, its refusal, so that the caller hears it as such. */
function whole(results: readonly TrafficResult[]): Outcome<readonly TrafficResult[]> {
  const [first] = results
  if (
    first?.status !== 'refused' ||
    !results.every((result) => result.status === 'refused' && isTheHouses(result.refusal))
  )
    return { value: results }
  return { refusal: first.refusal }
}

/** Refused for the state the house is in, or the request as a whole; not for what the item says. */
function isTheHouses({ code }: Refusal): boolean {
  return refusals[code].retryable || code === 'idempotency_reused'
}
