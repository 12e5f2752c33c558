// Each attempt has words, tools and turns of its own, also where both share a conversation.
import { afterEach, expect, it } from 'vitest'
import { openCallsHouse, phones, type CallsHouse } from '#conformance/calls-house.ts'
import type { SessionEvent } from '#domain/session/events.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import { hourMs, minuteMs } from '#domain/vocabulary/instant.ts'
import { turnId } from '#adapters/agents/http/request.ts'
import { useId } from '#adapters/agents/tool-runner.ts'
import type { TurnInput, TurnReply } from '../ports.ts'
import { talkOf } from '../../texts/items.ts'

let house: CallsHouse
afterEach(() => house.close())

const asked: TurnInput[] = []
const turn = async (input: TurnInput): Promise<TurnReply> => {
  asked.push(input)
  const call = { id: useId(input, 1), name: 'look', arguments: {}, output: null, isError: false, latencyMs: 1 }
  return { say: `Reply ${asked.length}`, toolCalls: [call] }
}

/** The session as its first attempt left it. */
async function afterFirst(id: string): Promise<Session> {
  let session: Session | undefined
  for (const event of await house.events(id)) {
    if (session && event.type === 'session.moved' && event.from === 'wrapping') break
    session = noun.evolve(session, event as SessionEvent)
  }
  if (!session) throw new Error('It was never made.')
  return session
}

it('a voicemail, and then a person', async () => {
  asked.length = 0
  house = await openCallsHouse({ runtime: { turn } })
  const [base] = (await house.services.configurations.list(house.account, { limit: 1 })).items
  const made = await house.services.configurations.create(house.ask, {
    ...base!.document,
    displayName: 'Calls',
    channels: { ...base!.document.channels, VOICE: { timeouts: { inactive: 600, closed: 1_200 }, capture: [] } },
  })
  const phone = house.simulator.phones(house.account)
  phone.set(phones.own, [
    { after: 1_000, do: 'answer' },
    { after: 3_000, do: 'say', text: 'Please leave a message after the tone.' },
    { after: 6_000, do: 'beep' },
    { after: 60_000, do: 'hang-up' },
  ])
  const retry = { max: 1, on: [], onVoicemail: true, afterMs: [minuteMs] }
  const configurationId = made.value!.about.id
  const agentId = await house.agent({ limits: { voicemailMs: 30_000 }, retry, configurationId })
  const { session } = await house.call({ agentId, to: phones.own })
  await house.pass(30_000)
  const names = asked.splice(0).map(turnId)
  const first = await talkOf(house.engine, await afterFirst(session.id))
  phone.set(phones.own, [
    { after: 1_000, do: 'answer' },
    { after: 8_000, do: 'say', text: 'Hi, here is Bob.' },
    { after: 40_000, do: 'hang-up' },
  ])
  await house.pass(hourMs)
  const ended = await house.session(session.id)
  expect(ended).toMatchObject({ state: 'ended', attempt: { number: 2 } })
  expect(await house.conversations()).toHaveLength(1)

  const second = await talkOf(house.engine, ended)
  const texts = second.items.map((item) => (item.is === 'turn' ? item.text : item.call.id))
  expect(texts).toEqual(['call_2-0_1', 'Reply 1', 'Hi, here is Bob.', 'call_2-2_1', 'Reply 2'])
  expect(JSON.stringify(first.items)).toContain('after the tone')
  expect(await talkOf(house.engine, await afterFirst(session.id))).toEqual(first)
  const all = [...names, ...asked.map(turnId)]
  expect(new Set(all).size).toBe(all.length)
})
