import { afterEach, beforeEach, expect, it } from 'vitest'
import { openCallsHouse, type CallsHouse } from '#conformance/calls-house.ts'
import { onlyAgeEnds } from '#domain/conversation/clocks.ts'
import { dayMs } from '#domain/vocabulary/instant.ts'
import { isRefused } from '#domain/vocabulary/refusal.ts'

let house: CallsHouse
beforeEach(async () => {
  house = await openCallsHouse()
})
afterEach(() => house.close())

const states = async () => (await house.conversations()).map(({ status }) => status)

it('by the default configuration mail is over by itself: its session after a week, its conversation a week later', async () => {
  const agent = { id: await house.agent({ mail: { address: 'shop@example.com', subject: 'Your order' } }) }
  const opened = await house.services.mails.open(house.ask, {
    agent,
    user: 'alice',
    to: 'alice@example.org',
    data: null,
  })
  if (isRefused(opened)) throw new Error(opened.refusal.message)
  await house.pass(1)
  expect((await house.conversations()).map(onlyAgeEnds)).toEqual([false])
  await house.pass(dayMs)
  expect(await states()).toEqual(['inactive'])
  // A reply that comes after the session has ended still finds what was said.
  await house.pass(7 * dayMs)
  expect((await house.session(opened.view.session.id)).end?.cause).toBe('idle')
  expect(await states()).toEqual(['inactive'])
  await house.pass(6 * dayMs)
  expect(await states()).toEqual(['closed'])
})

it('by the default configuration no channel that sessions use is left to its age', async () => {
  const agentId = await house.agent({ welcome: 'Hello' })
  const opened = await house.services.texts.open(house.ask, { agent: { id: agentId }, user: 'user_42', data: null })
  if (isRefused(opened)) throw new Error(opened.refusal.message)
  expect((await house.conversations()).map(onlyAgeEnds)).toEqual([false])
  await house.pass(dayMs)
  expect(await states()).toEqual(['closed'])
})
