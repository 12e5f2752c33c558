import type { Effect } from '../noun.ts'
import type { BatchEvent } from './events.ts'
import type { Batch, BatchChunk, BatchWork } from './state.ts'

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
      return event.to === 'stopped' || event.to === 'failed' ? stopping(state) : []
    case 'batch.erased':
      return stopping(state)
    case 'batch.rows':
    case 'batch.row_ended':
      return []
  }
}

/** Without a valid row there is no session. */
function stopping({ valid }: Batch): readonly Effect[] {
  return valid > 0 ? [chunk('stop', 0)] : []
}

function chunk(work: BatchWork, from: number): Effect {
  const payload: BatchChunk = { from }
  return { kind: `batch.${work}`, mode: 'repeatable', key: work, payload }
}
