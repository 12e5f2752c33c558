import type { PlanCommand } from '#domain/plan/commands.ts'
import { campaign as campaignNoun } from '#domain/campaign/campaign.ts'
import { planHandle } from '#domain/campaign/settings.ts'
import { plan as noun } from '#domain/plan/plan.ts'
import type { Plan } from '#domain/plan/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, refuse, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Ask, Engine, Unit } from '#engine/api.ts'
import { read } from '../reading.ts'
import { valueOf } from '../valued.ts'
import type { Plans } from './api.ts'

/** Named settings that campaigns call by. */
export function createPlans(engine: Engine): Plans {
  const execute = async (ask: Ask, program: (unit: Unit) => Plan | Refused): Promise<Plan | Refused> =>
    valueOf(await engine.execute<Plan>(ask as Ask<Plan>, program))

  return {
    create: (ask, draft) => execute(ask, (unit) => stateAfter(unit, unit.id(), { type: 'create', ...draft })),
    change: (ask, id, change) =>
      execute(ask, (unit) => {
        const present = unit.state(noun, id)
        const wanted = present ? change(present) : {}
        return isRefused(wanted) ? wanted : stateAfter(unit, id, { type: 'change', ...wanted })
      }),
    remove: (ask, id) => execute(ask, (unit) => inUse(unit, id) ?? stateAfter(unit, id, { type: 'remove' })),
    get: (account, id) => read(engine, account, (unit) => unit.state(noun, id)),
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
      return { items: page.items.map(({ state }) => state), ...(page.next && { next: page.next }) }
    },
  }
}

function inUse(unit: Unit, id: Id): Refused | undefined {
  const [user] = unit.holders(planHandle(id), 1)
  const campaign = user === undefined ? undefined : unit.state(campaignNoun, user)
  if (!campaign) return undefined
  return refuse('in_use', `The campaign "${campaign.name}" calls by these settings: give it others first, or close it.`)
}

function stateAfter(unit: Unit, id: Id, command: PlanCommand): Plan | Refused {
  const done = unit.run(noun, id, command)
  return isRefused(done) ? done : done.state
}
