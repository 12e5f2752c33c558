import type { Move, Moves } from '../vocabulary/machine.ts'
import type { BatchStatus } from './state.ts'

const schedule: Move = { by: ['request'], on: 'scheduled' }
const stop: Move = { by: ['request'], on: 'stopped' }
const expire: Move = { by: ['deadline', 'request'], on: 'nothing has happened for 30 days, or its agent was removed' }
const ended: Move = { by: ['traffic'], on: 'every row has ended' }
const unusable: Move = { by: ['traffic'], on: 'no session can be made of its rows' }
const erased: { readonly erasing: Move } = { erasing: { by: ['request'], on: 'deleted' } }

/** Every allowed change of a batch's status. */
export const batchMoves: Moves<BatchStatus> = {
  new: { created: { by: ['request'], on: 'its list is taken' } },
  created: {
    processed: { by: ['traffic'], on: 'every valid row has its session' },
    scheduled: schedule,
    stopped: expire,
    failed: unusable,
    ...erased,
  },
  processed: { scheduled: schedule, stopped: expire, ...erased },
  scheduled: {
    scheduled: schedule,
    queued: { by: ['deadline'], on: 'its time has come' },
    stopped: stop,
    failed: unusable,
    ...erased,
  },
  queued: {
    running: { by: ['traffic'], on: 'the first row is dialled' },
    completed: ended,
    stopped: stop,
    failed: unusable,
    ...erased,
  },
  running: { completed: ended, stopped: stop, ...erased },
  completed: erased,
  stopped: erased,
  failed: erased,
  erasing: {},
}
