import { setImmediate as turn } from 'node:timers/promises'
import { campaign as noun } from '#domain/campaign/campaign.ts'
import { contactOf, numberKey, placeKey } from '#domain/campaign/contacts.ts'
import type { CampaignEvent } from '#domain/campaign/events.ts'
import type { NewContact } from '#domain/campaign/state.ts'
import { partId, type Id } from '#domain/vocabulary/id.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Engine, Unit } from '#engine/api.ts'
import { read } from '../reading.ts'
import type { Campaigns, ContactView, Upserted } from './api.ts'
import { standingOf } from './rows.ts'

const countedAtOnce = 100

/** Adds contacts, or changes those that are there, inside a program. */
export function upsert(unit: Unit, id: Id, contacts: readonly NewContact[]): Upserted | Refused {
  // Looked up before, so that the noun finds what is there: it looks nothing up itself.
  if (unit.state(noun, id)) for (const { number } of contacts) unit.keyed(id, numberKey(number))
  const done = unit.run(noun, id, { type: 'upsert', contacts })
  if (isRefused(done)) return done
  const count = (type: CampaignEvent['type']): number => done.events.filter(({ event }) => event.type === type).length
  return {
    campaign: done.state,
    added: count('campaign.contact_added'),
    changed: count('campaign.contact_changed'),
  }
}

/** A page of contacts, by place. */
export async function contactsOf(
  engine: Engine,
  account: string,
  id: Id,
  { skip, limit }: { readonly skip: number; readonly limit: number },
): ReturnType<Campaigns['contacts']> {
  const start = await read(engine, account, (unit) => {
    const campaign = unit.state(noun, id)
    return campaign && { total: campaign.contacts, n: unit.keyed(id, placeKey(skip + 1)) }
  })
  if (!start) return undefined
  const items = start.n === undefined ? [] : await viewsAfter(engine, account, id, start.n - 1, limit)
  return { items, total: start.total }
}

/** Contacts by a word, read some at a time with others in between. */
export async function countContacts(
  engine: Engine,
  account: string,
  id: Id,
  word: (view: ContactView) => string,
): ReturnType<Campaigns['count']> {
  const total = await read(engine, account, (unit) => unit.state(noun, id)?.contacts)
  if (total === undefined) return undefined
  const counts = new Map<string, number>()
  for (let skip = 0; skip < total; skip += countedAtOnce) {
    const page = await contactsOf(engine, account, id, { skip, limit: countedAtOnce })
    for (const one of page?.items.map(word) ?? []) counts.set(one, (counts.get(one) ?? 0) + 1)
    await turn()
  }
  return { counts, total }
}

async function viewsAfter(
  engine: Engine,
  account: string,
  id: Id,
  after: number,
  limit: number,
): Promise<readonly ContactView[]> {
  const parts = await engine.parts<CampaignEvent>(account, id, { kind: 'contact', after, limit })
  return read(engine, account, (unit) =>
    parts.map((part) => {
      const contact = contactOf(part)
      return { id: partId(id, part.n, contact.createdAt), contact, ...standingOf(unit, contact) }
    }),
  )
}
