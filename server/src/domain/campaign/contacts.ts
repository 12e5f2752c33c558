import type { Context, Key, Part } from '../noun.ts'
import { isE164 } from '../vocabulary/e164.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { Called } from './commands.ts'
import type { CampaignEvent } from './events.ts'
import type { Campaign, Contact, NewContact } from './state.ts'

type Ctx = Context<CampaignEvent>

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
    const wrong = check(one)
    if (wrong) return wrong
    const found = context.found(numberKey(one.number))
    const event = found ? changed(found, one, context) : added(one, ++place, context.next + events.length, context)
    if (event) events.push(event)
  }
  if (place > mostContacts)
    return refuse('limit_reached', `A campaign has at most ${mostContacts} contacts: make another one.`)
  return events
}

function added(one: NewContact, place: number, n: number, { now: at }: Ctx): CampaignEvent {
  return {
    type: 'campaign.contact_added',
    at,
    n,
    contact: { place, ...one, order: null, createdAt: at, updatedAt: at },
  }
}

/** Undefined: it says the same already. */
function changed(part: Part<CampaignEvent>, one: NewContact, { now: at }: Ctx): CampaignEvent | undefined {
  const contact = contactOf(part)
  if (contact.name === one.name && JSON.stringify(contact.data) === JSON.stringify(one.data)) return undefined
  return { type: 'campaign.contact_changed', at, n: part.n, contact: { ...contact, ...one, updatedAt: at } }
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

function check({ number, name, data }: NewContact): Refused | undefined {
  if (!isE164(number))
    return refuse('invalid', 'Give the number in E.164 form: + and 2 to 15 digits, the first not 0.', {
      field: 'number',
    })
  if ((name ?? '').length > 255) return refuse('invalid', 'Give a name of at most 255 characters.', { field: 'name' })
  if (JSON.stringify(data).length <= mostData) return undefined
  return refuse('invalid', 'The data of a contact is at most 25 KB as JSON.', { field: 'data' })
}
