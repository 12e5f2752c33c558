import { describe, expect, test } from 'vitest'
import { begin, calling, given, idOf, inbound, row, second } from './given.ts'
import { session as noun } from './session.ts'

const conversation = { type: 'place_words', conversationId: idOf(9), after: 4, streamId: idOf(8) } as const

describe('how a session is found', () => {
  test('by the row of its batch, which has but one, and by the carrier’s id of its call', () => {
    const call = given(row)
    const [created] = call.events
    expect(created && noun.keys(created)).toEqual([{ use: 'find', kind: 'row', key: `${idOf(3)}#17`, alone: true }])
    call.do({ type: 'queue', because: 'start' }).offer().placed('CA7').ringing()
    expect(call.events.flatMap((event) => noun.keys(event)).slice(1)).toEqual([
      { use: 'find', kind: 'call', key: 'CA7' },
    ])
    const arrived = given(inbound).events[0]
    expect(arrived && noun.keys(arrived)).toEqual([{ use: 'find', kind: 'call', key: 'CA1' }])
  })

  test('in the lists of what it is doing', () => {
    const call = calling({}, { ...row, to: 'queued' })
    expect(noun.facets(call.state)).toMatchObject({
      listed: true,
      agent: idOf(2),
      batch: idOf(3),
      row: 17,
      waits: true,
      waiting: 'simulator',
      waitingAgent: idOf(2),
      queuedAt: begin,
      inFlight: undefined,
      wasLive: false,
    })
    call.offer()
    expect(noun.facets(call.state)).toMatchObject({
      waits: undefined,
      waiting: undefined,
      waitingAgent: undefined,
      inFlight: true,
    })
    call.talking().ended().settled()
    expect(noun.facets(call.state)).toMatchObject({ inFlight: undefined, state: 'ended', wasLive: true })
    call.do({ type: 'erase' })
    expect([noun.facets(call.state), noun.erasing(call.state)]).toEqual([{}, true])
    expect(call.refusal({ type: 'hang_up' }).code).toBe('not_found')
  })

  test('a prepared row is in no list of what waits: it is stopped by its batch', () => {
    expect(noun.facets(given(row).state)).toMatchObject({ waits: undefined, waitingAgent: undefined, batch: idOf(3) })
  })

  test('reports and turns change no list', () => {
    const call = given().talking()
    const had = noun.facets(call.state)
    call.at(3).says('user', 2).report({ is: 'media', receivedPackets: 90, sentPackets: 90 }).at(9).says('agent', 4)
    expect(noun.facets(call.state)).toEqual(had)
  })

  test('its parts are the order, the artefacts and its timeline; counts and turns are in none', () => {
    const call = given().talking().says('user').ended().settled()
    const roles = call.events.map((event) => noun.part(event))
    expect(roles[0]).toEqual({ creates: 'order' })
    expect(roles.filter((role) => role && 'creates' in role && role.creates === 'artefact')).toHaveLength(1)
    expect(roles.filter((role) => role === undefined)).toHaveLength(2)
  })

  test('its stream stops with the talk, in the same unit', () => {
    const call = given().talking().do(conversation).at(9).ended()
    const led = call.events.flatMap((event) => noun.reactions(event, call.state))
    expect(led).toEqual([{ noun: 'stream', id: idOf(8), command: { type: 'stop', because: 'the user hung up' } }])
    expect(given().talking().do(conversation).run(conversation)).toEqual([])
    expect(call.refusal(conversation).code).toBe('closed')
  })
})

describe('what is asked of the world', () => {
  test('a dial names its leg, and the carrier’s guards lie beyond ours', () => {
    const call = calling({ ringMs: 20 * second, capMs: 600 * second }).offer()
    expect(call.effects.find(({ kind }) => kind === 'telephony.dial')).toMatchObject({
      mode: 'once',
      payload: {
        attempt: 1,
        leg: null,
        reference: `${idOf(1)}.1`,
        from: '+18005550111',
        to: '+14155550101',
        ringMs: 50_000,
      },
    })
    expect(call.asked('telephony.dial')).toMatchObject([{ limitMs: 630_000 }])
  })

  test('a batch hears of its row when it first dials, and when it ends', () => {
    const call = given(row).do({ type: 'queue', because: 'start' }).offer().talking().ended().settled()
    expect(call.asked('batch.row')).toEqual([
      { batch: idOf(3), row: 17, is: 'dialing' },
      { batch: idOf(3), row: 17, is: 'ended' },
    ])
    const stopped = given(row).do({ type: 'stop', cause: 'batch_stopped' })
    expect(stopped.asked('batch.row')).toEqual([{ batch: idOf(3), row: 17, is: 'ended', passedOver: true }])
  })

  test('a process that takes a live call over talks on', () => {
    const call = given().talking().do({ type: 'take_lease', lease: 'there' })
    expect(call.asked('agent.begin')).toEqual([
      { attempt: 1, lease: 'here', resumed: false },
      { attempt: 1, lease: 'there', resumed: true },
    ])
    expect(call.run({ type: 'take_lease', lease: 'there' })).toEqual([])
    expect(given().run({ type: 'take_lease', lease: 'there' })).toEqual([])
  })
})

test('the head of a completed call of a batch is at most 1 kB', () => {
  const call = given(row).do({ type: 'queue', because: 'its batch starts' }).offer()
  call
    .placed(`CA${'0'.repeat(32)}`)
    .at(2)
    .ringing()
    .at(5)
    .talking()
    .do(conversation)
    .says('user', 2)
  call
    .at(40)
    .ended({ verdict: 'hangup', by: 'user', protocol: { sip: 200, q850: 16 } })
    .at(50)
    .settled()
  expect(call.state.state).toBe('ended')
  expect(JSON.stringify(call.state).length).toBeLessThanOrEqual(1024)
})
