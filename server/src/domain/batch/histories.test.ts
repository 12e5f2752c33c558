import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dayMs } from '../vocabulary/instant.ts'
import { isRefused } from '../vocabulary/refusal.ts'
import type { Context } from '../noun.ts'
import { batch } from './batch.ts'
import type { BatchCommand } from './commands.ts'
import type { BatchEvent } from './events.ts'
import { batchMoves } from './moves.ts'
import type { Batch } from './state.ts'

const seed = Number(process.env['SEED'] ?? 11)
const valid = 3

const chunk = fc.record({
  work: fc.constantFrom('prepare', 'release', 'stop'),
  next: fc.integer({ min: 1, max: valid }),
  count: fc.nat(2),
  missed: fc.constant(0),
  done: fc.boolean(),
})
const command: fc.Arbitrary<BatchCommand> = fc.oneof(
  chunk.map((advance): BatchCommand => ({ type: 'advance', ...advance })),
  fc
    .record({ dueAt: fc.nat(60 * dayMs), keepsHours: fc.boolean() })
    .map((draft): BatchCommand => ({ type: 'schedule', ...draft })),
  fc.boolean().map((hangUp): BatchCommand => ({ type: 'stop', hangUp })),
  fc
    .record({ row: fc.integer({ min: 1, max: valid }), is: fc.constantFrom('dialing', 'ended') })
    .map((note): BatchCommand => ({ type: 'note_row', ...note })),
  fc.constantFrom<BatchCommand>(
    { type: 'lapse' },
    { type: 'fail', because: 'no number' },
    { type: 'lose_agent' },
    { type: 'erase' },
  ),
)

/** What the store knows of once keys: an event whose key is used up is decided again with the part that used it. */
class History {
  state: Batch | undefined
  readonly events: BatchEvent[] = []
  readonly #used = new Map<string, BatchEvent>()

  run(now: number, one: BatchCommand): readonly BatchEvent[] {
    const context: Context<BatchEvent> = {
      now,
      self: 'b',
      account: 'alice',
      by: 'api',
      next: this.events.length + 1,
      id: () => '',
      taken: () => undefined,
      found: ({ key }) => {
        const created = this.#used.get(key)
        return created && { n: 1, created }
      },
    }
    const decision = batch.decide(this.state, one, context)
    if (isRefused(decision)) return []
    for (const event of decision.events) {
      this.state = batch.evolve(this.state, event)
      for (const { key } of batch.keys(event)) this.#used.set(key, event)
      this.events.push(event)
    }
    return decision.events
  }
}

it(`moves only as the table says, counts each row once, and never leaves an end (seed ${seed})`, () => {
  const steps = fc.array(fc.tuple(fc.nat(20 * dayMs), command), { maxLength: 30 })
  fc.assert(
    fc.property(steps, (all) => {
      const history = new History()
      let now = 1
      const agent = { id: 'a', version: 1 }
      const draft = { agent, fileName: '', from: [], retry: null, webhook: null, rows: valid, valid }
      history.run(now, { type: 'create', ...draft })
      for (const [wait, one] of all) {
        now += wait
        const from = history.state!.status
        const events = history.run(now, one)
        let status = from
        for (const event of events) {
          if (event.type !== 'batch.moved') continue
          expect(event.from).toBe(status)
          expect(Object.keys(batchMoves[event.from])).toContain(event.to)
          status = event.to
        }
        const { ended, sequence } = history.state!
        expect(ended).toBe(
          new Set(history.events.flatMap((event) => (event.type === 'batch.row_ended' ? [event.row] : []))).size,
        )
        expect(sequence).toBe(history.events.filter(({ type }) => type === 'batch.moved').length)
        const due = batch.deadline(history.state!)
        const isIdle = due && due.at <= now && history.run(now, due.command).length === 0
        expect(isIdle ?? false).toBe(false)
      }
    }),
    { seed, numRuns: 500 },
  )
})
