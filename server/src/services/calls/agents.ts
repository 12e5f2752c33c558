import { agent as noun } from '#domain/agent/agent.ts'
import type { AgentCommand } from '#domain/agent/commands.ts'
import type { Agent, AgentDefinition } from '#domain/agent/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refusals, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, EffectRunner, Engine, Outcome, Unit } from '#engine/api.ts'
import { liveConfiguration } from '../configurations.ts'
import { AgentVersions } from './agent-versions.ts'
import type { Agents, AgentView, Numbers } from './api.ts'
import { read } from '../reading.ts'

export interface AgentsNeed {
  readonly engine: Engine
  /** Stops what waits to be dialled by an agent. */
  stopWaiting(ask: Ask, agent: Id, also: { readonly scheduled: boolean }): Promise<readonly Id[] | Refused>
  /** An agent that is removed has no version pinned to a number; one that is gone for good answers none. */
  readonly numbers: Pick<Numbers, 'list' | 'attach' | 'forget'>
  /** Erases what was written for an agent that is gone for good. */
  eraseDrafts(ask: Ask, agent: Id): Promise<Refused | undefined>
}

/** Agents, version by version. */
export function createAgents(need: AgentsNeed): Agents {
  const { engine } = need
  const versions = new AgentVersions(engine)

  /** The view as it is to be answered with: what a removal leaves is shown with its last definition. */
  function run(unit: Unit, id: Id, command: AgentCommand): AgentView | Refused {
    const before = unit.state(noun, id)
    const definition = 'definition' in command ? command.definition : before && versions.present(unit, before)
    const done = unit.run(noun, id, command)
    if (isRefused(done)) return done
    return definition ? { agent: done.state, definition } : unknownAgent()
  }

  return {
    create: (ask, definition) =>
      engine.execute(
        ask,
        (unit) => unknownIn(unit, definition) ?? run(unit, unit.id(), { type: 'create', definition }),
      ),
    write: (ask, id, change, ifVersion) =>
      engine.execute(ask, (unit) => {
        const present = liveAgent(unit, id)
        if (isRefused(present)) return present
        const before = versions.present(unit, present)
        const definition = change(before, present.version)
        if (isRefused(definition)) return definition
        const unknown = unknownIn(unit, definition, before)
        if (unknown) return unknown
        return run(unit, id, { type: 'write', definition, ...(ifVersion !== undefined && { ifVersion }) })
      }),
    remove: async (ask, id, { purge }) => {
      const outcome: Outcome<AgentView> = await engine.execute(ask, (unit) =>
        run(unit, id, { type: purge ? 'purge' : 'delete' }),
      )
      // Done at once for whoever asks next; the effect sees to it that it is done.
      if (outcome.value) await release(need, ask, id, purge)
      return outcome
    },
    restore: (ask, id) => engine.execute(ask, (unit) => run(unit, id, { type: 'restore' })),
    get: (account, id) =>
      read(engine, account, (unit) => {
        const state = unit.state(noun, id)
        return state?.status === 'live' ? { agent: state, definition: versions.present(unit, state) } : undefined
      }),
    list: async (account, { after, limit }) => {
      const page = await engine.list({
        account,
        noun,
        list: 'all',
        equals: ['true'],
        descending: true,
        limit,
        ...(after && { after }),
      })
      const items = await Promise.all(page.items.map(({ state }) => viewOf(versions, state)))
      return { items: items.filter((view) => view !== undefined), ...(page.next && { next: page.next }) }
    },
    version: async (account, id, version) => (await versions.written(account, id, version))?.definition,
    written: (account, id, version) => versions.written(account, id, version),
  }
}

/** Sees to it that what waits for a removed agent is stopped, whatever became of the process that removed it. */
export function stopWaitingRunner(need: AgentsNeed): EffectRunner {
  return {
    run: async ({ account, aggregate: id, kind }) => {
      const present = await read(need.engine, account, (unit) => unit.state(noun, id))
      // It was restored meanwhile.
      if (present?.status === 'live') return { settled: true }
      const refused = await release(need, { account, by: `effect:${kind}` }, id, present === undefined)
      return refused ? { settled: false, error: refused.refusal.message } : { settled: true }
    },
  }
}

/** It has no number's slots any more. One that is gone for good answers none either, and nothing is being written for it. */
async function release(
  { stopWaiting, numbers, eraseDrafts }: AgentsNeed,
  { account, by }: Pick<Ask, 'account' | 'by'>,
  id: Id,
  isGone: boolean,
): Promise<Refused | undefined> {
  const stopped = await stopWaiting({ account, by }, id, { scheduled: true })
  if (isRefused(stopped)) return stopped
  const own = (await numbers.list(account)).filter(({ agentId, outbound }) => agentId === id || outbound?.id === id)
  const changes = own.map(async (number) => {
    const forgotten = await numbers.forget({ account, by }, number.id, id)
    const answers = isGone && number.agentId === id
    return forgotten.refusal || !answers ? forgotten : numbers.attach({ account, by }, number.id, null)
  })
  const refusal = (await Promise.all(changes)).find(
    (one) => one.refusal && refusals[one.refusal.code].retryable,
  )?.refusal
  if (refusal) return { refusal }
  return isGone ? eraseDrafts({ account, by }, id) : undefined
}

/** A live agent of the account, or the refusal that says there is none. */
export function liveAgent(unit: Unit, id: Id, field?: string): Agent | Refused {
  const state = unit.state(noun, id)
  return state?.status === 'live' ? state : unknownAgent(field)
}

/** A configuration that is named anew must be there; one that was deleted since gives way to the default one. */
function unknownIn(
  unit: Unit,
  { configurationId }: AgentDefinition,
  before?: Pick<AgentDefinition, 'configurationId'>,
): Refused | undefined {
  if (configurationId === undefined || configurationId === before?.configurationId) return undefined
  const named = liveConfiguration(unit, configurationId, 'configurationId')
  return isRefused(named) ? named : undefined
}

/** Undefined: it was purged while it was being listed. */
async function viewOf(versions: AgentVersions, agent: Agent): Promise<AgentView | undefined> {
  const written = await versions.written(agent.account, agent.id, agent.version)
  return written && { agent, definition: written.definition }
}

function unknownAgent(field?: string): Refused {
  return refuse('not_found', 'There is no such agent.', field === undefined ? {} : { field })
}
