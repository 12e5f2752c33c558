import { appendFileSync } from 'node:fs'
import { chosenRuntime } from '#adapters/agents/chosen.ts'
import { httpAgent } from '#adapters/agents/http/http.ts'
import { modelAgent } from '#adapters/agents/openai/openai.ts'
import { scriptedAgent } from '#adapters/agents/script/script.ts'
import { httpAnalysis } from '#adapters/analysis/http/http.ts'
import { noAnalysis } from '#adapters/analysis/none/none.ts'
import { Directory } from '#adapters/telephony/simulator/phones.ts'
import type { Script } from '#adapters/telephony/simulator/script.ts'
import { Simulator } from '#adapters/telephony/simulator/simulator.ts'
import { callerSource } from '#dialects/bolna/calls/caller-source.ts'
import type { CallSimulator } from '#dialects/native/simulator.ts'
import type { Engine } from '#engine/api.ts'
import type { ConversationServices } from '#services/api.ts'
import { createCalls, type Calls } from '#services/calls/calls.ts'
import { knowingPhones } from '#services/calls/knowing-phones.ts'
import { createPhones } from '#services/calls/phones.ts'
import type { AgentRuntime } from '#services/calls/ports.ts'
import { numberZones } from '#services/calls/hours/number-zones.ts'
import type { Parts } from './compose.ts'
import type { Options } from './options.ts'

export interface Telephones {
  readonly calls: Calls
  /** Who talks, on whatever channel. */
  readonly runtime: AgentRuntime
  readonly simulator: CallSimulator
  /** Closed before the engine stops: the clocks it goes by are the engine's. */
  readonly carrier: { close(): Promise<void> }
}

/** Chooses what calls are made with: the simulated carrier, the agents, and who makes summaries. */
export function furnishCalls(
  options: Options,
  { system, vault, sender, log }: Parts,
  engine: Engine,
  { accounts }: Pick<ConversationServices, 'accounts'>,
): Telephones {
  const { simulatorJournal: journal, analysisUrl: url, rates, slots, simulatorSeed: seed } = options
  const ask: typeof sender.ask = (request) => sender.ask(request)
  const stream: typeof sender.stream = (request, onText) => sender.stream(request, onText)
  const internalTargets = async (account: string): Promise<boolean> =>
    (await accounts.get(account))?.limits.internalTargets ?? false
  const simulator = new Simulator({
    clocks: engine.clocks,
    seed,
    log,
    ...(journal !== null && { journal: (line) => appendFileSync(journal, `${JSON.stringify(line)}\n`) }),
  })
  const phones = createPhones<Script>({
    engine,
    check: (number, script) => new Directory().of('').set(number, script),
    tell: (account, scripts) => simulator.loadPhones(account, scripts),
    log,
  })
  const asking = { ask, stream, system, vault, internalTargets }
  const runtime = chosenRuntime({
    script: scriptedAgent(asking),
    http: httpAgent(asking),
    openai: modelAgent(asking),
  })
  const calls = createCalls({
    engine,
    system,
    vault,
    telephony: knowingPhones(simulator, phones),
    runtime,
    analysis: url === null ? noAnalysis() : httpAnalysis({ ask, url }),
    zones: numberZones(),
    rates,
    slots,
    accounts,
    callerData: callerSource({ ask, vault, internalTargets, log }),
    log,
  })
  return {
    calls,
    runtime,
    carrier: simulator,
    simulator: {
      dial: async (account, call) => {
        await phones.ensure(account)
        return simulator.dial(account, call)
      },
      phones: (account) => phones.of(account),
    },
  }
}
