import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { captureTexts, startTrial, type Trial } from '#app/trial.ts'

const alice = '+12025550111'
const bob = '+12025550112'
const shop = '+12025550100'

describe('traffic', () => {
  let trial: Trial
  beforeAll(async () => {
    trial = await startTrial()
    await captureTexts(trial, trial.test, shop)
  })
  afterAll(() => trial.stop())

  const say = (from: string, text: string, more: object = {}) => ({ type: 'message.received', channel: 'SMS', from, to: shop, text, ...more })

  test('starts conversations, one for each pair of parties', async () => {
    const { status, body } = await trial.test.post('/traffic', { events: [say(alice, 'hello'), say(bob, 'hi'), say(alice, 'are you there?')] })
    expect(status).toBe(200)
    const [first, other, again] = body.results
    expect(first).toEqual({ status: 'recorded', conversationId: expect.stringMatching(/^conversation_[0-9a-z]{26}$/), communicationId: expect.stringMatching(/^communication_/) })
    expect(again.conversationId).toBe(first.conversationId)
    expect(other.conversationId).not.toBe(first.conversationId)
  })

  test('of which one item is bad is taken but for that one', async () => {
    const events = [say(alice, 'one'), { type: 'message.received', channel: 'PIGEON', from: alice, to: shop, text: '?' }, 'nonsense', say(alice, 'two', { colour: 'red' }), say(alice, 'three')]
    const { status, body } = await trial.test.post('/traffic', { events })
    expect(status).toBe(200)
    expect(body.results.map((result: { status: string }) => result.status)).toEqual(['recorded', 'refused', 'refused', 'refused', 'recorded'])
    expect(body.results[1].problem).toMatchObject({ code: 'invalid', field: 'channel' })
    expect(body.results[3].problem).toMatchObject({ code: 'invalid', field: 'colour', detail: 'There is no field colour.' })
  })
})
