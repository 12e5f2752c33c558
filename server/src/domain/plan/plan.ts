import { checkName, checkSettings, sameSettings } from '../campaign/settings.ts'
import { bare, type Context, type Decision, type Noun } from '../noun.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { PlanCommand } from './commands.ts'
import type { PlanEvent } from './events.ts'
import type { Plan } from './state.ts'

function decide(
  state: Plan | undefined,
  command: PlanCommand,
  context: Context<PlanEvent>,
): Decision<PlanEvent> | Refused {
  const { now: at, self: id, account, by } = context
  if (command.type === 'create') {
    if (state) return refuse('in_use', 'There is a plan with this id already: use another id.')
    const { name, settings } = command
    return written({ id, account, status: 'live', name, settings, createdAt: at, updatedAt: at })
  }
  if (state?.status !== 'live') return refuse('not_found', 'There is no such plan.')
  if (command.type === 'remove') return { events: [{ type: 'plan.removed', at, by }] }
  const { name = state.name, settings = state.settings } = command
  if (name === state.name && sameSettings(settings, state.settings)) return { events: [] }
  return written({ ...state, name, settings, updatedAt: at })
}

function written(plan: Plan): Decision<PlanEvent> | Refused {
  const wrong = checkName(plan.name) ?? checkSettings(plan.settings)
  return wrong ?? { events: [{ type: 'plan.written', at: plan.updatedAt, plan }] }
}

function evolve(state: Plan | undefined, event: PlanEvent): Plan {
  switch (event.type) {
    case 'plan.written':
      return event.plan
    case 'plan.removed':
      if (!state) throw new Error('A plan was removed that had never been made.')
      return { ...state, status: 'erasing', updatedAt: event.at }
  }
}

/** The noun of plans. A removed one is erased at once; only closed campaigns may still name it. */
export const plan: Noun<Plan, PlanCommand, PlanEvent, 'plan'> = {
  ...bare,
  name: 'plan',
  shape: 1,
  decide,
  evolve,
  facets: ({ status, createdAt }) => ({ live: status === 'live' ? true : undefined, createdAt }),
  lists: { all: { equal: 'live', sort: 'createdAt' } },
  erasing: ({ status }) => status === 'erasing',
}
