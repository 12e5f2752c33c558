import { describe, expect, test } from 'vitest'
import type { Create } from './commands.ts'
import type { Imported, SessionMoved } from './events.ts'
import { begin, Case, given, idOf, imported, inbound, order, row } from './given.ts'
import { allows, moves } from './moves.ts'
import { session as noun } from './session.ts'
import type { SessionKind } from './state.ts'

const hour = 3_600_000
const said = [
  { is: 'turn', who: 'user', text: 'Hello', at: begin - hour },
  { is: 'tool', call: { id: 'c1', name: 'look', arguments: {}, output: 1, isError: false, latencyMs: 3 }, at: begin },
] as const

function past(was: Partial<Imported>, more: Partial<Create> = {}): Create {
  return order({ ...imported, imported: { ...imported.imported!, ...was }, ...more })
}

const { answeredAt: _answered, ...unanswered } = imported.imported!

function outcomes(kind: SessionKind, was: Imported): readonly string[] {
  const all = ['completed', 'transferred', 'no_answer', 'canceled', 'failed'] as const
  return all.filter((outcome) => {
    try {
      return new Case(order({ ...imported, kind, imported: { ...was, outcome } })).state.outcome === outcome
    } catch {
      return false
    }
  })
}

describe('a session that took place elsewhere', () => {
  test('is born ended, with its own times, and its event is of now', () => {
    const one = new Case(past({}))
    expect(one.state).toMatchObject({
      state: 'ended',
      outcome: 'completed',
      end: { cause: 'imported', by: 'unknown', at: begin - 3_500_000 },
      createdAt: begin - hour,
      updatedAt: begin,
      entered: { at: begin, because: 'ordered by request' },
      attempt: { number: 1, answeredAt: begin - 3_590_000, endedAt: begin - 3_500_000 },
      userTurns: 1,
    })
    expect(one.events.map(({ type, at }) => [type, at])).toEqual([['session.created', begin]])
  })

  test('has no deadline, makes no effect, is counted for no caller, and holds only its reference', () => {
    const one = new Case(past({}, { reference: { key: 'k', digest: 'd' } }))
    expect([noun.deadline(one.state), one.effects, noun.handles(one.state)]).toEqual([undefined, [], []])
    expect(noun.claims(one.state)).toEqual([{ kind: 'session_reference', route: 'k', key: 'k' }])
    expect(noun.facets(one.state)).toMatchObject({
      imported: true,
      state: 'ended',
      createdAt: begin - hour,
      wasLive: true,
    })
    expect(noun.facets(given(inbound).state)['imported']).toBeUndefined()
  })

  test('keeps what was said and what it came to, as parts of its own', () => {
    const one = new Case(past({}, { told: { items: said, summary: 'Greeted.' } }))
    expect(one.events.slice(1)).toEqual([
      { type: 'words.imported', at: begin, items: said },
      {
        type: 'artefact.settled',
        at: begin,
        artefact: 'summary',
        attempt: 1,
        state: 'done',
        late: true,
        value: 'Greeted.',
      },
    ])
    expect(one.events.map((event) => noun.part(event))).toEqual([
      { creates: 'order' },
      { creates: 'history' },
      { creates: 'artefact' },
    ])
    expect(one.state).toMatchObject({ artefacts: { transcript: 'done', summary: 'done', cost: 'skipped' }, words: [] })
  })

  test('rule 2: never changes, and can only be erased', () => {
    const one = new Case(past({}))
    const before = one.state
    expect(one.refusal({ type: 'hang_up' }).code).toBe('closed')
    expect(one.refusal({ type: 'stop', cause: 'stopped_by_request' }).code).toBe('closed')
    one.try({ type: 'turn', who: 'user', quietFrom: begin })
    one.try({ type: 'settle', artefact: 'recording', attempt: 1, state: 'done' })
    expect(one.jump(begin + 4 * 365 * 24 * hour).state).toEqual(before)
    expect(noun.erasing(one.do({ type: 'erase' }).state)).toBe(true)
    expect(one.events.filter((event): event is SessionMoved => event.type === 'session.moved')).toEqual([])
  })

  test('rule 4: each kind ends as it can have ended, as a talk or without one', () => {
    const talked = ['completed', 'transferred', 'failed']
    for (const kind of ['telephone', 'browser', 'text', 'email'] as const)
      expect(outcomes(kind, imported.imported!), kind).toEqual(talked)
    expect(outcomes('telephone', unanswered)).toEqual(['no_answer', 'canceled', 'failed'])
    expect(outcomes('browser', unanswered)).toEqual(['canceled', 'failed'])
    expect(outcomes('email', unanswered)).toEqual(['canceled', 'failed'])
    expect(outcomes('text', unanswered)).toEqual([])
    const known = new Set(talked.concat(outcomes('telephone', unanswered)))
    expect(new Set<string>(moves.new.ended.outcomes)).toEqual(known)
    expect(allows('new', 'ended', 'busy')).toBe(false)
  })

  test('an address of ours need not be known', () => {
    expect(new Case(past({}, { own: '' })).state.own).toBe('')
    expect(() => given({ own: '' })).toThrow('Give an address')
  })

  test.each<[string, Create, string]>([
    ['to another state', order({ ...imported, to: 'ringing' }), 'starts as ended'],
    ['ended without having been anything', order({ ...inbound, to: 'ended' }), 'starts as ringing'],
    ['words of what is not imported', order({ told: { items: [] } }), 'Only of what is imported'],
    ['a row of a batch', past({}, { batch: row.batch! }), 'belongs to no batch'],
    ['a callback', past({}, { parent: idOf(5) }), 'belongs to no batch'],
    ['begun before it was created', past({ answeredAt: begin - 2 * hour }), 'cannot have begun'],
    ['ended before it began', past({ endedAt: begin - 3_595_000 }), 'cannot have ended'],
    ['still to end', past({ endedAt: begin + 1 }), 'still to come'],
    ['before all time', past({ createdAt: -1 }), 'from 1970 on'],
    ['half a millisecond', past({ createdAt: 0.5 }), 'from 1970 on'],
    ['too much said', past({}, { told: { items: [{ ...said[0], text: 'x'.repeat(262_144) }] } }), 'at most 256 KB'],
    ['too long a summary', past({}, { told: { items: [], summary: 'x'.repeat(16_001) } }), 'at most 16000'],
    ['too long a digest', past({}, { reference: { key: 'k', digest: 'd'.repeat(65) } }), 'at most 64'],
  ])('is refused: %s', (_what, create, message) => {
    expect(() => new Case(create)).toThrow(message)
  })
})
