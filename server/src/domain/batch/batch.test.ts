import { describe, expect, it } from 'vitest'
import { given } from '#conformance/given.ts'
import { dayMs } from '../vocabulary/instant.ts'
import { batch } from './batch.ts'
import type { BatchCommand } from './commands.ts'
import { passedOverKey, rowKey } from './decide.ts'
import type { BatchEvent } from './events.ts'
import type { Batch } from './state.ts'

const agent = { id: '01ka7n36096q14dr9gpqy77zaa', version: 3 }
const create: BatchCommand = {
  type: 'create',
  agent,
  fileName: 'people.csv',
  from: [],
  retry: null,
  webhook: null,
  rows: 3,
  valid: 2,
}
const prepared: BatchCommand = { type: 'advance', work: 'prepare', next: 3, count: 2, missed: 0, done: true }
const schedule: BatchCommand = { type: 'schedule', dueAt: 5_000, keepsHours: false }
const ended = (row: number): BatchCommand => ({ type: 'note_row', row, is: 'ended' })
const dialing: BatchCommand = { type: 'note_row', row: 1, is: 'dialing' }

/** The batch after commands, each at its own time, with the effects of the last one. */
function after(...commands: readonly (BatchCommand | readonly [number, BatchCommand])[]) {
  const events: BatchEvent[] = []
  let last: readonly BatchEvent[] = []
  for (const one of commands) {
    const [now, command] = 'type' in one ? ([1_000, one] as const) : one
    const came = given(batch, ...events).when(command, { now })
    if (came.refusal) throw new Error(`${command.type}: ${came.refusal.message}`)
    last = came.events
    events.push(...last)
  }
  const present = given(batch, ...events)
  const effects = last.flatMap((event, i) =>
    batch.effects(event, given(batch, ...events.slice(0, events.length - last.length + i + 1)).state),
  )
  return { ...present, events, last, effects: effects.map(({ kind, payload }) => [kind, payload]) }
}

