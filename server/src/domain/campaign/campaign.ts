import { bare, type Effect, type Noun } from '../noun.ts'
import type { CampaignCommand } from './commands.ts'
import { numberKey, placeKey } from './contacts.ts'
import { decide } from './decide.ts'
import type { CampaignEvent } from './events.ts'
import { evolve } from './evolve.ts'
import { planHandle } from './settings.ts'
import type { Campaign, OrderChunk, StopRuns } from './state.ts'

/** Ordering goes on chunk by chunk; whatever ends a run stops what waits of it. */
function effects(event: CampaignEvent, { run }: Campaign): readonly Effect[] {
  if (!run) return []
  switch (event.type) {
    case 'campaign.ordering':
      return [order({ round: run.round, from: event.from })]
    case 'campaign.ordered':
      return event.done ? [] : [order({ round: run.round, from: event.next })]
    case 'campaign.moved': {
      const payload: StopRuns = { round: run.round }
      return [{ kind: 'campaign.stop', mode: 'repeatable', key: 'stop', payload }]
    }
    case 'campaign.created':
    case 'campaign.changed':
    case 'campaign.started':
    case 'campaign.contact_added':
    case 'campaign.contact_changed':
    case 'campaign.nudged':
      return []
  }
}

function order(payload: OrderChunk): Effect {
  return { kind: 'campaign.order', mode: 'repeatable', key: 'order', payload }
}

/** The campaign noun. */
export const campaign: Noun<Campaign, CampaignCommand, CampaignEvent, 'campaign'> = {
  ...bare,
  name: 'campaign',
  shape: 1,
  decide,
  evolve,
  handles: ({ status, planId }) => (status === 'closed' || planId === null ? [] : [planHandle(planId)]),
  keys: (event) =>
    event.type === 'campaign.contact_added' ? [numberKey(event.contact.number), placeKey(event.contact.place)] : [],
  part: (event) => {
    if (event.type === 'campaign.contact_added') return { creates: 'contact' }
    return event.type === 'campaign.contact_changed' ? { overlays: event.n } : undefined
  },
  facets: ({ name, status, createdAt }) => ({ listed: true, name, status, createdAt }),
  lists: { all: { equal: 'listed', sort: 'createdAt' } },
  effects,
  erasing: () => false,
}
