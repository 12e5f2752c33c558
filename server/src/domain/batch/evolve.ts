import type { BatchEvent } from './events.ts'
import type { Batch } from './state.ts'

/** The batch after an event. */
export function evolve(state: Batch | undefined, event: BatchEvent): Batch {
  if (event.type === 'batch.created') return event.batch
  if (!state) throw new Error('Something happened to a batch that had never been made.')
  const updatedAt = event.at
  switch (event.type) {
    case 'batch.rows':
      return { ...state, updatedAt }
    case 'batch.advanced':
      return { ...advanced(state, event), updatedAt }
    case 'batch.moved':
      return {
        ...state,
        status: event.to,
        ...(event.dueAt !== undefined && { dueAt: event.dueAt }),
        ...(event.keepsHours !== undefined && { keepsHours: event.keepsHours }),
        ...(event.stopping !== undefined && { stopping: event.stopping }),
        sequence: state.sequence + 1,
        updatedAt,
      }
    case 'batch.row_ended':
      return { ...state, ended: state.ended + 1, updatedAt }
    case 'batch.erased':
      return { ...state, status: 'erasing', updatedAt }
  }
}

function advanced(state: Batch, { work, count, missed }: Extract<BatchEvent, { type: 'batch.advanced' }>): Batch {
  switch (work) {
    case 'prepare':
      return { ...state, prepared: state.prepared + count, ended: state.ended + missed }
    case 'release':
      return { ...state, released: state.released + count }
    case 'stop':
      return state
  }
}
