import { describe, expect, it } from 'vitest'
import { given } from '#conformance/given.ts'
import { campaign } from './campaign.ts'
import type { CampaignCommand } from './commands.ts'
import { contactOf, numberKey, placeKey, variablesOf } from './contacts.ts'
import type { CampaignEvent } from './events.ts'
import type { NewContact } from './state.ts'

const agentId = '01ka7n36096q14dr9gpqy77zaa'
const batch = '01ka7n36096q14dr9gpqy77zbb'
const settings = { hours: null, retry: null, atOnce: null }
const create: CampaignCommand = { type: 'create', name: 'Spring', agentId, from: [], planId: null, settings }
const start: CampaignCommand = { type: 'start', run: { agent: { id: agentId, version: 3 }, from: [], settings } }
const alice: NewContact = { number: '+12025550143', name: 'Alice', data: { city: 'Pune' } }
const bob: NewContact = { number: '+12025550144', name: null, data: {} }
const add = (...contacts: readonly NewContact[]): CampaignCommand => ({ type: 'upsert', contacts })
const rest = (round: number, from: number): CampaignCommand => ({ type: 'rest', round, from })
const halt = (round: number): CampaignCommand => ({ type: 'halt', round, because: 'its agent was removed' })

/** The campaign after commands, with the events and effects of the last one. */
function after(...commands: readonly CampaignCommand[]) {
  const events: CampaignEvent[] = []
  let last: readonly CampaignEvent[] = []
  for (const command of commands) {
    const came = given(campaign, ...events).when(command)
    if (came.refusal) throw new Error(`${command.type}: ${came.refusal.message}`)
    last = came.events
    events.push(...last)
  }
  const present = given(campaign, ...events)
  const effects = last.flatMap((event, i) =>
    campaign.effects(event, given(campaign, ...events.slice(0, events.length - last.length + i + 1)).state),
  )
  return { ...present, events, last, effects: effects.map(({ kind, payload }) => [kind, payload]) }
}

/** Orders the first contact, whose part is number 2, in a run. */
function order(round: number, from: number, next: number, events: readonly CampaignEvent[]): CampaignCommand {
  const part = events.find((event) => event.type === 'campaign.contact_added')
  if (!part) throw new Error('There is no contact.')
  const contact = contactOf({ n: part.n, created: part })
  return { type: 'order', round, from, next, called: [{ n: part.n, contact, row: { batch, row: 1 } }] }
}

