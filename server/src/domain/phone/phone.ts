import { bare, type Claim, type Context, type Decision, type Noun } from '../noun.ts'
import { isE164 } from '../vocabulary/e164.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { PhoneCommand } from './commands.ts'
import type { PhoneEvent } from './events.ts'
import type { VirtualPhone } from './state.ts'

type Ctx = Context<PhoneEvent>
type Decided = Decision<PhoneEvent> | Refused

/** The longest script, in bytes of its JSON: it is kept whole in the head. */
export const maxScriptBytes: number = 16 * 1024

/** A number is held by one live phone of the account. */
export function phoneClaim(e164: string): Claim {
  return { kind: 'virtual_phone', route: '', key: e164 }
}

function decide(state: VirtualPhone | undefined, command: PhoneCommand, context: Ctx): Decided {
  switch (command.type) {
    case 'write':
      return state ? rewrite(state, command, context) : make(command, context)
    case 'remove':
      if (state?.status !== 'live') return unknownPhone()
      return { events: [{ type: 'phone.removed', at: context.now, by: context.by }] }
  }
}

type Write = Extract<PhoneCommand, { type: 'write' }>

function make({ number, script }: Write, context: Ctx): Decided {
  if (!isE164(number))
    return refuse('invalid', 'Give the number in E.164 form: + and 2 to 15 digits, the first not 0.', {
      field: 'number',
    })
  const holder = context.taken(phoneClaim(number))
  if (holder !== undefined && holder !== context.self)
    return refuse('in_use', 'The account has a phone with this number already: change that one.', {
      field: 'number',
      conflicting: { noun: 'phone', id: holder },
    })
  const { self: id, account, now: at } = context
  return checkScript(script) ?? written({ id, account, status: 'live', number, script, createdAt: at, updatedAt: at })
}

function rewrite(state: VirtualPhone, { number, script }: Write, { now: at }: Ctx): Decided {
  if (state.status !== 'live') return unknownPhone()
  if (number !== state.number)
    return refuse('fixed', 'A phone keeps its number: remove it, and make another.', { field: 'number' })
  const wrong = checkScript(script)
  if (wrong) return wrong
  const isSame = JSON.stringify(script) === JSON.stringify(state.script)
  return isSame ? { events: [] } : written({ ...state, script, updatedAt: at })
}

/** What a script says is the carrier's business; here it is only something, and not too much of it. */
function checkScript(script: unknown): Refused | undefined {
  const field = 'script'
  if (script === undefined || script === null) return refuse('invalid', 'Give a script.', { field })
  if (bytesOf(JSON.stringify(script)) <= maxScriptBytes) return undefined
  return refuse('invalid', `Give a script of at most ${maxScriptBytes / 1024} KB.`, { field })
}

/** In UTF-8. */
function bytesOf(text: string): number {
  let bytes = 0
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return bytes
}

function written(phone: VirtualPhone): Decided {
  return { events: [{ type: 'phone.written', at: phone.updatedAt, phone }] }
}

function unknownPhone(): Refused {
  return refuse('not_found', 'There is no such phone.')
}

function evolve(state: VirtualPhone | undefined, event: PhoneEvent): VirtualPhone {
  switch (event.type) {
    case 'phone.written':
      return event.phone
    case 'phone.removed':
      if (!state) throw new Error('A phone was removed that had never been made.')
      return { ...state, status: 'erasing', updatedAt: event.at }
  }
}

/** The noun of virtual phones. A removed one is erased at once, and its number may be taken again. */
export const phone: Noun<VirtualPhone, PhoneCommand, PhoneEvent, 'phone'> = {
  ...bare,
  name: 'phone',
  shape: 1,
  decide,
  evolve,
  claims: ({ status, number }) => (status === 'live' ? [phoneClaim(number)] : []),
  facets: (state) => ({ live: state.status === 'live' ? true : undefined, createdAt: state.createdAt }),
  lists: { all: { equal: 'live', sort: 'createdAt' } },
  erasing: (state) => state.status === 'erasing',
}
