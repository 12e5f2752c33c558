import type { EffectRunner, Engine } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { Accounts } from '../api.ts'
import type { Logger, Vault } from '../ports.ts'
import { createAgents } from './agents.ts'
import type { CallServices } from './api.ts'
import { createBatches } from './batches/batches.ts'
import { createDispatch } from './dispatch/dispatch.ts'
import type { CallerData } from './line/incoming.ts'
import { carrierListener } from './line/line.ts'
import { reconcile } from './line/reconcile.ts'
import { Reports } from './line/reports.ts'
import { lineRunners } from './line/runners.ts'
import { createNumbers } from './numbers.ts'
import type { AgentRuntime, Analysis, NumberZones, Rates, Telephony } from './ports.ts'
import { createSessions } from './sessions/sessions.ts'
import { Views } from './sessions/views.ts'
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
  /** For the engine, which has to know them before it starts. */
  readonly runners: Readonly<Record<string, EffectRunner>>
  /** After the engine has started: takes up the calls of the process before. */
  start(): Promise<void>
  /** Before the engine stops: calls go on without us. */
  stop(): Promise<void>
}
