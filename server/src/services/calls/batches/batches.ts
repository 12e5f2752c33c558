import { batch as noun } from '#domain/batch/batch.ts'
import type { BatchCommand } from '#domain/batch/commands.ts'
import { isOpen, rowsPerPart, type Batch, type BatchRow, type BatchStatus } from '#domain/batch/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refusals, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Engine, Outcome, Unit } from '#engine/api.ts'
import { liveAgent } from '../agents.ts'
import type { Position } from '../../api.ts'
import type { Agents, BatchDraft, Batches, Numbers } from '../api.ts'
import { read } from '../../reading.ts'
import { dryRun, type DryRunNeed } from './dry-run.ts'
import { rowsAtMost } from './limits.ts'
import { rowParts } from './rows.ts'
import { tallyOf } from './tally.ts'

export interface BatchesNeed extends Omit<DryRunNeed, 'engine' | 'agents'> {
  readonly engine: Engine
  readonly agents: Pick<Agents, 'get' | 'version'>
  readonly numbers: Pick<Numbers, 'find' | 'list'>
}

/** Many sessions from one list. What is asked for here is decided at once; the rows follow by effects (see runners.ts). */
export function createBatches(need: BatchesNeed): Batches {
  const { engine } = need
  const run = (ask: Ask<Batch>, id: Id, command: BatchCommand): Promise<Outcome<Batch>> =>
    engine.execute(ask, (unit) => stateAfter(unit, id, command))
  const get = (account: string, id: Id): Promise<Batch | undefined> =>
    read(engine, account, (unit) => unit.state(noun, id))

  return {
    create: async (ask, draft) => {
      const wrong = await check(need, ask.account, draft)
      return wrong ?? engine.execute(ask, create(draft))
    },
    schedule: (ask, id, draft) => run(ask, id, { type: 'schedule', ...draft }),
    stop: (ask, id, how) => run(ask, id, { type: 'stop', ...how }),
    remove: (ask, id) => run(ask, id, { type: 'erase' }),
    get,
    list: async (account, { agent, after, limit }) => {
      const page = await engine.list({
        account,
        noun,
        ...(agent === undefined ? { list: 'all', equals: ['true'] } : { list: 'by_agent', equals: [agent] }),
        descending: true,
        limit,
        ...(after && { after }),
      })
      return { items: page.items.map(({ state }) => state), ...(page.next && { next: page.next }) }
    },
    rejected: async (account, id) => {
      const batch = await get(account, id)
      if (!batch) return undefined
      const rejected: BatchRow[] = []
      for await (const rows of rowParts(engine, batch))
        for (const row of rows) if (row.rejected !== undefined) rejected.push(row)
      return rejected
    },
    tally: async (account, id) => {
      const batch = await get(account, id)
      return batch && tallyOf(engine, batch)
    },
    dryRun: async (account, id) => {
      const batch = await get(account, id)
      return batch && dryRun(need, batch)
    },
  }
}

/** Stops the batches of an agent that is being removed: those that have started, and those that could still. */
export async function stopBatchesOf(engine: Engine, { account, by }: Ask, agent: Id): Promise<Refused | undefined> {
  let after: Position | undefined
  do {
    const page = await engine.list({
      account,
      noun,
      list: 'by_agent',
      equals: [agent],
      limit: 100,
      test: ({ facets: { status } }) => isOpen(status as BatchStatus),
      ...(after && { after }),
    })
    const stopped = await Promise.all(
      page.items.map(({ id }) =>
        engine.execute<Batch>({ account, by }, (unit) => stateAfter(unit, id, { type: 'lose_agent' })),
      ),
    )
    const refused = stopped.find(({ refusal }) => refusal && refusals[refusal.code].retryable)?.refusal
    if (refused) return { refusal: refused }
    after = page.next
  } while (after)
  return undefined
}

/** The whole list in one unit, so that there is all of it or none. It may run several times: the parts are cut once. */
function create(draft: BatchDraft): (unit: Unit, id?: Id) => Batch | Refused {
  const { agentId, version, rows, ...rest } = draft
  const valid = rows.reduce((count, { to }) => (to === undefined ? count : count + 1), 0)
  const parts = Array.from({ length: Math.ceil(rows.length / rowsPerPart) }, (_, i) =>
    rows.slice(i * rowsPerPart, (i + 1) * rowsPerPart),
  )
  return (unit, id = unit.id()) => {
    const agent = liveAgent(unit, agentId, 'agentId')
    if (isRefused(agent)) return agent
    const pin = { id: agentId, version: version ?? agent.version }
    let state = stateAfter(unit, id, { type: 'create', ...rest, agent: pin, rows: rows.length, valid })
    for (const part of parts) {
      if (isRefused(state)) return state
      state = stateAfter(unit, id, { type: 'add_rows', rows: part })
    }
    return state
  }
}

/** A batch with an id that was minted before, which starts at once; inside a program. */
export function startBatch(unit: Unit, id: Id, draft: BatchDraft): Batch | Refused {
  const made = create(draft)(unit, id)
  if (isRefused(made)) return made
  const scheduled = stateAfter(unit, id, { type: 'schedule', dueAt: unit.now, keepsHours: true })
  return isRefused(scheduled) ? scheduled : stateAfter(unit, id, { type: 'lapse' })
}

/** Whether calls can be made as the draft says, apart from its rows. */
export async function checkOrders(
  { agents, numbers }: Pick<BatchesNeed, 'agents' | 'numbers'>,
  account: string,
  { agentId, version, from }: Pick<BatchDraft, 'agentId' | 'version' | 'from'>,
): Promise<Refused | undefined> {
  if ((await agents.get(account, agentId)) === undefined)
    return refuse('not_found', 'There is no such agent.', { field: 'agentId' })
  if (version !== undefined && (await agents.version(account, agentId, version)) === undefined)
    return refuse('not_found', 'The agent has no such version.', { field: 'version' })
  const named = await Promise.all(from.map((number) => numbers.find(account, number)))
  if (named.includes(undefined))
    return refuse('not_found', 'This number is not one of yours: add it first, or name another.', { field: 'from' })
  if (named.length === 0 && !(await numbers.list(account)).some(({ isDefault }) => isDefault))
    return refuse('not_found', 'Name the number to call from: the account has no default one.', { field: 'from' })
  return undefined
}

async function check(
  need: Pick<BatchesNeed, 'agents' | 'numbers'>,
  account: string,
  draft: BatchDraft,
): Promise<Refused | undefined> {
  if (draft.rows.length > rowsAtMost)
    return refuse('invalid', `A batch has at most ${rowsAtMost} rows: split the list.`, { field: 'rows' })
  if (draft.rows.some(({ row }, i) => row !== i + 1)) throw new Error('Rows are counted from 1, without gaps.')
  return checkOrders(need, account, draft)
}

function stateAfter(unit: Unit, id: Id, command: BatchCommand): Batch | Refused {
  const done = unit.run(noun, id, command)
  return isRefused(done) ? done : done.state
}
