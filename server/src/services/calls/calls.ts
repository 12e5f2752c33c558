import { slotsOf } from '#domain/account/state.ts'
import type { Batch } from '#domain/batch/state.ts'
import { isOpen, nextOpenings } from '#domain/vocabulary/calling-hours.ts'
import type { EffectRunner, Engine } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import { retainRunner } from '../accounts/retaining.ts'
import type { Accounts } from '../api.ts'
import type { Logger, Vault } from '../ports.ts'
import { createAgents, stopWaitingRunner } from './agents.ts'
import type { Agents, CallServices, Numbers } from './api.ts'
import { createBatches, stopBatchesOf } from './batches/batches.ts'
import { batchRunners } from './batches/runners.ts'
import { createDispatch, type Dispatch } from './dispatch/dispatch.ts'
import type { CallerData } from './line/incoming.ts'
import { carrierListener } from './line/line.ts'
import { reconcile } from './line/reconcile.ts'
import { Reports } from './line/reports.ts'
import { lineRunners } from './line/runners.ts'
import { createDrafts, eraseDraftsOf } from './drafts.ts'
import { createNumbers } from './numbers.ts'
import type { AgentRuntime, Analysis, NumberZones, Rates, Telephony } from './ports.ts'
import { rowMaker } from './sessions/placing.ts'
import { purgeRunner } from './sessions/purging.ts'
import { createSessions } from './sessions/sessions.ts'
import { dropRetries, stopWaiting } from './sessions/stopping.ts'
import { sweepRunner } from './sessions/sweeping.ts'
import { Views } from './sessions/views.ts'
import { callBackRunner } from './talk/calling-back.ts'
import { talkRunners } from './talk/runners.ts'
import { Talks } from './talk/talks.ts'
import { createWallets } from './wallets.ts'
import { artefactRunner } from './wrap/artefacts.ts'

export interface CallsNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'now' | 'after' | 'random'>
  readonly vault: Vault
  readonly telephony: Telephony
  /** Who talks. */
  readonly runtime: AgentRuntime
  /** Absent: no recording, summary or extraction is made. */
  readonly analysis?: Analysis
  readonly zones: NumberZones
  readonly rates: Rates
  /** Calls at once for an account without a limit of its own. */
  readonly slots: number
  readonly accounts: Pick<Accounts, 'get' | 'list'>
  /** Asks an agent's source about callers; absent: none is asked. */
  readonly callerData?: CallerData
  readonly log?: Logger
}

export interface Calls extends CallServices {
  /** For the engine, which has to have them before it starts. */
  readonly runners: Readonly<Record<string, EffectRunner>>
  /** After an account's limit was raised: whoever waits may go on. */
  wake(account: string): Promise<void>
  /** After the engine has started: takes up the calls of the process before. */
  start(): Promise<void>
  /** Before the engine stops: calls go on without us. */
  stop(): Promise<void>
}

/** The zone of numbers that nobody knows the zone of. */
const zoneOfUnknown = 'UTC'

/** Joins calls: their services, what their effects do, and the carrier's listener. Nothing runs before `start`. */
export function createCalls(need: CallsNeed): Calls {
  const { engine, system, telephony, accounts } = need
  const lease = nameOfProcess(system)
  const numbers = createNumbers({ engine })
  const removing = { engine, numbers, stopWaiting: stopFor(engine), eraseDrafts: eraseDraftsOf(engine) }
  const agents = createAgents(removing)
  const dispatch = createDispatch({ ...need, agents, lease, limitOf: limitsOf(need), zoneOf: () => zoneOfUnknown })
  const sessions = createSessions({ engine, agents, numbers, dispatch })
  const views = new Views(engine, agents)
  const talks = new Talks({ ...need, views, lease, zonesOf: (number) => zonesOf(need.zones, number) })
  const rows = { engine, rowMaker: (batch: Batch) => rowMaker({ agents, numbers }, batch) }
  const stopping = new AbortController()

  listen(need, { agents, numbers, talks, lease })
  return {
    sessions,
    agents,
    drafts: createDrafts({ engine, numbers }),
    numbers,
    batches: createBatches({ ...need, ...rows, agents, numbers, ...foreseeing(need, dispatch) }),
    wallets: createWallets({ engine }),
    runners: {
      ...dispatch.runners,
      ...lineRunners({ engine, system, telephony, lease }),
      ...talkRunners(talks),
      'call.back': callBackRunner({ ...need, agents, numbers, views }),
      ...batchRunners(rows),
      'agent.stop_waiting': stopWaitingRunner(removing),
      'agent.purge': purgeRunner(engine),
      'account.retain': retainRunner(engine),
      'retention.sweep': sweepRunner(engine, stopping.signal),
      'artefact.make': artefactRunner({ ...need, views, talks, stopped: stopping.signal }),
    },
    wake: (account) => dispatch.wake(account),
    start: async () => {
      await dispatch.recover()
      await reconcile(
        { engine, system, telephony, accounts, lease, ...(need.log && { log: need.log }) },
        () => stopping.signal.aborted,
      )
    },
    stop: async () => {
      stopping.abort()
      await talks.stop()
    },
  }
}

function listen(
  need: CallsNeed,
  own: { readonly agents: Agents; readonly numbers: Numbers; readonly talks: Talks; readonly lease: string },
): void {
  const reports = new Reports({ ...need, ...own })
  need.telephony.listen(carrierListener({ ...need, ...own }, reports))
}

/** A new one for each process: what another one held is nobody's any more. */
function nameOfProcess(system: Pick<System, 'random'>): string {
  return system.random(new Uint8Array(12)).toHex()
}

/** How many calls an account may make at once. */
function limitsOf({ accounts, slots }: CallsNeed): (account: string) => Promise<number> {
  return async (account) => {
    const owner = await accounts.get(account)
    return owner ? slotsOf(owner.limits, slots) : slots
  }
}

/** An agent that is removed calls nobody any more. */
function stopFor(engine: Engine): Parameters<typeof createAgents>[0]['stopWaiting'] {
  const waiting = ['queued', 'deferred'] as const
  return async (ask, agent, { scheduled }) => {
    // Before what waits is stopped: what comes off the line meanwhile does not wait again.
    const refused = (await stopBatchesOf(engine, ask, agent)) ?? (await dropRetries(engine, ask, agent))
    if (refused) return refused
    const states = scheduled ? ([...waiting, 'scheduled'] as const) : waiting
    return stopWaiting(engine, ask, agent, { cause: 'agent_deleted', states })
  }
}

/** The zones a number may be in. */
function zonesOf(zones: NumberZones, number: string): readonly string[] {
  const known = zones.of(number)
  return known.length > 0 ? known : [zoneOfUnknown]
}

/** What a batch would meet if it started now. */
function foreseeing(
  { engine, zones }: CallsNeed,
  dispatch: Dispatch,
): Pick<Parameters<typeof createBatches>[0], 'closedUntil' | 'freeSlots'> {
  return {
    closedUntil: (account, number, hours) => {
      const now = engine.clocks.now(account)
      const own = zonesOf(zones, number)
      return isOpen(now, own, hours) ? undefined : (nextOpenings(now, own, hours)[0] ?? 'never')
    },
    freeSlots: async (account) => {
      const { limit, held } = await dispatch.slots(account)
      return Math.max(0, limit - held.length)
    },
  }
}
