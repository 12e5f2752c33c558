import { campaign as noun } from '#domain/campaign/campaign.ts'
import type { CampaignCommand } from '#domain/campaign/commands.ts'
import type { CallSettings } from '#domain/campaign/settings.ts'
import type { Campaign, CampaignStatus } from '#domain/campaign/state.ts'
import { plan as planNoun } from '#domain/plan/plan.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, EffectRunner, Unit } from '#engine/api.ts'
import { liveAgent } from '../calls/agents.ts'
import { checkOrders } from '../calls/batches/batches.ts'
import { read } from '../reading.ts'
import { valueOf } from '../valued.ts'
import type { Campaigns, CampaignDraft } from './api.ts'
import { contactsOf, countContacts, upsert } from './contacts.ts'
import type { OrderingNeed } from './ordering.ts'
import { createPlans } from './plans.ts'
import { campaignRunners } from './runners.ts'

export interface CampaignHouse {
  readonly campaigns: Campaigns
  /** For the engine, which has to have them before it starts. */
  readonly runners: Readonly<Record<string, EffectRunner>>
}

/** Many people to be called once each. What is asked for here is decided at once; the calls follow by effects (see ordering.ts). */
export function createCampaigns(need: OrderingNeed): CampaignHouse {
  const { engine } = need
  const execute = async <Value>(ask: Ask, program: (unit: Unit) => Value | Refused): Promise<Value | Refused> =>
    valueOf(await engine.execute<Value>(ask as Ask<Value>, program))
  const run = (ask: Ask, id: Id, command: CampaignCommand): Promise<Campaign | Refused> =>
    execute(ask, (unit) => stateAfter(unit, id, command))
  const get = (account: string, id: Id): Promise<Campaign | undefined> =>
    read(engine, account, (unit) => unit.state(noun, id))

  const campaigns: Campaigns = {
    create: (ask, draft) =>
      execute(ask, (unit) => unknownIn(unit, draft) ?? stateAfter(unit, unit.id(), { type: 'create', ...draft })),
    change: (ask, id, change) =>
      execute(ask, (unit) => {
        const present = unit.state(noun, id)
        const wanted = present ? change(present) : unknownCampaign()
        if (isRefused(wanted)) return wanted
        // What is named already may have gone since: it matters at the next start.
        const unknown = present && unknownIn(unit, changedOnly(present, wanted))
        return unknown ?? stateAfter(unit, id, { type: 'change', ...wanted })
      }),
    start: (ask, id, how) => start(need, execute, ask, id, how),
    pause: (ask, id) => run(ask, id, { type: 'pause' }),
    close: (ask, id) => run(ask, id, { type: 'close' }),
    get,
    list: async (account, { test, after, limit }) => {
      const page = await engine.list({
        account,
        noun,
        list: 'all',
        equals: ['true'],
        descending: true,
        limit,
        ...(test && {
          test: ({ facets: { name, status } }) => test({ name: String(name), status: status as CampaignStatus }),
        }),
        ...(after && { after }),
      })
      return { items: page.items.map(({ state }) => state), ...(page.next && { next: page.next }) }
    },
    upsert: (ask, id, contacts) => execute(ask, (unit) => upsert(unit, id, contacts)),
    contacts: (account, id, page) => contactsOf(engine, account, id, page),
    count: (account, id, word) => countContacts(engine, account, id, word),
    plans: createPlans(engine),
  }
  return { campaigns, runners: campaignRunners(need) }
}

/** A start is refused in its status before it is looked at what it would call by. */
async function start(
  need: OrderingNeed,
  execute: <Value>(ask: Ask, program: (unit: Unit) => Value | Refused) => Promise<Value | Refused>,
  ask: Ask,
  id: Id,
  { version, vendor }: Parameters<Campaigns['start']>[2],
): Promise<Campaign | Refused> {
  const present = await read(need.engine, ask.account, (unit) => unit.state(noun, id))
  const wrong = present && (await checkOrders(need, ask.account, { ...present, version }))
  return execute(ask, (unit) => {
    const campaign = unit.state(noun, id)
    if (!campaign) return unknownCampaign()
    const { agentId, from } = campaign
    const settings = settingsOf(unit, campaign)
    const agent = liveAgent(unit, agentId, 'agentId')
    const gone = isRefused(settings) ? settings : isRefused(agent) ? agent : wrong
    const run = {
      agent: { id: agentId, version },
      from,
      settings: isRefused(settings) ? campaign.settings : settings,
      ...(vendor && { vendor }),
    }
    const started = stateAfter(unit, id, { type: 'start', run })
    return isRefused(started) ? started : (gone ?? started)
  })
}

/** The plan's, as they are now; its own where it has none. */
function settingsOf(unit: Unit, { planId, settings }: Campaign): CallSettings | Refused {
  if (planId === null) return settings
  return unit.state(planNoun, planId)?.settings ?? unknownPlan()
}

function unknownIn(unit: Unit, { agentId, planId }: Partial<CampaignDraft>): Refused | undefined {
  const agent = agentId === undefined ? undefined : liveAgent(unit, agentId, 'agentId')
  if (isRefused(agent)) return agent
  if (planId === undefined || planId === null || unit.state(planNoun, planId)) return undefined
  return unknownPlan()
}

function changedOnly(present: Campaign, { agentId, planId }: Partial<CampaignDraft>): Partial<CampaignDraft> {
  return {
    ...(agentId !== undefined && agentId !== present.agentId && { agentId }),
    ...(planId !== undefined && planId !== present.planId && { planId }),
  }
}

function unknownCampaign(): Refused {
  return refuse('not_found', 'There is no such campaign.')
}

function unknownPlan(): Refused {
  return refuse('not_found', 'There are no such settings: make them first, or name others.', { field: 'planId' })
}

function stateAfter(unit: Unit, id: Id, command: CampaignCommand): Campaign | Refused {
  const done = unit.run(noun, id, command)
  return isRefused(done) ? done : done.state
}
