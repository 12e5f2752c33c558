import { bare, type Claim, type Context, type Deadline, type Decision, type Effect, type Noun } from '../noun.ts'
import { dayMs, type Instant } from '../vocabulary/instant.ts'
import type { Refused } from '../vocabulary/refusal.ts'
import type { RetentionCommand } from './commands.ts'
import { isRetention, noRetention } from './days.ts'
import type { RetentionEvent } from './events.ts'
import type { Retention, Sweep } from './state.ts'

/** Held by the account's only one. */
export const retentionClaim: Claim = { kind: 'retention', route: 'retention', key: 'retention' }

/** Whether something that ended then is too old at an instant. */
export function isTooOld(endedAt: Instant, days: number, at: Instant): boolean {
  return endedAt <= at - days * dayMs
}

function decide(
  state: Retention | undefined,
  command: RetentionCommand,
  { now: at, self: id, account, by }: Context<RetentionEvent>,
): Decision<RetentionEvent> | Refused {
  if (command.type === 'sweep') {
    const isDue = state && state.days !== null && state.nextAt <= at
    return { events: isDue ? [{ type: 'retention.due', at }] : [] }
  }
  const { days } = command
  if (!isRetention(days)) return noRetention('retentionDays')
  if (days === (state?.days ?? null)) return { events: [] }
  return { events: [{ type: 'retention.set', at, id, account, days, by }] }
}

/** A day goes by before the first sweep after each change: a slip can be mended until then. */
function evolve(state: Retention | undefined, event: RetentionEvent): Retention {
  const nextAt = event.at + dayMs
  switch (event.type) {
    case 'retention.set': {
      const { id, account, days, at: updatedAt } = event
      return { id, account, days, nextAt, updatedAt }
    }
    case 'retention.due':
      if (!state) throw new Error('A sweep was due that nobody had asked for.')
      return { ...state, nextAt }
  }
}

function deadline({ days, nextAt: at }: Retention): Deadline<RetentionCommand> | undefined {
  return days === null
    ? undefined
    : { at, command: { type: 'sweep' }, because: 'what is too old is deleted once a day' }
}

function effects(event: RetentionEvent): readonly Effect[] {
  if (event.type !== 'retention.due') return []
  const payload: Sweep = { dueAt: event.at }
  return [{ kind: 'retention.sweep', mode: 'repeatable', key: 'sweep', payload }]
}

/** The noun of keeping: one of an account, from when it first says for how many days. */
export const retention: Noun<Retention, RetentionCommand, RetentionEvent, 'retention'> = {
  ...bare,
  name: 'retention',
  shape: 1,
  decide,
  evolve,
  deadline,
  claims: () => [retentionClaim],
  facets: () => ({}),
  lists: {},
  effects,
  erasing: () => false,
}
