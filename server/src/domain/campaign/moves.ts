import type { Moves } from '../vocabulary/machine.ts'
import type { CampaignStatus } from './state.ts'

/** Every allowed change of a campaign's status. */
export const campaignMoves: Moves<CampaignStatus> = {
  new: { active: { by: ['request'], on: 'it is made' } },
  active: {
    active: { by: ['request'], on: 'started for the first time' },
    paused: { by: ['request', 'traffic'], on: 'paused; or no more calls can be made' },
    closed: { by: ['request'], on: 'closed' },
  },
  paused: { active: { by: ['request'], on: 'started' }, closed: { by: ['request'], on: 'closed' } },
  closed: {},
}
