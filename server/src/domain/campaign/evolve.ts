import type { CampaignEvent } from './events.ts'
import type { Campaign } from './state.ts'

/** The campaign after an event. */
export function evolve(state: Campaign | undefined, event: CampaignEvent): Campaign {
  if (event.type === 'campaign.created') return event.campaign
  if (!state) throw new Error('Something happened to a campaign that had never been made.')
  const updatedAt = event.at
  switch (event.type) {
    case 'campaign.changed': {
      const { name, agentId, from, planId, settings } = event
      return { ...state, name, agentId, from, planId, settings, updatedAt }
    }
    case 'campaign.started': {
      const { run } = event
      return {
        ...state,
        status: 'active',
        run,
        reached: 0,
        ordering: null,
        halted: null,
        sequence: state.sequence + 1,
        updatedAt,
      }
    }
    case 'campaign.moved': {
      const halted = event.halted ? event.because : null
      return { ...state, status: event.to, ordering: null, halted, sequence: state.sequence + 1, updatedAt }
    }
    case 'campaign.contact_added':
      return { ...state, contacts: state.contacts + 1, newest: event.n, updatedAt }
    case 'campaign.contact_changed':
      return { ...state, updatedAt }
    case 'campaign.ordering':
      return { ...state, ordering: {}, updatedAt }
    case 'campaign.ordered':
      return { ...state, reached: event.next, ordering: event.done ? null : state.ordering, updatedAt }
    case 'campaign.nudged':
      return { ...state, ordering: { again: true }, updatedAt }
  }
}
