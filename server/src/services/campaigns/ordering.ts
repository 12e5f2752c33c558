import type { BatchRow } from '#domain/batch/state.ts'
import { campaign as noun } from '#domain/campaign/campaign.ts'
import type { Called } from '#domain/campaign/commands.ts'
import { contactOf, variablesOf } from '#domain/campaign/contacts.ts'
import type { CampaignEvent } from '#domain/campaign/events.ts'
import type { Campaign, OrderChunk, Run } from '#domain/campaign/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refusals, type Refused } from '#domain/vocabulary/refusal.ts'
import type { EffectAnswer, EffectRequest, Engine, Unit } from '#engine/api.ts'
import { checkOrders, startBatch } from '../calls/batches/batches.ts'
import type { Agents, Numbers } from '../calls/api.ts'
import { read } from '../reading.ts'
import { openBatches, stopRuns } from './stopping.ts'
import { mayBeCalled } from './rows.ts'

export interface OrderingNeed {
  readonly engine: Engine
  readonly agents: Pick<Agents, 'get' | 'version'>
  readonly numbers: Pick<Numbers, 'find' | 'list'>
}

/** How many contacts one unit looks at, and how much their data may be, in characters of its JSON. */
const perUnit = 250
const mostData = 1024 * 1024

/**
 * The next chunk of a run: one unit makes a batch of those to be called, starts it and says so in the campaign. Run again after a crash
 * it finds the campaign further on, and does nothing.
 */
export async function order(need: OrderingNeed, effect: EffectRequest): Promise<EffectAnswer> {
  const { account, aggregate: id, kind } = effect
  const { round, from } = effect.payload as OrderChunk
  const { engine } = need
  const campaign = await read(engine, account, (unit) => unit.state(noun, id))
  const run = campaign && runAt(campaign, { round, from })
  if (!run) return { settled: true }
  // What is left of earlier runs is stopped before anything is ordered in this one.
  const late = from === 0 ? await stopRuns(engine, account, id, round - 1) : undefined
  const wrong = late ?? (await checkOrders(need, account, ordersOf(run)))
  if (wrong) return unordered(wrong, round)
  const room = await roomOf(engine, account, id, run)
  if (room === 0) return { settled: true, command: { type: 'rest', round, from } }
  const parts = await engine.parts<CampaignEvent>(account, id, { kind: 'contact', after: from, limit: perUnit })
  const ns = parts.map(({ n }) => n)
  const outcome = await engine.execute<true>({ account, by: `effect:${kind}` }, (unit) => {
    const now = unit.state(noun, id)
    if (!now || !runAt(now, { round, from })) return true
    return orderSome(unit, now, run, { ns, room })
  })
  return outcome.refusal ? unordered({ refusal: outcome.refusal }, round) : { settled: true }
}

/** The run that orders its calls after this part; undefined: it does so no more. */
function runAt({ status, run, reached, ordering }: Campaign, { round, from }: OrderChunk): Run | undefined {
  return status === 'active' && run?.round === round && ordering && reached === from ? run : undefined
}

/** What can only be tried again later is; with what is wrong otherwise no call can be made. */
function unordered({ refusal }: Refused, round: number): EffectAnswer {
  if (refusals[refusal.code].retryable) return { settled: false, error: refusal.message }
  return { settled: true, command: { type: 'halt', round, because: refusal.message } }
}

/** How many more contacts may be in hand; only this run's effects take room, one after the other. */
async function roomOf(engine: Engine, account: string, id: Id, { settings: { atOnce } }: Run): Promise<number> {
  if (atOnce === null) return Infinity
  let inHand = 0
  for await (const { valid, ended } of openBatches(engine, account, id)) inHand += valid - ended
  return Math.max(0, atOnce - inHand)
}

function orderSome(
  unit: Unit,
  campaign: Campaign,
  run: Run,
  { ns, room }: { readonly ns: readonly number[]; readonly room: number },
): true | Refused {
  // Minted first: programs that run again are to mint the same ids in the same order.
  const batch = unit.id()
  const { called, rows, next } = choose(unit, campaign, run.round, batch, { ns, room })
  const started = rows.length > 0 ? startBatch(unit, batch, { ...draftOf(campaign, run), rows }) : undefined
  if (isRefused(started)) return started
  const { round } = run
  const done = unit.run(noun, campaign.id, { type: 'order', round, from: campaign.reached, next, called })
  return isRefused(done) ? done : true
}

interface Chosen {
  readonly called: readonly Called[]
  readonly rows: readonly BatchRow[]
  /** The last part that was looked at. */
  readonly next: number
}

function choose(
  unit: Unit,
  { id, reached }: Campaign,
  round: number,
  batch: Id,
  { ns, room }: { readonly ns: readonly number[]; readonly room: number },
): Chosen {
  const called: Called[] = []
  const rows: BatchRow[] = []
  let next = reached
  let size = 0
  for (const n of ns) {
    const part = unit.part(noun, id, n)
    if (!part) throw new Error(`Contact ${n} of campaign ${id} is not in the store.`)
    const contact = contactOf(part)
    if (mayBeCalled(unit, contact, round)) {
      const data = variablesOf(contact)
      size += JSON.stringify(data).length
      if (rows.length >= room || (size > mostData && rows.length > 0)) return { called, rows, next }
      const row = rows.length + 1
      rows.push({ row, to: contact.number, data })
      called.push({ n, contact, row: { batch, row } })
    }
    next = n
  }
  return { called, rows, next }
}

function ordersOf({ agent, from }: Run): Parameters<typeof checkOrders>[2] {
  return { agentId: agent.id, version: agent.version, from }
}

function draftOf({ id, name }: Campaign, run: Run) {
  const { settings, vendor, round } = run
  const { hours, retry, atOnce } = settings
  return {
    ...ordersOf(run),
    fileName: name,
    retry,
    webhook: null,
    orders: { ...(vendor && { vendor }), ...(hours && { policy: { hours } }) },
    campaign: { id, round, ...(atOnce !== null && { paced: true as const }) },
  }
}
