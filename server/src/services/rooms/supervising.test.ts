// X12: who listens may speak to the agent alone, or in its place.
import { afterEach, describe, expect, it } from 'vitest'
import { openCallsHouse, type CallsHouse } from '#conformance/calls-house.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { TurnInput, TurnReply } from '../calls/ports.ts'
import type { Heard, ListenerMode, Presence } from './api.ts'

let house: CallsHouse
afterEach(() => house.close())

const asked: TurnInput[] = []
const turn = async (input: TurnInput): Promise<TurnReply> => {
  asked.push(input)
  return { say: input.on === 'start' ? 'Hello.' : 'At nine.' }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise(setImmediate)
  await house.system.runUntilIdle()
}

function must<Value>(value: Value | Refused | undefined): Value {
  if (value === undefined || isRefused(value)) throw new Error(isRefused(value) ? value.refusal.message : 'Nothing.')
  return value
}

const codeOf = (value: unknown): string => (isRefused(value) ? value.refusal.code : 'none')

interface Someone extends Presence {
  readonly said: () => readonly string[]
}

async function enter(token: string): Promise<Someone> {
  const { rooms } = house.services
  const heard: Heard[] = []
  const presence = must(await rooms.enter(must(rooms.read(token)), (one) => heard.push(one)))
  await settle()
  const said = () => heard.flatMap((one) => (one.is === 'said' ? [`${one.speaker ?? one.who}: ${one.text}`] : []))
  return { ...presence, said }
}

/** A live room with its user in it. */
async function opened(): Promise<{ readonly id: string; readonly bob: Someone }> {
  asked.length = 0
  house = await openCallsHouse({ runtime: { turn } })
  const agent = { id: await house.agent() }
  const { view, join } = must(await house.services.rooms.open(house.ask, { agent, user: 'bob', data: null }))
  return { id: view.session.id, bob: await enter(join.token) }
}

const supervise = async (id: string, mode?: ListenerMode): Promise<Someone> =>
  enter(must(await house.services.rooms.listen(house.ask, id, mode)).token)

async function items(id: string) {
  return house.services.texts.items(must(await house.services.sessions.get(house.account, id)))
}

describe('a supervisor', () => {
  it('who barges in is heard by everybody in the place of the agent, which knows what was said', async () => {
    const { id, bob } = await opened()
    const ann = await supervise(id, 'barge')
    expect(await ann.say('This is Ann, I can help.')).toBeUndefined()
    expect(asked).toHaveLength(1) // nobody has to answer that
    await bob.say('When do you open?')
    await settle()
    const heard = ['supervisor: This is Ann, I can help.', 'user: When do you open?', 'agent: At nine.']
    expect(bob.said()).toEqual(['agent: Hello.', ...heard])
    expect(ann.said()).toEqual(heard)
    expect(asked.at(-1)?.said.map(({ who }) => who)).toEqual(['agent', 'agent', 'user'])
    expect(await items(id)).toMatchObject([
      { who: 'agent', text: 'Hello.', took: { totalMs: 0 } },
      { who: 'agent', text: 'This is Ann, I can help.', speaker: 'supervisor' },
      { who: 'user' },
      { who: 'agent', text: 'At nine.' },
    ])
    expect((await items(id))[1]).not.toHaveProperty('took')
    expect((await items(id))[3]).not.toHaveProperty('speaker')
  })

  it('who whispers is heard by the agent alone, from its next turn on', async () => {
    const { id, bob } = await opened()
    const [ann, listener] = [await supervise(id, 'whisper'), await supervise(id)]
    expect(await ann.say('Offer ten percent.')).toBeUndefined()
    expect(await ann.say('And be kind.')).toBeUndefined()
    await settle()
    expect(asked).toHaveLength(1)
    await bob.say('Too dear.')
    await settle()
    expect(asked[0]).not.toHaveProperty('advice')
    expect(asked[1]?.advice).toEqual(['Offer ten percent.', 'And be kind.'])
    for (const one of [bob, ann, listener]) expect(one.said().join()).not.toMatch(/percent|kind/)
    expect(JSON.stringify(await items(id))).not.toMatch(/percent|kind/)
    expect((await house.events(id)).filter(({ type }) => type === 'agent.advised')).toHaveLength(2)
  })

  it('is not heard without a mode, nor with too much, nor when it is over', async () => {
    const { id, bob } = await opened()
    expect(codeOf(await (await supervise(id)).say('Boo'))).toBe('forbidden')
    const [whisperer, barger] = [await supervise(id, 'whisper'), await supervise(id, 'barge')]
    expect(codeOf(await whisperer.say('x'.repeat(4_001)))).toBe('invalid')
    expect(codeOf(await whisperer.say(' '))).toBe('invalid')
    expect(codeOf(await barger.say('x'.repeat(16_001)))).toBe('invalid')
    await bob.leave()
    await settle()
    for (const one of [whisperer, barger]) expect(codeOf(await one.say('Too late'))).toBe('closed')
    expect(codeOf(await house.services.rooms.listen(house.ask, id, 'barge'))).toBe('wrong_state')
  })

  it('whose server was started anew is not forgotten: the agent still knows the newest of what it was told', async () => {
    const { id } = await opened()
    const ann = await supervise(id, 'whisper')
    for (let n = 1; n <= 25; n++) expect(await ann.say(`advice ${n}`)).toBeUndefined()
    const back = must(house.services.rooms.read(ann.again.token))
    expect(back).toMatchObject({ role: 'listener', mode: 'whisper' })
    const view = must(await house.services.sessions.get(house.account, id))
    house = await house.restart({ runtime: { turn } })
    const { rooms } = house.services
    const { mode: _mode, ...seat } = back
    const bob = must(await rooms.enter({ ...seat, role: 'user', identity: view.session.user }, () => {}))
    await bob.say('Hello again')
    await settle()
    expect(asked.at(-1)?.advice).toEqual(Array.from({ length: 20 }, (_, i) => `advice ${i + 6}`))
  })
})