describe('a campaign', () => {
  it('is active and calls nobody when it is made', () => {
    const { state, effects } = after(create, add(alice))
    expect(state).toMatchObject({ status: 'active', run: null, contacts: 1, newest: 2, ordering: null })
    expect(effects).toEqual([])
  })

  it.each<[string, Partial<Extract<CampaignCommand, { type: 'create' }>>, string]>([
    ['no name', { name: ' ' }, 'name'],
    ['a name too long', { name: 'x'.repeat(256) }, 'name'],
    ['numbers that are none', { from: ['202'] }, 'from'],
    ['too many numbers', { from: Array<string>(21).fill('+12025550143') }, 'from'],
    ['hours that never open', { settings: { ...settings, hours: { startHour: 9, endHour: 9, zone: null } } }, 'hours'],
    ['an unknown zone', { settings: { ...settings, hours: { startHour: 9, endHour: 17, zone: 'Mars' } } }, 'hours'],
    ['half a contact', { settings: { ...settings, atOnce: 0.5 } }, 'atOnce'],
    [
      'too many retries',
      { settings: { ...settings, retry: { max: 6, on: [], onVoicemail: false, afterMs: [1_000] } } },
      'retry.max',
    ],
  ])('refuses %s', (_, wrong, field) => {
    expect(given(campaign).when({ ...create, ...wrong } as CampaignCommand).refusal).toMatchObject({
      code: 'invalid',
      field,
    })
  })

  it('orders its calls from the first contact on when it is started', () => {
    const { state, effects } = after(create, add(alice, bob), start)
    expect(state).toMatchObject({ run: { round: 1, agent: { version: 3 } }, reached: 0, ordering: {} })
    expect(effects).toEqual([['campaign.order', { round: 1, from: 0 }]])
  })

  it('waits for contacts where it has none, and orders whoever comes', () => {
    expect(after(create, start).effects).toEqual([])
    expect(after(create, start, add(alice)).effects).toEqual([['campaign.order', { round: 1, from: 0 }]])
  })

  it('has one contact of a number, found by it and by its place', () => {
    const { last } = after(create, add(alice, bob))
    expect(last.map((event) => campaign.keys(event))).toEqual([
      [numberKey(alice.number), placeKey(1)],
      [numberKey(bob.number), placeKey(2)],
    ])
    const changed = after(create, add(alice, bob), add({ ...alice, name: 'Alicia' }, bob))
    expect(changed.last).toMatchObject([
      { type: 'campaign.contact_changed', n: 2, contact: { place: 1, name: 'Alicia' } },
    ])
    expect(campaign.part(changed.last[0]!)).toEqual({ overlays: 2 })
    expect(changed.state).toMatchObject({ contacts: 2, newest: 3 })
  })

  it('keeps what is left out of a contact that is there, and fills in the name unless the data have one', () => {
    const { number } = alice
    const contact = ({ last }: ReturnType<typeof after>) =>
      last.flatMap((event) => (event.type === 'campaign.contact_changed' ? [event.contact] : []))[0]
    const renamed = contact(after(create, add(alice), add({ number, name: 'Alicia' })))
    expect(renamed).toMatchObject({ name: 'Alicia', data: { city: 'Pune' } })
    expect(renamed && variablesOf(renamed)).toEqual({ name: 'Alicia', city: 'Pune' })
    const moved = contact(after(create, add(alice), add({ number, data: { name: 'Ms. Liddell' } })))
    expect(moved).toMatchObject({ name: 'Alice', data: { name: 'Ms. Liddell' } })
    expect(moved && variablesOf(moved)).toEqual({ name: 'Ms. Liddell' })
    expect(variablesOf({ ...bob, name: null, data: {} })).toEqual({})
    expect(after(create, add(alice), add({ number })).last).toEqual([])
    expect(after(create, add({ number })).last).toMatchObject([{ contact: { name: null, data: {} } }])
  })

  it.each([
    ['a number that is none', { ...alice, number: '0202' }, 'number'],
    ['data that are too much with the name', { ...alice, data: { text: 'x'.repeat(25 * 1024 - 15) } }, 'data'],
    ['data that is too much', { ...alice, data: { text: 'x'.repeat(25 * 1024) } }, 'data'],
    ['a name too long', { ...alice, name: 'x'.repeat(256) }, 'name'],
  ])('refuses all contacts for %s', (_, wrong, field) => {
    const { events } = after(create)
    expect(given(campaign, ...events).when(add(bob, wrong))).toMatchObject({
      events: [],
      refusal: { code: 'invalid', field },
    })
  })
})

