import { afterEach, describe, expect, it } from 'vitest'
import type { CallsHouse } from '#conformance/calls-house.ts'
import { codeOf, entered, must, openedRoom, settled, type Guest, type Opening } from '#conformance/rooms-house.ts'
import type { TurnInput, TurnReply } from '../calls/ports.ts'
import type { Seat } from './api.ts'

let house: CallsHouse
afterEach(() => house?.close())

const graceMs = 10_000

const settle = (): Promise<void> => settled(house)
const enter = (seat: Seat): Promise<Guest> => entered(house, seat)

/** Its house is the present one. */
async function opened(opening: Opening = {}) {
  const room = await openedRoom(opening)
  house = room.house
  return room
}

describe('after a restart', () => {
  it('the user comes back with the same token, and the agent goes on where it was', async () => {
    const asked: TurnInput[] = []
    const turn = async (input: TurnInput): Promise<TurnReply> => {
      asked.push(input)
      return input.on === 'start' ? { say: 'Hello' } : { say: 'At nine.' }
    }
    const { id, seat } = await opened({ runtime: { turn } })
    const before = await enter(seat)
    await before.say('Hello')
    await settle()
    house = await house.restart()
    await house.system.advance(graceMs - 1)
    const bob = await enter(seat)
    expect(bob.view.session.state).toBe('live')
    await bob.say('When do you open?')
    await settle()
    expect(bob.said()).toEqual(['user: When do you open?', 'agent: At nine.'])
    expect(asked.at(-1)?.said.map(({ text }) => text)).toEqual(['Hello', 'Hello', 'At nine.', 'When do you open?'])
    await house.system.advance(graceMs * 2)
    expect(await house.session(id)).toMatchObject({ state: 'live' })
  })

  it('what the user had said and nobody had answered is answered then', async () => {
    const turn = ({ on }: TurnInput): Promise<TurnReply> =>
      on === 'start' ? Promise.resolve({ say: 'Hello' }) : new Promise(() => {})
    const { seat } = await opened({ runtime: { turn } })
    const before = await enter(seat)
    await before.say('When do you open?')
    await settle()
    house = await house.restart({ runtime: { turn: async () => ({ say: 'At nine.' }) } })
    const bob = await enter(seat)
    await settle()
    expect(bob.said()).toEqual(['agent: At nine.'])
  })

  it('what the user had said while the agent answered something else is answered then, as the last of what was said', async () => {
    const first = Promise.withResolvers<TurnReply>()
    const asked: TurnInput[] = []
    const turn = (input: TurnInput): Promise<TurnReply> => {
      asked.push(input)
      if (input.on === 'start') return Promise.resolve({ say: 'Hello' })
      return asked.length === 2 ? first.promise : new Promise(() => {})
    }
    const { seat } = await opened({ runtime: { turn } })
    const before = await enter(seat)
    await before.say('One')
    await settle()
    await before.say('Two')
    first.resolve({ say: 'To one.' })
    await settle()
    house = await house.restart({
      runtime: {
        turn: async (input) => {
          asked.push(input)
          return { say: 'To two.' }
        },
      },
    })
    const bob = await enter(seat)
    await settle()
    expect(bob.said()).toEqual(['agent: To two.'])
    expect(asked.at(-1)?.said.map(({ text }) => text)).toEqual(['Hello', 'One', 'To one.', 'Two'])
    expect(asked.at(-1)?.on).toBe('user')
  })

  it('of a process that is gone: a user who does not come back was lost with it, a session that waits is not', async () => {
    const { id, seat, agent } = await opened()
    await enter(seat)
    const draft = { agent: { id: agent }, user: 'carol', data: null }
    const waiting = must(await house.services.rooms.open(house.ask, draft))
    house = await house.crash()
    await house.system.advance(graceMs)
    await settle()
    expect(await house.session(id)).toMatchObject({ state: 'ended', outcome: 'failed', end: { cause: 'lost_lease' } })
    expect(codeOf(await house.services.rooms.enter(seat, () => {}))).toBe('closed')
    const carol = await enter(must(house.services.rooms.read(waiting.join.token)))
    expect(carol.said()).toEqual(['agent: Hello, this is the shop.'])
  })

  it('a server that stops lets nobody in, and nothing ends', async () => {
    const { id, seat } = await opened()
    const bob = await enter(seat)
    const { rooms } = house.services
    house = await house.restart()
    bob.lost()
    expect(codeOf(await rooms.enter(seat, () => {}))).toBe('unavailable')
    expect(codeOf(await rooms.refusal(seat))).toBe('unavailable')
    expect(await house.session(id)).toMatchObject({ state: 'live' })
  })
})
