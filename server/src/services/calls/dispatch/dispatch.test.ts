import { afterEach, describe, expect, it } from 'vitest'
import { openMemory } from '#adapters/storage/memory/open.ts'
import { simulatedSystem } from '#adapters/system/simulated/simulated-system.ts'
import { agent as agentNoun } from '#domain/agent/agent.ts'
import { number as numberNoun } from '#domain/number/number.ts'
import type { SessionCommand } from '#domain/session/commands.ts'
import { dayMs, hourMs, minuteMs } from '#domain/vocabulary/instant.ts'
import { account, answered, busy, hungUp, morning, must, Rig, type RigOptions } from './given.ts'

const open: Rig[] = []
afterEach(async () => {
  for (const { engine } of open.splice(0)) await engine.stop()
})

async function openRig(options: RigOptions = {}): Promise<Rig> {
  const rig = await Rig.open({ storage: openMemory(), system: simulatedSystem(1) }, options)
  open.push(rig)
  return rig
}

describe('slots', () => {
  it('are given in the order of the queue, up to the limit', async () => {
    const rig = await openRig({ limit: 2 })
    const ids = await rig.orders(4)
    await rig.rest()
    expect(await rig.states(ids)).toEqual(['dialing', 'dialing', 'queued', 'queued'])
    expect(await rig.dispatch.slots(account)).toMatchObject({ limit: 2, held: [{ slot: 1 }, { slot: 2 }], waiting: 2 })
    expect(await Promise.all(ids.map(async (id) => rig.dispatch.queuePosition(await rig.session(id))))).toEqual([
      undefined,
      undefined,
      1,
      2,
    ])
    await rig.run(ids[1] ?? '', busy())
    await rig.rest()
    expect(await rig.states(ids)).toEqual(['dialing', 'ended', 'dialing', 'queued'])
    expect(rig.dialed).toEqual(ids.slice(0, 3))
  })

  it('say who holds them: the session carries its slot and the process that dials', async () => {
    const rig = await openRig()
    const id = await rig.order()
    await rig.rest()
    expect((await rig.session(id)).attempt).toMatchObject({ number: 1, slot: 1, lease: 'here' })
    const { held } = await rig.dispatch.slots(account)
    // The lease outlasts the cap of 40 minutes by 5.
    expect(held).toEqual([
      { slot: 1, session: id, attempt: 1, route: 'default', since: morning, until: morning + 45 * minuteMs },
    ])
  })

  it('are split over the routes that have calls waiting; what one does not need passes on', async () => {
    const rig = await openRig({ limit: 0 })
    const a = await rig.orders(5, { route: 'a' })
    const b = await rig.orders(5, { route: 'b' })
    const c = await rig.orders(1, { route: 'c' })
    await rig.rest()
    expect(rig.dialed).toEqual([])
    rig.limit = 6
    await rig.dispatch.wake(account)
    await rig.rest()
    expect(rig.dialed.toSorted()).toEqual([...a.slice(0, 3), ...b.slice(0, 2), ...c].toSorted())
    await rig.run(c[0] ?? '', busy())
    await rig.rest()
    expect(rig.dialed.at(-1)).toBe(b[2])
  })

  it('a raised limit is used at once when woken; a lower one takes none away', async () => {
    const rig = await openRig({ limit: 1 })
    const ids = await rig.orders(5)
    await rig.rest()
    rig.limit = 4
    await rig.dispatch.wake(account)
    await rig.rest()
    expect(await rig.states(ids)).toEqual(['dialing', 'dialing', 'dialing', 'dialing', 'queued'])
    rig.limit = 2
    await rig.run(ids[0] ?? '', busy())
    await rig.run(ids[1] ?? '', busy())
    await rig.rest()
    expect(await rig.states(ids)).toEqual(['ended', 'ended', 'dialing', 'dialing', 'queued'])
    await rig.run(ids[2] ?? '', busy())
    await rig.rest()
    expect(await rig.states(ids)).toEqual(['ended', 'ended', 'ended', 'dialing', 'dialing'])
  })

  it.each([
    ['a hang-up of the user', [answered, hungUp]],
    ['a hang-up by request', [answered, { type: 'hang_up' }]],
    ['a cancel before the answer', [{ type: 'stop', cause: 'stopped_by_request' }]],
    [
      'a refusal of the carrier',
      [{ type: 'dial_answered', attempt: 1, answer: { is: 'refused', cause: 'congestion' } }],
    ],
  ] as readonly [string, readonly SessionCommand[]][])('rule 7: come free by %s', async (_name, commands) => {
    const rig = await openRig({ limit: 1 })
    const [first = '', second = ''] = await rig.orders(2)
    await rig.rest()
    for (const command of commands) await rig.run(first, command)
    await rig.rest()
    expect((await rig.session(second)).state).toBe('dialing')
    expect((await rig.dispatch.slots(account)).held).toMatchObject([{ session: second, slot: 1 }])
  })

  it('go from one to the next in one transaction', async () => {
    // The ledger's own word that a slot is free comes to nobody.
    const rig = await openRig({ limit: 1, replace: () => ({ 'slot.freed': { run: async () => ({ settled: true }) } }) })
    const ids = await rig.orders(2)
    await rig.rest()
    await rig.run(ids[0] ?? '', busy())
    await rig.rest()
    expect(await rig.states(ids)).toEqual(['ended', 'dialing'])
  })

  it('come free when the carrier says nothing at all, by the deadline', async () => {
    const rig = await openRig({ limit: 1 })
    const ids = await rig.orders(3)
    await rig.pass(2 * minuteMs + 1)
    expect(await rig.states(ids)).toEqual(['ended', 'ended', 'dialing'])
  })

  it('who is stopped while it waits is passed over', async () => {
    const rig = await openRig({ limit: 1 })
    const [first = '', second = '', third = ''] = await rig.orders(3)
    await rig.rest()
    await rig.run(second, { type: 'stop', cause: 'stopped_by_request' })
    await rig.run(first, busy())
    await rig.rest()
    expect(await rig.states([second, third])).toEqual(['ended', 'dialing'])
    expect(rig.dialed).toEqual([first, third])
  })

  it('a retry waits in line again, and holds its slot as another attempt', async () => {
    const rig = await openRig({ limit: 1 })
    const retry = { max: 1, on: ['busy' as const], onVoicemail: false, afterMs: [30 * minuteMs] }
    const id = await rig.order({ policy: { retry } })
    await rig.rest()
    await rig.run(id, busy())
    await rig.rest()
    expect((await rig.dispatch.slots(account)).held).toEqual([])
    await rig.pass(30 * minuteMs)
    expect(await rig.session(id)).toMatchObject({ state: 'dialing', attempt: { number: 2, slot: 1 } })
    await rig.run(id, busy(2))
    await rig.rest()
    expect((await rig.dispatch.slots(account)).held).toEqual([])
  })
})

