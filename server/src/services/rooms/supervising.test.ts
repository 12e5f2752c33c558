// X12: who listens may speak to the agent alone, or in its place.
import { afterEach, describe, expect, it } from 'vitest'
import { openCallsHouse, type CallsHouse } from '#conformance/calls-house.ts'
import { codeOf, entered, must, settled, type Guest } from '#conformance/rooms-house.ts'
import type { TurnInput, TurnReply } from '../calls/ports.ts'
import type { ListenerMode } from './api.ts'

let house: CallsHouse
afterEach(() => house.close())

const asked: TurnInput[] = []
const turn = async (input: TurnInput): Promise<TurnReply> => {
  asked.push(input)
  return { say: input.on === 'start' ? 'Hello.' : 'At nine.' }
}

const settle = (): Promise<void> => settled(house)

const enter = async (token: string): Promise<Guest> => entered(house, must(house.services.rooms.read(token)))

/** A live room with its user in it. */
async function opened(): Promise<{ readonly id: string; readonly bob: Guest }> {
  asked.length = 0
  house = await openCallsHouse({ runtime: { turn } })
  const agent = { id: await house.agent() }
  const { view, join } = must(await house.services.rooms.open(house.ask, { agent, user: 'bob', data: null }))
  return { id: view.session.id, bob: await enter(join.token) }
}

const supervise = async (id: string, mode?: ListenerMode): Promise<Guest> =>
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

  it('who barges in has answered what waited for an answer: nobody is asked about it any more', async () => {
    const thinking = Promise.withResolvers<TurnReply>()
    asked.length = 0
    house = await openCallsHouse({
      runtime: {
        turn: async (input) => {
          asked.push(input)
          return input.on === 'start' ? {} : asked.length === 2 ? thinking.promise : { say: 'Yes.' }
        },
      },
    })
    const agent = { id: await house.agent() }
    const { view, join } = must(await house.services.rooms.open(house.ask, { agent, user: 'bob', data: null }))
    const bob = await enter(join.token)
    await bob.say('One')
    await bob.say('Two')
    const ann = await supervise(view.session.id, 'barge')
    await ann.say('I take this.')
    thinking.resolve({ say: 'To one.' })
    await settle()
    expect(asked).toHaveLength(2)
    await bob.say('Three')
    await settle()
    expect(asked.at(-1)?.on).toBe('user')
    expect(asked.at(-1)?.said.at(-1)).toEqual({ who: 'user', text: 'Three' })
  })

  it('who barges in while the user speaks has not answered that: the agent is asked about it, as the last of what was said', async () => {
    const { id, bob } = await opened()
    const ann = await supervise(id, 'barge')
    const barging = ann.say('I take this.')
    await Promise.all([barging, bob.say('When do you open?')])
    await settle()
    expect(bob.said().slice(1)).toEqual(['supervisor: I take this.', 'user: When do you open?', 'agent: At nine.'])
    expect(asked.at(-1)?.on).toBe('user')
    expect(asked.at(-1)?.said.map(({ text }) => text)).toEqual(['Hello.', 'I take this.', 'When do you open?'])
  })

  it('who barges in while the agent thinks of its first words: those come first in what it knows', async () => {
    const first = Promise.withResolvers<TurnReply>()
    asked.length = 0
    house = await openCallsHouse({
      runtime: {
        turn: async (input) => {
          asked.push(input)
          return input.on === 'start' ? first.promise : { say: 'Yes.' }
        },
      },
    })
    const agent = { id: await house.agent() }
    const { view, join } = must(await house.services.rooms.open(house.ask, { agent, user: 'bob', data: null }))
    const bob = await enter(join.token)
    const ann = await supervise(view.session.id, 'barge')
    await ann.say('Barge')
    await bob.say('One')
    first.resolve({ say: 'Hello' })
    await settle()
    expect(asked.at(-1)?.said.map(({ text }) => text)).toEqual(['Hello', 'Barge', 'One'])
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
