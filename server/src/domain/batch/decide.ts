import type { Context, Decision, Key } from '../noun.ts'
import { dayMs, type Milliseconds } from '../vocabulary/instant.ts'
import { refuse, type Refused } from '../vocabulary/refusal.ts'
import type { BatchCommand } from './commands.ts'
import { deadline } from './deadline.ts'
import type { BatchEvent } from './events.ts'
import { evolve } from './evolve.ts'
import { rowsPerPart, type Batch, type BatchRow, type BatchStatus } from './state.ts'

/** The latest start, counted from when its list was taken: its sessions wait for it a day longer (session/limits.ts). */
const startsWithinMs: Milliseconds = 60 * dayMs

type Ctx = Context<BatchEvent>
type Decided = Decision<BatchEvent> | Refused
type CommandOf<Type extends BatchCommand['type']> = Extract<BatchCommand, { type: Type }>
type Moved = Extract<BatchEvent, { type: 'batch.moved' }>

/** Under which a row's end is counted once. */
export function rowKey(row: number): Key {
  return { use: 'once', kind: 'row_ended', key: String(row) }
}

/** Under which it stays known that a row ended without a dial, so that whoever it was for may be called by another. */
export function passedOverKey(row: number): Key {
  return { use: 'once', kind: 'row_passed_over', key: String(row) }
}

/** Taking a list, scheduling and stopping it, and hearing how its rows fare. */
export function decide(state: Batch | undefined, command: BatchCommand, context: Ctx): Decided {
  if (command.type === 'create') return create(state, command, context)
  if (!state || state.status === 'erasing') return refuse('not_found', 'There is no such batch.')
  switch (command.type) {
    case 'add_rows':
      return addRows(state, command.rows, context)
    case 'advance':
      return advance(state, command, context)
    case 'fail':
      return { events: canFail(state) ? [moved(state, 'failed', command.because, context)] : [] }
    case 'schedule':
      return schedule(state, command, context)
    case 'stop':
      if (!canStop(state.status))
        return refuse('closed', 'The batch is not scheduled, queued or running: there is nothing to stop.')
      return { events: [stopped(state, 'stopped by request', command.hangUp, 'batch_stopped', context)] }
    case 'lose_agent':
      if (!canStop(state.status) && state.status !== 'created' && state.status !== 'processed') return { events: [] }
      return { events: [stopped(state, 'its agent was removed', false, 'agent_deleted', context)] }
    case 'note_row':
      return noteRow(state, command, context)
    case 'lapse':
      return lapse(state, context)
    case 'erase':
      return { events: [{ type: 'batch.erased', at: context.now, by: context.by }] }
  }
}

function create(state: Batch | undefined, command: CommandOf<'create'>, context: Ctx): Decided {
  if (state) return refuse('in_use', 'There is a batch with this id already: use another id.')
  const { type: _, ...draft } = command
  const { now: at, self: id, account, by } = context
  const batch: Batch = {
    id,
    account,
    status: 'created',
    ...draft,
    keepsHours: true,
    prepared: 0,
    released: 0,
    ended: 0,
    dueAt: null,
    stopping: null,
    sequence: 0,
    createdAt: at,
    updatedAt: at,
  }
  const created: BatchEvent = { type: 'batch.created', at, batch, by }
  return { events: batch.valid > 0 ? [created] : [created, moved(batch, 'failed', 'no row is valid', context)] }
}

function addRows(state: Batch, rows: readonly BatchRow[], { now: at }: Ctx): Decided {
  if (rows.length > rowsPerPart) return refuse('invalid', `Add at most ${rowsPerPart} rows at once.`, { field: 'rows' })
  if (state.prepared > 0) return refuse('closed', 'Sessions have been made of the rows already: make a new batch.')
  return { events: rows.length === 0 ? [] : [{ type: 'batch.rows', at, rows }] }
}

/** The last chunk of preparing makes it `processed`, unless it has been scheduled meanwhile. */
function advance(state: Batch, command: CommandOf<'advance'>, context: Ctx): Decided {
  const { type: _, ...chunk } = command
  const event: BatchEvent = { type: 'batch.advanced', at: context.now, ...chunk }
  const after = evolve(state, event)
  if (chunk.work === 'prepare' && chunk.done && after.status === 'created')
    return { events: [event, moved(after, 'processed', 'every valid row has its session', context)] }
  return { events: [event, ...completing(after, context)] }
}

function schedule(state: Batch, { dueAt, keepsHours }: CommandOf<'schedule'>, context: Ctx): Decided {
  if (state.status !== 'created' && state.status !== 'processed' && state.status !== 'scheduled')
    return refuse('closed', 'The batch has started or is over: make a new one.')
  if (dueAt > state.createdAt + startsWithinMs)
    return refuse(
      'invalid',
      'Give a start at most 60 days after the list was taken: for a later one, make a new batch.',
      {
        field: 'dueAt',
      },
    )
  return { events: [{ ...moved(state, 'scheduled', 'scheduled by request', context), dueAt, keepsHours }] }
}

function noteRow(state: Batch, { row, is, passedOver }: CommandOf<'note_row'>, context: Ctx): Decided {
  if (is === 'dialing')
    return state.status === 'queued'
      ? { events: [moved(state, 'running', 'the first row is dialled', context)] }
      : { events: [] }
  if (context.found(rowKey(row))) return { events: [] }
  const event: BatchEvent = { type: 'batch.row_ended', at: context.now, row, ...(passedOver && { passedOver }) }
  return { events: [event, ...completing(evolve(state, event), context)] }
}

/** Nothing happens unless it is due now. */
function lapse(state: Batch, context: Ctx): Decided {
  const due = deadline(state)
  if (due === undefined || due.at > context.now) return { events: [] }
  if (state.status !== 'scheduled') {
    return { events: [stopped(state, due.because, false, 'batch_expired', context)] }
  }
  const event = moved(state, 'queued', due.because, context)
  return { events: [event, ...completing(evolve(state, event), context)] }
}

/** Once it has started, the end of its last row ends it. */
function completing(state: Batch, context: Ctx): readonly BatchEvent[] {
  const started = state.status === 'queued' || state.status === 'running'
  return started && state.ended >= state.valid ? [moved(state, 'completed', 'every row has ended', context)] : []
}

function moved(state: Batch, to: BatchStatus, because: string, { now: at, by }: Ctx): Moved {
  return { type: 'batch.moved', at, from: state.status, to, by, because }
}

function stopped(
  state: Batch,
  because: string,
  hangUp: boolean,
  cause: NonNullable<Batch['stopping']>['cause'],
  context: Ctx,
): Moved {
  return { ...moved(state, 'stopped', because, context), stopping: { hangUp, cause } }
}

function canStop(status: BatchStatus): boolean {
  return status === 'scheduled' || status === 'queued' || status === 'running'
}

/** Only while its sessions are being made. */
function canFail({ status, prepared, valid }: Batch): boolean {
  return (status === 'created' || status === 'scheduled' || status === 'queued') && prepared < valid
}