describe('a batch', () => {
  it('starts by preparing, and is processed when every valid row has its session', () => {
    const made = after(create)
    expect(made.state).toMatchObject({ status: 'created', valid: 2, prepared: 0, keepsHours: true, sequence: 0 })
    expect(made.effects).toEqual([['batch.prepare', { from: 0 }]])
    const half = after(create, { type: 'advance', work: 'prepare', next: 1, count: 1, missed: 0, done: false })
    expect(half.state).toMatchObject({ status: 'created', prepared: 1 })
    expect(half.effects).toEqual([['batch.prepare', { from: 1 }]])
    const done = after(create, prepared)
    expect(done.state).toMatchObject({ status: 'processed', prepared: 2, sequence: 1 })
    expect(done.effects).toEqual([])
  })

  it('takes its rows in parts of at most 500, and none after it has begun', () => {
    const rows = [{ row: 1, to: '+12025550143' }]
    const { last } = after(create, { type: 'add_rows', rows })
    expect(batch.part(last[0]!)).toEqual({ creates: 'rows' })
    const many = Array.from({ length: 501 }, (_, i) => ({ row: i + 1 }))
    expect(after(create).when({ type: 'add_rows', rows: many }).refusal?.code).toBe('invalid')
    expect(after(create, prepared).when({ type: 'add_rows', rows }).refusal?.code).toBe('closed')
  })

  it('has failed at once without a valid row', () => {
    const { state, effects } = after({ ...create, valid: 0 })
    expect([state.status, effects]).toEqual(['failed', []])
  })

  it('is released to the queue when its time has come', () => {
    const waiting = after(create, prepared, schedule)
    expect(waiting.state).toMatchObject({ status: 'scheduled', dueAt: 5_000, keepsHours: false })
    expect(batch.deadline(waiting.state)).toMatchObject({ at: 5_000, command: { type: 'lapse' } })
    expect(waiting.when({ type: 'lapse' }, { now: 4_999 }).events).toEqual([])
    const due = after(create, prepared, schedule, [5_000, { type: 'lapse' }])
    expect(due.state.status).toBe('queued')
    expect(due.effects).toEqual([['batch.release', { from: 0 }]])
  })

  it('is scheduled anew as long as it has not started', () => {
    const { state } = after(create, prepared, schedule, { type: 'schedule', dueAt: 9_000, keepsHours: true })
    expect(state).toMatchObject({ status: 'scheduled', dueAt: 9_000, keepsHours: true })
    const started = after(create, prepared, schedule, [5_000, { type: 'lapse' }])
    expect(started.when(schedule).refusal?.code).toBe('closed')
  })

  it('scheduled while it is being prepared, waits with the release until all are', () => {
    expect(after(create, schedule, prepared).state.status).toBe('scheduled')
    const late = after(create, schedule, [5_000, { type: 'lapse' }])
    expect([late.state.status, late.effects]).toEqual(['queued', []])
    const then = after(create, schedule, [5_000, { type: 'lapse' }], prepared)
    expect(then.effects).toEqual([['batch.release', { from: 0 }]])
  })

  const running = [create, prepared, schedule, [5_000, { type: 'lapse' }], dialing] as const

  it('runs from the first dial, and is completed when every valid row has ended, each counted once', () => {
    expect(after(...running).state.status).toBe('running')
    expect(after(...running, dialing).last).toEqual([])
    const one = after(...running, ended(1))
    expect(one.state).toMatchObject({ status: 'running', ended: 1 })
    expect(batch.keys(one.last[0]!)).toEqual([rowKey(1)])
    const passedOver = after(...running, { type: 'note_row', row: 1, is: 'ended', passedOver: true })
    expect(batch.keys(passedOver.last[0]!)).toEqual([rowKey(1), passedOverKey(1)])
    expect(after(...running, ended(1), ended(3)).state).toMatchObject({ status: 'completed', ended: 2, sequence: 5 })
  })

  it('is completed as it starts when all of its rows have been stopped before, and counts rows none could be made of', () => {
    const none = after(create, prepared, schedule, ended(1), ended(3), [5_000, { type: 'lapse' }])
    expect(none.state.status).toBe('completed')
    const missed: BatchCommand = { ...prepared, missed: 1 }
    expect(after(create, missed, schedule, ended(1), [5_000, { type: 'lapse' }]).state.status).toBe('completed')
  })

  it('is stopped where it is scheduled, queued or running, and nowhere else', () => {
    const stop: BatchCommand = { type: 'stop', hangUp: true }
    for (const before of [running.slice(0, 3), running.slice(0, 4), running]) {
      const stopped = after(...before, stop)
      expect(stopped.state).toMatchObject({ status: 'stopped', stopping: { hangUp: true } })
      expect(stopped.effects).toEqual([['batch.stop', { from: 0 }]])
      expect(stopped.when(stop).refusal?.code).toBe('closed')
      expect(after(...before, stop, ended(1), ended(3)).state).toMatchObject({ status: 'stopped', ended: 2 })
    }
    for (const before of [running.slice(0, 1), running.slice(0, 2)])
      expect(after(...before).when(stop).refusal?.code).toBe('closed')
  })

  it('is stopped wherever it could still start once its agent is removed', () => {
    for (let i = 1; i <= running.length; i++) {
      const lost = after(...running.slice(0, i), { type: 'lose_agent' })
      expect(lost.state).toMatchObject({ status: 'stopped', stopping: { hangUp: false, cause: 'agent_deleted' } })
      expect(lost.effects).toEqual([['batch.stop', { from: 0 }]])
      expect(after(...running.slice(0, i), { type: 'lose_agent' }, { type: 'lose_agent' }).last).toEqual([])
    }
  })

  it('starts at most 60 days after its list was taken, however often it is scheduled anew', () => {
    const latest = 1_000 + 60 * dayMs
    const at = (dueAt: number): BatchCommand => ({ type: 'schedule', dueAt, keepsHours: true })
    expect(after(create, prepared, [20 * dayMs, at(latest)]).state.status).toBe('scheduled')
    const waiting = after(create, prepared, [20 * dayMs, at(latest)])
    expect(waiting.when(at(latest + 1), { now: 59 * dayMs }).refusal).toMatchObject({ code: 'invalid', field: 'dueAt' })
  })

  it('goes on stopping chunk by chunk', () => {
    const chunk: BatchCommand = { type: 'advance', work: 'stop', next: 100, count: 100, missed: 0, done: false }
    const stopped = after(...running, { type: 'stop', hangUp: false }, chunk)
    expect(stopped.effects).toEqual([['batch.stop', { from: 100 }]])
    expect(after(...running, { type: 'stop', hangUp: false }, { ...chunk, done: true }).effects).toEqual([])
  })

  it.each([[[create]], [[create, prepared]]])('expires after 30 days without a change: %j', (before) => {
    const { state } = after(...before)
    expect(batch.deadline(state)).toMatchObject({ at: 1_000 + 30 * dayMs, because: 'batch_expired' })
    const gone = after(...before, [1_000 + 30 * dayMs, { type: 'lapse' }])
    expect(gone.last).toMatchObject([{ to: 'stopped', because: 'batch_expired' }])
    expect(gone.effects).toEqual([['batch.stop', { from: 0 }]])
  })

  it('fails while its sessions are being made, and not afterwards', () => {
    const fail: BatchCommand = { type: 'fail', because: 'no number' }
    expect(after(create, fail)).toMatchObject({
      state: { status: 'failed' },
      effects: [['batch.stop', { from: 0 }]],
    })
    expect(after(create, prepared, fail).last).toEqual([])
    expect(after(...running, fail).last).toEqual([])
  })

  it('is out of all lists once deleted, and what waits of it is stopped', () => {
    const gone = after(...running, { type: 'erase' })
    expect(batch.erasing(gone.state)).toBe(true)
    expect(gone.effects).toEqual([['batch.stop', { from: 0 }]])
    expect(gone.when(ended(1)).refusal?.code).toBe('not_found')
  })

  it('has a small head', () => {
    const { state } = after(...running)
    const large: Batch = {
      ...state,
      from: Array<string>(10).fill('+12025550100'),
      webhook: `https://${'a'.repeat(200)}`,
    }
    expect(JSON.stringify(large).length).toBeLessThan(1_024)
  })
})
