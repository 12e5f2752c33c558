import type { Claim, Context, Decision } from '../noun.ts'
import { isE164 } from '../vocabulary/e164.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import { defaultNumberClaim, numberClaim } from './claims.ts'
import type { NumberCommand } from './commands.ts'
import type { NumberEvent } from './events.ts'
import { sameSlots, slotsAfter } from './slots.ts'
import type { PhoneNumber } from './state.ts'

type Ctx = Context<NumberEvent>
type Decided = Decision<NumberEvent> | Refused

/** Adding a number, saying who answers it and calls from it, removing it. */
export function decide(state: PhoneNumber | undefined, command: NumberCommand, context: Ctx): Decided {
  if (command.type === 'add') return add(state, command, context)
  if (!state || state.status === 'erasing') return refuse('not_found', 'There is no such number.')
  const { now: at, by } = context
  switch (command.type) {
    case 'attach':
    case 'pin':
    case 'unpin':
    case 'forget': {
      const next = slotsAfter(state, command)
      return sameSlots(state, next) ? { events: [] } : written({ ...next, updatedAt: at })
    }
    case 'make_default':
      if (state.isDefault === command.isDefault) return { events: [] }
      return defaultTaken(command, context) ?? written({ ...state, isDefault: command.isDefault, updatedAt: at })
    case 'remove':
      return { events: [{ type: 'number.removed', at, by }] }
  }
}

function add(state: PhoneNumber | undefined, command: Extract<NumberCommand, { type: 'add' }>, context: Ctx): Decided {
  if (state) return refuse('in_use', 'There is a number with this id already: use another id.')
  if (!isE164(command.number))
    return refuse('invalid', 'Give the number in E.164 form: + and 2 to 15 digits, the first not 0.', {
      field: 'number',
    })
  const holder = takenByAnother(numberClaim(command.number), context)
  if (holder !== undefined)
    return refuse('in_use', 'The account has this number already: remove it first, or change that one.', {
      field: 'number',
      conflicting: { noun: 'number', id: holder },
    })
  const { self: id, account, now: at } = context
  const { number, route, hosted, isDefault, agentId = null } = command
  return (
    defaultTaken(command, context) ??
    written({ id, account, status: 'live', number, agentId, route, hosted, isDefault, createdAt: at, updatedAt: at })
  )
}

function defaultTaken({ isDefault }: { readonly isDefault: boolean }, context: Ctx): Refused | undefined {
  const holder = isDefault ? takenByAnother(defaultNumberClaim, context) : undefined
  if (holder === undefined) return undefined
  return refuse('in_use', 'Another number is the default one: relieve it of that first.', {
    field: 'isDefault',
    conflicting: { noun: 'number', id: holder },
  })
}

function takenByAnother(claim: Claim, context: Ctx): string | undefined {
  const holder = context.taken(claim)
  return holder === context.self ? undefined : holder
}

function written(number: PhoneNumber): Decided {
  return { events: [{ type: 'number.written', at: number.updatedAt, number }] }
}
