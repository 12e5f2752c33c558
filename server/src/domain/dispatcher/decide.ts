import type { Claim, Context, Decision } from '../noun.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { DispatcherCommand } from './commands.ts'
import type { DispatcherEvent } from './events.ts'
import type { Dispatcher, Held, SlotWanted } from './state.ts'

type Ctx = Context<DispatcherEvent>
type Decided = Decision<DispatcherEvent> | Refused

/** Held by the account's one dispatcher. */
export const dispatcherClaim: Claim = { kind: 'dispatcher', route: '', key: 'slots' }

/** Giving slots and taking them back. Both are idempotent by session and attempt. */
export function decide(state: Dispatcher | undefined, command: DispatcherCommand, context: Ctx): Decided {
  if (command.type === 'create') return create(state, context)
  if (!state) return refuse('not_found', 'There is no such dispatcher.')
  switch (command.type) {
    case 'take':
      return take(state, command.wanted, command.limit, context)
    case 'release': {
      const { session, attempt } = command
      const gone = state.held.filter((held) => held.session === session && held.attempt === attempt)
      return released(gone, 'released', context)
    }
    case 'lapse':
      return released(
        state.held.filter(({ until }) => until <= context.now),
        'lapsed',
        context,
      )
  }
}

function create(state: Dispatcher | undefined, context: Ctx): Decided {
  const holder = context.taken(dispatcherClaim)
  if (state || (holder !== undefined && holder !== context.self))
    return refuse('in_use', 'The account has its dispatcher already.', {
      ...(holder !== undefined && { conflicting: { noun: 'dispatcher', id: holder } }),
    })
  return { events: [{ type: 'dispatcher.created', at: context.now, id: context.self, account: context.account }] }
}

function take({ held }: Dispatcher, wanted: readonly SlotWanted[], limit: number, context: Ctx): Decided {
  const holders = new Set(held.map(holderOf))
  const slots = new Set(held.map(({ slot }) => slot))
  const taken: Held[] = []
  let slot = 1
  for (const one of wanted) {
    if (held.length + taken.length >= limit) break
    const holder = holderOf(one)
    if (holders.has(holder)) continue
    while (slots.has(slot)) slot++
    const { session, attempt, route, leaseMs } = one
    taken.push({ slot, session, attempt, route, since: context.now, until: context.now + leaseMs })
    holders.add(holder)
    slots.add(slot)
  }
  return { events: taken.length === 0 ? [] : [{ type: 'slots.taken', at: context.now, taken }] }
}

function released(gone: readonly Held[], because: 'released' | 'lapsed', context: Ctx): Decided {
  if (gone.length === 0) return { events: [] }
  const named = gone.map(({ slot, session, attempt, route }) => ({ slot, session, attempt, route }))
  return { events: [{ type: 'slots.released', at: context.now, released: named, because }] }
}

/** Who holds a slot: one attempt of one session. */
function holderOf({ session, attempt }: Pick<Held, 'session' | 'attempt'>): string {
  return `${session}.${attempt}`
}