describe('ordering', () => {
  it('gives each contact one row in a run', () => {
    const { events } = after(create, add(alice, bob), start)
    const ordered = after(create, add(alice, bob), start, order(1, 0, 2, events))
    expect(ordered.last).toMatchObject([
      { type: 'campaign.contact_changed', n: 2, contact: { order: { batch, row: 1, round: 1 } } },
      { type: 'campaign.ordered', next: 2, done: false },
    ])
    expect(ordered.effects).toEqual([['campaign.order', { round: 1, from: 2 }]])
    const again = order(1, 2, 3, events) as Extract<CampaignCommand, { type: 'order' }>
    const called = again.called.map((one) => ({
      ...one,
      contact: { ...one.contact, order: { batch, row: 1, round: 1 } },
    }))
    expect(given(campaign, ...ordered.events).when({ ...again, called }).refusal?.code).toBe('wrong_state')
  })

  it('is done when the newest contact has been looked at', () => {
    const { events } = after(create, add(alice), start)
    const done = after(create, add(alice), start, order(1, 0, 2, events))
    expect(done.state).toMatchObject({ reached: 2, ordering: null })
    expect(done.effects).toEqual([])
  })

  it('refuses what comes late, so that its batch goes with it', () => {
    const { events } = after(create, add(alice, bob), start)
    const first = order(1, 0, 2, events)
    for (const late of [
      after(create, add(alice, bob), start, first),
      after(create, add(alice, bob), start, { type: 'pause' }),
      after(create, add(alice, bob), start, { type: 'pause' }, start),
      after(create, add(alice, bob), start, { type: 'close' }),
    ])
      expect(given(campaign, ...late.events).when(first).refusal?.code).toBe('wrong_state')
  })

  it('rests without room, goes on when there may be some, and looks again when told while it looks', () => {
    const resting = after(create, add(alice), start, rest(1, 0))
    expect(resting.state.ordering).toBeNull()
    expect(after(create, add(alice), start, rest(1, 0), { type: 'go_on', round: 1 }).effects).toEqual([
      ['campaign.order', { round: 1, from: 0 }],
    ])
    const told = after(create, add(alice), start, { type: 'go_on', round: 1 }, rest(1, 0))
    expect(told.effects).toEqual([['campaign.order', { round: 1, from: 0 }]])
    expect(told.state.ordering).toEqual({})
    expect(after(create, add(alice), start, rest(1, 0), { type: 'go_on', round: 2 }).last).toEqual([])
  })
})

describe('the status', () => {
  it('stops what waits of its run when it is paused, closed or halted', () => {
    const stop = [['campaign.stop', { round: 1 }]]
    expect(after(create, start, { type: 'pause' })).toMatchObject({
      state: { status: 'paused', halted: null },
      effects: stop,
    })
    expect(after(create, start, { type: 'close' })).toMatchObject({ state: { status: 'closed' }, effects: stop })
    expect(after(create, start, halt(1))).toMatchObject({
      state: { status: 'paused', halted: 'its agent was removed' },
      effects: stop,
    })
    expect(after(create, start, { type: 'pause' }, start, halt(1)).state.status).toBe('active')
    expect(after(create, { type: 'pause' }).effects).toEqual([])
  })

  it('looks at everybody again in each run', () => {
    const { events } = after(create, add(alice, bob), start)
    const again = after(create, add(alice, bob), start, order(1, 0, 2, events), { type: 'pause' }, start)
    expect(again.state).toMatchObject({ status: 'active', reached: 0, run: { round: 2 } })
    expect(again.effects).toEqual([['campaign.order', { round: 2, from: 0 }]])
  })

  it.each<[string, readonly CampaignCommand[], CampaignCommand]>([
    ['started twice', [start], start],
    ['paused twice', [{ type: 'pause' }], { type: 'pause' }],
    ['started when closed', [{ type: 'close' }], start],
    ['closed twice', [{ type: 'close' }], { type: 'close' }],
    ['added to when closed', [{ type: 'close' }], add(alice)],
    ['changed when closed', [{ type: 'close' }], { type: 'change', name: 'x' }],
  ])('does not let it be %s', (_, before, command) => {
    const { events } = after(create, ...before)
    expect(given(campaign, ...events).when(command).refusal?.code).toBe('wrong_state')
  })

  it('is changed while it is not closed, and what changes nothing is not written', () => {
    expect(after(create, { type: 'change', name: 'Autumn' }).state).toMatchObject({ name: 'Autumn', agentId })
    expect(after(create, { type: 'change', name: 'Spring', settings: { ...settings } }).last).toEqual([])
  })
})

it('the head stays small, however many contacts it has', () => {
  const many = Array.from({ length: 1_000 }, (_, i) => ({ ...alice, number: `+1202555${2_000 + i}` }))
  expect(JSON.stringify(after(create, add(...many), start).state).length).toBeLessThan(1_024)
})