describe('the dial gate', () => {
  it('an agent that is gone stops the call, and the slot goes to the next', async () => {
    const rig = await openRig({ limit: 0 })
    const id = await rig.order()
    await rig.do((unit) => void must(unit.run(agentNoun, rig.agent, { type: 'delete' })))
    rig.limit = 1
    await rig.dispatch.wake(account)
    await rig.rest()
    expect(await rig.session(id)).toMatchObject({ state: 'ended', end: { cause: 'agent_deleted' } })
    expect((await rig.dispatch.slots(account)).held).toEqual([])
  })

  it('a from-number that is not ours any more is an error', async () => {
    const rig = await openRig({ limit: 0 })
    const id = await rig.order()
    const { items } = await rig.engine.list({ account, noun: numberNoun, list: 'all', equals: ['true'], limit: 1 })
    await rig.do((unit) => void must(unit.run(numberNoun, items[0]?.id ?? '', { type: 'remove' })))
    rig.limit = 1
    await rig.dispatch.wake(account)
    await rig.rest()
    expect(await rig.session(id)).toMatchObject({ outcome: 'error', end: { cause: 'number_unusable' } })
  })

  it('an agent without a definition is an error', async () => {
    const rig = await openRig({ noDefinition: true })
    const id = await rig.order()
    await rig.rest()
    expect(await rig.session(id)).toMatchObject({ outcome: 'error', end: { cause: 'agent_unusable' } })
    expect((await rig.dispatch.slots(account)).held).toEqual([])
  })

  const keeps = { policy: { keepsHours: true } }

  it('B9 a call out of hours is told at once, takes no slot, and is dialled at the opening', async () => {
    const rig = await openRig({ limit: 0, hours: { startHour: 10, endHour: 12 } })
    const id = await rig.order(keeps)
    await rig.rest()
    expect(await rig.session(id)).toMatchObject({
      state: 'deferred',
      openings: [morning + hourMs, morning + hourMs + dayMs, morning + hourMs + 2 * dayMs],
    })
    rig.limit = 1
    await rig.pass(hourMs)
    expect((await rig.session(id)).state).toBe('dialing')
  })

  it('B9 a window that has closed while it waited for a slot puts it off, and the slot goes to the next', async () => {
    const rig = await openRig({ limit: 0, hours: { startHour: 9, endHour: 10 } })
    const first = await rig.order(keeps)
    const second = await rig.order()
    await rig.pass(hourMs)
    expect(await rig.states([first, second])).toEqual(['queued', 'queued'])
    rig.limit = 1
    await rig.dispatch.wake(account)
    await rig.rest()
    expect(await rig.states([first, second])).toEqual(['deferred', 'dialing'])
    expect((await rig.session(first)).openings?.[0]).toBe(morning + dayMs)
    expect((await rig.dispatch.slots(account)).held).toMatchObject([{ session: second }])
  })

  it('B9 an opening without a free slot: it stays where it is and waits in line, and is asked again at the next one', async () => {
    const rig = await openRig({ limit: 0, hours: { startHour: 10, endHour: 11 } })
    const id = await rig.order({ policy: { keepsHours: true, queueMs: 3 * dayMs } })
    await rig.pass(90 * minuteMs)
    expect(await rig.session(id)).toMatchObject({ state: 'deferred', wantsSlot: true })
    expect(await rig.dispatch.queuePosition(await rig.session(id))).toBe(1)
    await rig.pass(hourMs) // past the window
    rig.limit = 1
    await rig.dispatch.wake(account)
    await rig.rest()
    const session = await rig.session(id)
    expect(session.state).toBe('deferred')
    expect(session.wantsSlot).toBeUndefined()
    expect((await rig.dispatch.slots(account)).held).toEqual([])
    await rig.pass(dayMs)
    expect(['dialing', 'ended']).toContain((await rig.session(id)).state)
    expect(rig.dialed).toEqual([id])
  })

  it('B9 with several possible zones all must be inside; of an unknown one the account says which', async () => {
    const to = '+12025550100'
    const hours = { startHour: 9, endHour: 18 }
    const coasts = await openRig({ hours, zones: { [to]: ['America/New_York', 'America/Los_Angeles'] } })
    const far = await coasts.order({ to, ...keeps })
    const home = await openRig({ hours, zone: 'Asia/Tokyo' })
    const near = await home.order(keeps)
    await coasts.rest()
    await home.rest()
    expect((await coasts.session(far)).openings?.[0]).toBe(Date.UTC(2026, 10, 20, 17))
    expect((await home.session(near)).openings?.[0]).toBe(Date.UTC(2026, 10, 21, 0))
  })

  it('no opening within 14 days is an error at once', async () => {
    const zones = { '+12025550100': ['Europe/Kaliningrad', 'Asia/Kamchatka'] }
    const rig = await openRig({ hours: { startHour: 9, endHour: 18 }, zones })
    const id = await rig.order(keeps)
    await rig.rest()
    expect(await rig.session(id)).toMatchObject({ outcome: 'error', end: { cause: 'no_calling_window' } })
  })

  it.each([
    ['removed', null, 'dialing'],
    ['other', { startHour: 9, endHour: 12 }, 'dialing'],
    ['still closed', { startHour: 11, endHour: 12 }, 'deferred'],
  ] as const)(
    'B9 5.4 the hours that count are those of the agent as it is now: %s since the order',
    async (_, hours, state) => {
      const rig = await openRig({ limit: 1, hours: { startHour: 10, endHour: 12 } })
      await rig.write(hours)
      const id = await rig.order(keeps)
      await rig.rest()
      expect((await rig.session(id)).agent.version).toBe(1)
      expect((await rig.session(id)).state).toBe(state)
    },
  )

  it('B9 5.2 hours that come or go while a call waits for a slot count at the gate', async () => {
    const rig = await openRig({ limit: 0 })
    const id = await rig.order(keeps)
    await rig.rest()
    await rig.write({ startHour: 10, endHour: 12 })
    rig.limit = 1
    await rig.dispatch.wake(account)
    await rig.rest()
    expect(await rig.session(id)).toMatchObject({ state: 'deferred', openings: { 0: morning + hourMs } })
    await rig.write({ startHour: 11, endHour: 12 })
    await rig.pass(hourMs)
    expect(await rig.session(id)).toMatchObject({ state: 'deferred', openings: { 0: morning + 2 * hourMs } })
    await rig.write(null)
    await rig.pass(hourMs)
    expect(rig.dialed).toEqual([id])
  })

  it('who does not keep hours is dialled at any time', async () => {
    const rig = await openRig({ hours: { startHour: 22, endHour: 23 } })
    const id = await rig.order()
    await rig.rest()
    expect((await rig.session(id)).state).toBe('dialing')
  })
})

