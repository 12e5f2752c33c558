import { afterEach, expect, it } from 'vitest'
import { openCallsHouse, phones, type CallsHouse } from '#conformance/calls-house.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'

let house: CallsHouse
afterEach(() => house.close())

it('a call that is over before its talk is set up is not talked on', async () => {
  let asked = 0
  const turn = async (): Promise<{ say: string }> => {
    asked++
    return { say: 'Hello there.' }
  }
  house = await openCallsHouse({ runtime: { turn } })
  const agentId = await house.agent()
  house.simulator.phones(house.account).set(phones.own, [
    { do: 'ring', after: 1_000 },
    { do: 'answer', after: 1_000 },
    { do: 'hang-up', after: 0 },
  ])
  const parts = house.storage.parts.bind(house.storage)
  house.storage.parts = async (...args: Parameters<typeof parts>) => {
    for (let i = 0; i < 20; i++) await new Promise(setImmediate)
    return parts(...args)
  }
  const { session } = await house.call({ agentId, to: phones.own })
  await house.pass(minuteMs)
  expect(await house.states(session.id)).toEqual(['queued', 'dialing', 'ringing', 'live', 'wrapping', 'ended'])
  expect(asked).toBe(0)
})
