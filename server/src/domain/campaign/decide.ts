import type { Context, Decision } from '../noun.ts'
import { isE164 } from '../vocabulary/e164.ts'
import { isRefused, refuse, type Refused } from '../vocabulary/refusal.ts'
import type { CampaignCommand } from './commands.ts'
import { call, upsert } from './contacts.ts'
import type { CampaignEvent } from './events.ts'
import { evolve } from './evolve.ts'
import { checkName, checkSettings, sameSettings } from './settings.ts'
import type { Campaign } from './state.ts'

type Ctx = Context<CampaignEvent>
type Decided = Decision<CampaignEvent> | Refused
type CommandOf<Type extends CampaignCommand['type']> = Extract<CampaignCommand, { type: Type }>
type Written = Pick<Campaign, 'name' | 'agentId' | 'from' | 'planId' | 'settings'>

/** Our numbers that one campaign may call from. */
const mostFrom = 20

/** Making a campaign, its contacts, its status, and the ordering of its calls chunk by chunk. */
export function decide(state: Campaign | undefined, command: CampaignCommand, context: Ctx): Decided {
  if (command.type === 'create') return create(state, command, context)
  if (!state) return refuse('not_found', 'There is no such campaign.')
  switch (command.type) {
    case 'change':
      return change(state, command, context)
    case 'upsert':
      return add(state, command, context)
    case 'start':
      return start(state, command, context)
    case 'pause':
      if (state.status !== 'active') return wrongState(`The campaign is ${state.status}: only an active one is paused.`)
      return { events: [moved(state, 'paused', 'paused by request', context)] }
    case 'close':
      if (state.status === 'closed') return wrongState('The campaign is closed already.')
      return { events: [moved(state, 'closed', 'closed by request', context)] }
    case 'halt':
      if (!isRunning(state, command.round)) return { events: [] }
      return { events: [{ ...moved(state, 'paused', command.because, context), halted: true }] }
    case 'order':
      return order(state, command, context)
    case 'rest':
      if (!isAt(state, command)) return { events: [] }
      return { events: ordered(state, { next: command.from, isAll: true }, context) }
    case 'go_on':
      return goOn(state, command.round, context)
  }
}

function create(state: Campaign | undefined, command: CommandOf<'create'>, context: Ctx): Decided {
  if (state) return refuse('in_use', 'There is a campaign with this id already: use another id.')
  const { type: _, ...written } = command
  const { now: at, self: id, account, by } = context
  const campaign: Campaign = {
    id,
    account,
    status: 'active',
    ...written,
    run: null,
    contacts: 0,
    newest: 0,
    reached: 0,
    ordering: null,
    halted: null,
    sequence: 0,
    createdAt: at,
    updatedAt: at,
  }
  return check(written) ?? { events: [{ type: 'campaign.created', at, campaign, by }] }
}

function change(state: Campaign, command: CommandOf<'change'>, { now: at, by }: Ctx): Decided {
  if (state.status === 'closed') return wrongState('The campaign is closed: it cannot be changed any more.')
  const { name, agentId, from, planId, settings }: Written = { ...state, ...command }
  const written = { name, agentId, from, planId, settings }
  const wrong = check(written)
  if (wrong) return wrong
  return isSame(state, written) ? { events: [] } : { events: [{ type: 'campaign.changed', at, ...written, by }] }
}

function isSame(one: Written, other: Written): boolean {
  return (
    one.name === other.name &&
    one.agentId === other.agentId &&
    one.planId === other.planId &&
    one.from.join() === other.from.join() &&
    sameSettings(one.settings, other.settings)
  )
}

function check({ name, from, settings }: Written): Refused | undefined {
  if (from.length > mostFrom || !from.every(isE164))
    return refuse('invalid', `Give at most ${mostFrom} numbers in E.164 form.`, { field: 'from' })
  return checkName(name) ?? checkSettings(settings)
}

/** What is added while it calls is ordered at once. */
function add(state: Campaign, { contacts }: CommandOf<'upsert'>, context: Ctx): Decided {
  if (state.status === 'closed') return wrongState('The campaign is closed: it takes no contacts any more.')
  const events = upsert(state, contacts, context)
  if (isRefused(events)) return events
  const after = events.reduce(evolve, state)
  const waits =
    after.status === 'active' && after.run !== null && after.ordering === null && after.reached < after.newest
  return { events: waits ? [...events, ordering(after, context)] : events }
}

function start(state: Campaign, { run }: CommandOf<'start'>, context: Ctx): Decided {
  if (state.status === 'closed') return wrongState('The campaign is closed: make a new one.')
  if (state.status === 'active' && state.run) return wrongState('The campaign has been started already.')
  const round = (state.run?.round ?? 0) + 1
  const { now: at, by } = context
  const started: CampaignEvent = { type: 'campaign.started', at, run: { ...run, round }, by }
  const after = evolve(state, started)
  return { events: after.newest === 0 ? [started] : [started, ordering(after, context)] }
}

/** What came too late, from before a pause or a crash, changes nothing: its unit is refused, and its batch with it. */
function order(state: Campaign, command: CommandOf<'order'>, context: Ctx): Decided {
  if (!isAt(state, command)) return wrongState('The campaign is not ordering these calls any more.')
  const events = call(command.called, command.round, context)
  if (isRefused(events)) return events
  const { next } = command
  return { events: [...events, ...ordered(state, { next, isAll: next >= state.newest }, context)] }
}

function ordered(
  state: Campaign,
  { next, isAll }: { readonly next: number; readonly isAll: boolean },
  context: Ctx,
): readonly CampaignEvent[] {
  const event: CampaignEvent = { type: 'campaign.ordered', at: context.now, next, done: isAll }
  const after = evolve(state, event)
  const goesOn = isAll && state.ordering?.again === true && after.reached < after.newest
  return goesOn ? [event, ordering(after, context)] : [event]
}

function goOn(state: Campaign, round: number, context: Ctx): Decided {
  if (!isRunning(state, round) || state.reached >= state.newest) return { events: [] }
  if (state.ordering === null) return { events: [ordering(state, context)] }
  return { events: state.ordering.again ? [] : [{ type: 'campaign.nudged', at: context.now }] }
}

function isRunning({ status, run }: Campaign, round: number): boolean {
  return status === 'active' && run?.round === round
}

function isAt(state: Campaign, { round, from }: { readonly round: number; readonly from: number }): boolean {
  return isRunning(state, round) && state.ordering !== null && state.reached === from
}

function ordering({ reached }: Campaign, { now: at }: Ctx): CampaignEvent {
  return { type: 'campaign.ordering', at, from: reached }
}

function moved(
  { status: from }: Campaign,
  to: 'paused' | 'closed',
  because: string,
  { now: at, by }: Ctx,
): Extract<CampaignEvent, { type: 'campaign.moved' }> {
  return { type: 'campaign.moved', at, from, to, by, because }
}

function wrongState(message: string): Refused {
  return refuse('wrong_state', message)
}
