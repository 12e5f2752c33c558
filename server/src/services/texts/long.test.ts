// Chats that live long: in more conversations than a head names, and of more words than an agent is told.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { turnId } from '#adapters/agents/http/request.ts'
import { openCallsHouse, type CallsHouse } from '#conformance/calls-house.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import { limits } from '#domain/session/limits.ts'
import { hourMs } from '#domain/vocabulary/instant.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Unit } from '#engine/api.ts'
import type { TurnInput } from '../calls/ports.ts'
import { recordWritten } from '../written/words.ts'

const asked: TurnInput[] = []
const turn = async (input: TurnInput) => {
  asked.push(input)
  return { say: input.on === 'start' ? 'Hello first.' : 'Yes.' }
}
const summarise = async ({ said }: { readonly said: readonly unknown[] }) => `They said ${said.length} things.`

let house: CallsHouse
beforeEach(async () => {
  asked.length = 0
  house = await openCallsHouse({ runtime: { turn, summarise } })
})
afterEach(() => house.close())

function got<Value>(answer: Value | Refused): Value {
  if (isRefused(answer)) throw new Error(`${answer.refusal.code}: ${answer.refusal.message}`)
  return answer
}

async function open(): Promise<Session> {
  const agent = { id: await house.agent({ makes: { recording: false, summary: true, extraction: false } }) }
  const draft = { agent, user: 'alice', data: null, reference: { key: 'chat-1' } }
  return got(await house.services.texts.open(house.ask, draft)).view.session
}

const say = async ({ id }: Session, text: string) =>
  got(await house.services.texts.say(house.ask, id, { text, rich: false }))

async function lines({ id }: Session): Promise<readonly string[]> {
  const view = await house.services.sessions.get(house.account, id)
  const items = view ? await house.services.texts.items(view) : []
  return items.map((item) => (item.is === 'turn' ? `${item.who}: ${item.text}` : item.call.name))
}

it('one that lived in more conversations than its head names is read whole, and in order', async () => {
  const session = await open()
  const days = limits.words + 3
  for (let day = 1; day <= days; day++) {
    await house.pass(25 * hourMs) // closed meanwhile, the next one begins
    await say(session, `day ${day}`)
  }
  expect((await house.conversations()).length).toBeGreaterThan(limits.words)
  const present = await house.session(session.id)
  expect(present.words).toHaveLength(limits.words)
  expect(present.userTurns).toBe(days)
  const said = ['agent: Hello first.']
  for (let day = 1; day <= days; day++) said.push(`user: day ${day}`, 'agent: Yes.')
  expect(await lines(session)).toEqual(said)
  expect(asked.at(-1)?.said.map(({ who, text }) => `${who}: ${text}`)).toEqual(said.slice(0, -1))

  const again = { agent: { id: session.agent.id }, user: 'alice', data: null, reference: { key: 'chat-1' } }
  expect(await house.services.texts.open(house.ask, again)).toMatchObject({ greeting: 'Hello first.', repeated: true })
  const ended = got(await house.services.texts.end(house.ask, session.id))
  expect(ended.summary).toBe(`They said ${said.length} things.`)
})

it('of very many words the agent is told the newest, and what the user just said is among them', async () => {
  const session = await open()
  const size = 12_000
  for (let n = 0; n < 20; n++) {
    const outcome = await house.engine.execute<object>(house.ask, (unit) => {
      const present = unit.state(noun, session.id)
      if (!present) throw new Error('It is gone.')
      return recordWritten(unit, present, 'CHAT', { who: 'user', text: `${n}`.padEnd(size, '.') })
    })
    expect(outcome.refusal).toBeUndefined()
  }
  await say(session, 'And now?')
  const { said, turn: name } = asked.at(-1)!
  expect(said.at(-1)).toEqual({ who: 'user', text: 'And now?' })
  expect(said.at(-2)?.text).toMatch(/^19\./)
  expect(said.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(200_000)
  expect(said).toHaveLength(17)
  await say(session, 'And now?')
  expect(asked.at(-1)!.turn).not.toBe(name)
  expect(await lines(session)).toHaveLength(1 + 20 + 2 + 2)
})

it('of more than some four million characters the newest are shown, and that they are not all', async () => {
  const session = await open()
  const talk = async () => {
    const view = await house.services.sessions.get(house.account, session.id)
    return house.services.texts.talk(view!)
  }
  expect(await talk()).toMatchObject({ isAll: true, items: [{ text: 'Hello first.' }] })
  const run = async (program: (unit: Unit) => object | Refused) => {
    const outcome = await house.engine.execute<object>(house.ask, program)
    expect(outcome.refusal).toBeUndefined()
  }
  const size = 64_000
  for (let n = 0; n < 70; n++)
    await run((unit) => {
      const call = {
        id: `${n}`,
        name: 'look_up',
        arguments: {},
        output: 'x'.repeat(size),
        isError: false,
        latencyMs: 1,
      }
      return unit.run(noun, session.id, { type: 'note_tool', call, after: null })
    })
  const { items, isAll } = await talk()
  const names = items.map((item) => (item.is === 'turn' ? item.text : item.call.id))
  expect([isAll, names.slice(-2), names.includes('0')]).toEqual([false, ['69', 'Hello first.'], false])
  expect(JSON.stringify(items).length).toBeGreaterThan(3.9e6)
  expect(JSON.stringify(items).length).toBeLessThan(4.1e6)
  for (let n = 0; n < 70; n++)
    await run((unit) => {
      const present = unit.state(noun, session.id)
      if (!present) throw new Error('It is gone.')
      return recordWritten(unit, present, 'CHAT', { who: 'user', text: `${n}`.padEnd(size, '.') })
    })
  const later = await talk()
  expect([later.isAll, later.items.some((item) => item.is === 'tool')]).toEqual([false, false])
  expect(JSON.stringify(later.items).length).toBeLessThan(4.1e6)
})

it('no two turns have one name, also where what was said before was deleted', async () => {
  const session = await open()
  for (let day = 1; day <= 3; day++) {
    await say(session, `day ${day}`)
    for (const { id } of (await house.conversations()).slice(0, -1))
      got(await house.services.conversations.remove(house.ask, id))
    await say(session, 'And now?')
    await house.pass(25 * hourMs)
  }
  expect(asked.at(-1)?.said.length).toBeLessThan(6)
  const names = asked.map(turnId)
  expect(new Set(names).size).toBe(names.length)
})
