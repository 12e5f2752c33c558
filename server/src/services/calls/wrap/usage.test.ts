import { afterEach, expect, it } from 'vitest'
import { openCallsHouse, phones, type CallsHouse } from '#conformance/calls-house.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'
import type { TurnInput, TurnReply } from '../ports.ts'
import { modelsOf } from './usage.ts'

let house: CallsHouse
afterEach(() => house.close())

const rates = {
  perMinute: { network: 0, platform: 0 },
  transcriberPerSecond: 0,
  synthesizerPerCharacter: 0,
  llmPerThousandTokens: 2,
}
const usage = { model: 'small', promptTokens: 900, completionTokens: 100 }
const turn = async ({ on }: TurnInput): Promise<TurnReply> =>
  on === 'start' ? { say: 'Hello' } : { say: 'At nine.', usage }

const spoken = [
  { after: 1_000, do: 'answer' },
  { after: 8_000, do: 'say', text: 'When do you open?' },
  { after: 20_000, do: 'say', text: 'And on Sunday?' },
  { after: 40_000, do: 'hang-up' },
] as const

it('the tokens of each turn are counted by model, and charged with the call', async () => {
  house = await openCallsHouse({ runtime: { turn }, rates })
  house.simulator.phones(house.account).set(phones.own, [...spoken])
  const { session } = await house.call({ agentId: await house.agent(), to: phones.own })
  await house.pass(5 * minuteMs)
  const ended = await house.session(session.id)
  expect(await modelsOf(house.engine, ended)).toEqual({ small: { input: 1_800, output: 200 } })
  const [cost] = (await house.services.sessions.artefacts(house.account, session.id)).filter(
    ({ artefact }) => artefact === 'cost',
  )
  expect(cost?.value).toMatchObject({
    tokens: 2_000,
    llm: 4,
    total: 4,
    models: { small: { input: 1_800, output: 200 } },
  })
  expect(ended.cost).toBe(4)
})

it('a chat counts them too, also of a turn that had nothing to say, and none of another attempt', async () => {
  const answers: TurnReply[] = [{}, { usage }, { say: 'Bye', end: {}, usage: { ...usage, model: 'large' } }]
  house = await openCallsHouse({ runtime: { turn: async () => answers.shift() ?? {} }, rates })
  const opened = await house.services.texts.open(house.ask, {
    agent: { id: await house.agent() },
    user: 'bob',
    data: null,
  })
  if ('refusal' in opened) throw new Error(opened.refusal.message)
  const { id } = opened.view.session
  for (const text of ['One', 'Two']) await house.services.texts.say(house.ask, id, { text, rich: false })
  const session = await house.session(id)
  const one = { input: 900, output: 100 }
  expect(await modelsOf(house.engine, session)).toEqual({ small: one, large: one })
  const next = { ...session, attempt: { ...session.attempt, number: session.attempt.number + 1 } }
  expect(await modelsOf(house.engine, next)).toEqual({})
})
