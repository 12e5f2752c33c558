import type { Effect } from '../noun.ts'
import type { BatchEvent } from './events.ts'
import type { Batch, BatchChunk, BatchWork, CampaignTold } from './state.ts'

type Told = { readonly is: 'room' } | { readonly is: 'halted'; readonly because: string }

/** Which chunk of work an event asks for. Rows are released once all have been prepared and the batch has started, whichever is later. */
export function effects(event: BatchEvent, state: Batch): readonly Effect[] {
  switch (event.type) {
    case 'batch.created':
      return state.valid > 0 ? [chunk('prepare', 0)] : []
    case 'batch.advanced':
      if (!event.done) return [chunk(event.work, event.next)]
      return event.work === 'prepare' && state.status === 'queued' ? [chunk('release', 0)] : []
    case 'batch.moved':
      if (event.to === 'queued') return state.prepared >= state.valid ? [chunk('release', 0)] : []
      if (event.to !== 'stopped' && event.to !== 'failed') return []
      return [...stopping(state), ...telling(state, { is: 'halted', because: event.because })]
    case 'batch.erased':
      return stopping(state)
    case 'batch.row_ended':
      return state.campaign?.paced ? telling(state, { is: 'room' }) : []
    case 'batch.rows':
      return []
  }
}

/** Its campaign, where it has one, is told what it has to know. */
function telling({ campaign }: Batch, told: Told): readonly Effect[] {
  if (!campaign) return []
  const payload: CampaignTold = { campaign: campaign.id, round: campaign.round, ...told }
  return [{ kind: 'campaign.told', mode: 'repeatable', key: 'told', payload }]
}

/** Without a valid row there is no session. */
function stopping({ valid }: Batch): readonly Effect[] {
  return valid > 0 ? [chunk('stop', 0)] : []
}

function chunk(work: BatchWork, from: number): Effect {
  const payload: BatchChunk = { from }
  return { kind: `batch.${work}`, mode: 'repeatable', key: work, payload }
}