describe('the wallet', () => {
  it('B15 holds a minute for each call in flight; who is not covered is balance-low, and frees its slot', async () => {
    const rig = await openRig({ limit: 5, perMinute: 10 })
    await rig.credit(25)
    const ids = await rig.orders(3)
    await rig.rest()
    const outcomes = await Promise.all(ids.map(async (id) => (await rig.session(id)).outcome))
    expect(outcomes.filter((outcome) => outcome === 'balance_low')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === null)).toHaveLength(2)
    expect((await rig.money()).held).toHaveLength(2)
    expect((await rig.dispatch.slots(account)).held).toHaveLength(2)
  })

  it('an attempt that was never live costs nothing; started minutes are taken from the answer on', async () => {
    const rig = await openRig({ limit: 5, perMinute: 10 })
    await rig.credit(100)
    const [quick = '', long = ''] = await rig.orders(2)
    await rig.rest()
    await rig.run(quick, busy())
    await rig.run(long, answered)
    await rig.rest()
    expect(await rig.money()).toEqual({ balance: 100, held: [`${long}.1`] })
    await rig.run(long, { type: 'turn', who: 'user', quietFrom: rig.now() + 61_000 })
    await rig.pass(61_000)
    await rig.run(long, hungUp)
    await rig.rest()
    expect(await rig.money()).toEqual({ balance: 80, held: [] })
  })

  it('without one there is no billing', async () => {
    const rig = await openRig({ perMinute: 10 })
    const id = await rig.order()
    await rig.rest()
    expect((await rig.session(id)).state).toBe('dialing')
  })
})
