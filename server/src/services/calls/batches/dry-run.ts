import type { CallingHours } from '#domain/vocabulary/calling-hours.ts'
import type { Batch } from '#domain/batch/state.ts'
import type { SessionState } from '#domain/session/state.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Engine } from '#engine/api.ts'
import type { Agents, DryRun } from '../api.ts'
import { rowParts, seeRows } from './rows.ts'
import type { MakeRow } from './runners.ts'

export interface DryRunNeed {
  readonly engine: Engine
  readonly agents: Pick<Agents, 'get'>
  /** What makes the batch's sessions, or why none can be made. */
  rowMaker(batch: Batch): Promise<MakeRow | Refused>
  /** When this number may be called next; undefined: now. `never`: not within 14 days. */
  closedUntil(account: string, number: string, hours: CallingHours): Instant | 'never' | undefined
  /** How many more calls the account may make now. */
  freeSlots(account: string): Promise<number>
}

/** What would happen to each row if the batch started now. Nothing is changed. */
export async function dryRun(need: DryRunNeed, batch: Batch): Promise<DryRun> {
  const counts = new Counts()
  const unusable = await whyUnusable(need, batch)
  const states = await statesOf(need.engine, batch)
  const slots = await need.freeSlots(batch.account)
  const hours = batch.keepsHours
    ? (await need.agents.get(batch.account, batch.agent.id))?.definition.hours // as the dial gate will: the present ones
    : null
  let dial = 0
  for await (const rows of rowParts(need.engine, batch)) {
    for (const { row, to, rejected } of rows) {
      const skipped = to === undefined ? (rejected ?? 'rejected') : (whyNot(batch, states.get(row)) ?? unusable)
      if (to === undefined || skipped !== undefined) {
        counts.skip(skipped ?? 'rejected')
        continue
      }
      const until = hours ? need.closedUntil(batch.account, to, hours) : undefined
      if (until === 'never') counts.skip('no_calling_window')
      else if (until !== undefined) counts.wait('hours', until)
      else if (dial < slots) dial++
      else counts.wait('slots')
    }
  }
  return { dial, ...counts.told() }
}

/** What holds for all of its rows. */
async function whyUnusable(need: DryRunNeed, batch: Batch): Promise<string | undefined> {
  if ((await need.agents.get(batch.account, batch.agent.id)) === undefined) return 'agent_deleted'
  return isRefused(await need.rowMaker(batch)) ? 'number_unusable' : undefined
}

async function statesOf(engine: Engine, batch: Batch): Promise<ReadonlyMap<number, SessionState>> {
  const states = new Map<number, SessionState>()
  await seeRows(engine, batch, ({ row, facets }) => {
    if (facets['state'] !== 'prepared') states.set(row, facets['state'] as SessionState)
  })
  return states
}

/** Only a row that waits is dialled; one without a session yet will have one. */
function whyNot({ status }: Batch, state: SessionState | undefined): 'ended' | 'under_way' | 'stopped' | undefined {
  switch (state) {
    case undefined:
    case 'prepared':
      return status === 'stopped' || status === 'failed' ? 'stopped' : undefined
    case 'scheduled':
    case 'queued':
    case 'deferred':
      return undefined
    case 'joining':
    case 'dialing':
    case 'ringing':
    case 'live':
    case 'wrapping':
      return 'under_way'
    case 'ended':
    case 'erasing':
      return 'ended'
  }
}

/** Rows by what becomes of them; `until`: the earliest. */
class Counts {
  readonly #wait = new Map<string, { readonly because: string; readonly count: number; readonly until?: Instant }>()
  readonly #skip = new Map<string, number>()

  skip(because: string): void {
    this.#skip.set(because, (this.#skip.get(because) ?? 0) + 1)
  }

  wait(because: string, until?: Instant): void {
    const { count = 0, until: earliest } = this.#wait.get(because) ?? {}
    const first = until === undefined ? earliest : Math.min(until, earliest ?? until)
    this.#wait.set(because, { because, count: count + 1, ...(first !== undefined && { until: first }) })
  }

  told(): Omit<DryRun, 'dial'> {
    const skip = [...this.#skip].map(([because, count]) => ({ because, count }))
    return { wait: [...this.#wait.values()], skip }
  }
}
