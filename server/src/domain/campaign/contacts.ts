import type { Context, Key, Part } from '../noun.ts'
import { isE164 } from '../vocabulary/e164.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { Called } from './commands.ts'
import type { CampaignEvent } from './events.ts'
import type { Campaign, Contact, NewContact } from './state.ts'

type Ctx = Context<CampaignEvent>
type ContactEvent = Extract<CampaignEvent, { readonly contact: Contact }>

/** As many as one campaign may have. */
const mostContacts = 100_000
/** As many as may come at once. */
export const mostAtATime = 1_000
/** Of one contact, in characters of its JSON: as much as any order's (session/limits.ts). */
export const mostData: number = 25 * 1024

/** A contact is found by its number and by its place. */
export function numberKey(number: string): Key {
  return { use: 'once', kind: 'number', key: number }
}

export function placeKey(place: number): Key {
  return { use: 'once', kind: 'place', key: String(place) }
}

/** A contact as it stands. */
export function contactOf({ created, overlay }: Part<CampaignEvent>): Contact {
  const newest = overlay ?? created
  if (newest.type === 'campaign.contact_added' || newest.type === 'campaign.contact_changed') return newest.contact
  throw new Error('This part of a campaign is no contact.')
}

/** What a contact fills in the agent's words: its data, and its name unless they have one of their own. */
export function variablesOf({ name, data }: Pick<Contact, 'name' | 'data'>): Contact['data'] {
  return name === null ? data : { name, ...data }
}

/** Contacts are added, and those that are there already are changed; of several of one number the last counts. */
export function upsert(
  state: Campaign,
  wanted: readonly NewContact[],
  context: Ctx,
): readonly CampaignEvent[] | Refused {
  if (wanted.length > mostAtATime) return refuse('invalid', `Give at most ${mostAtATime} contacts at once.`)
  const events: CampaignEvent[] = []
  let place = state.contacts
  for (const one of new Map(wanted.map((contact) => [contact.number, contact])).values()) {
    const found = context.found(numberKey(one.number))
    const event = found ? changed(found, one, context) : added(one, ++place, context.next + events.length, context)
    const wrong = event && check(event.contact)
    if (wrong) return wrong
    if (event) events.push(event)
  }
  if (place > mostContacts)
    return refuse('limit_reached', `A campaign has at most ${mostContacts} contacts: make another one.`)
  return events
}

function added(one: NewContact, place: number, n: number, { now: at }: Ctx): ContactEvent {
  return {
    type: 'campaign.contact_added',
    at,
    n,
    contact: { place, name: null, data: {}, ...one, order: null, createdAt: at, updatedAt: at },
  }
}

/** What is left out stays. Undefined: it says the same already. */
function changed(part: Part<CampaignEvent>, one: NewContact, { now: at }: Ctx): ContactEvent | undefined {
  const before = contactOf(part)
  const contact = { ...before, ...one }
  if (before.name === contact.name && JSON.stringify(before.data) === JSON.stringify(contact.data)) return undefined
  return { type: 'campaign.contact_changed', at, n: part.n, contact: { ...contact, updatedAt: at } }
}

/** Contacts get the rows that call them. Nobody gets a second one in the same run. */
export function call(called: readonly Called[], round: number, { now: at }: Ctx): readonly CampaignEvent[] | Refused {
  if (called.some(({ contact }) => contact.order?.round === round))
    return refuse('wrong_state', 'A contact has been called in this run already.')
  return called.map(({ n, contact, row }) => ({
    type: 'campaign.contact_changed',
    at,
    n,
    contact: { ...contact, order: { ...row, round } },
  }))
}

function check(contact: Contact): Refused | undefined {
  const { number, name } = contact
  if (!isE164(number))
    return refuse('invalid', 'Give the number in E.164 form: + and 2 to 15 digits, the first not 0.', {
      field: 'number',
    })
  if ((name ?? '').length > 255) return refuse('invalid', 'Give a name of at most 255 characters.', { field: 'name' })
  if (JSON.stringify(variablesOf(contact)).length <= mostData) return undefined
  return refuse('invalid', 'The data of a contact, with the name, is at most 25 KB as JSON.', { field: 'data' })
}
