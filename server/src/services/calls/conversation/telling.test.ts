// What an agent is told by heart is what it would be told from the store, whatever became of the session.
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCallsHouse, type CallsHouse } from '#conformance/calls-house.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import { hourMs } from '#domain/vocabulary/instant.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import { recordChat } from '../../texts/recording.ts'
import { Telling, toldOf } from './telling.ts'

let house: CallsHouse
beforeEach(async () => {
  house = await openCallsHouse()
})
afterEach(() => house.close())

function got<Value>(answer: Value | Refused): Value {
  if (isRefused(answer)) throw new Error(`${answer.refusal.code}: ${answer.refusal.message}`)
  return answer
}

let chats = 0

async function open(): Promise<Session> {
  const draft = { agent: { id: await house.agent() }, user: `user-${++chats}`, data: null }
  return got(await house.services.texts.open(house.ask, draft)).view.session
}

/** Records words as a turn does; `heard`: and says so. */
async function record(telling: Telling, { id }: Session, who: 'user' | 'agent', heard: boolean): Promise<void> {
  const outcome = await house.engine.execute<ReturnType<typeof recordChat>>(house.ask, (unit) => {
    const session = unit.state(noun, id)
    if (!session) throw new Error('It is gone.')
    return recordChat(unit, session, { who, text: `${who} ${++chats}` })
  })
  const kept = outcome.value && got(outcome.value)
  if (heard && kept?.heard) telling.heard(id, kept.heard)
}

/** Somebody else writes into its conversation: by its name or another's, new or in place of what was said. */
async function write({ id, user, own }: Session, channelId: string, resourceId: string): Promise<void> {
  const session = await house.session(id)
  const conversationId = session.words.at(-1)?.conversationId
  if (conversationId === undefined) return
  const author = { channel: 'CHAT', address: user, type: 'customer' } as const
  await house.services.conversations.say(house.ask, conversationId, {
    author,
    recipients: [{ channel: 'CHAT', address: own, type: 'agent' }],
    content: { type: 'text', text: `written ${++chats}` },
    channelId,
    resourceId,
  })
}

async function leave({ id }: Session, how: 'close' | 'remove'): Promise<void> {
  const { conversations } = house.services
  const conversationId = (await house.session(id)).words.at(-1)?.conversationId
  if (conversationId === undefined) return
  if (how === 'close') await house.pass(30 * hourMs)
  else await conversations.remove(house.ask, conversationId)
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('user', 'agent', 'user unheard', 'told') },
  { weight: 2, arbitrary: fc.constantFrom('written', 'written elsewhere', 'written anew') },
  { weight: 1, arbitrary: fc.constantFrom('close', 'remove', 'tool') },
)

async function take(telling: Telling, session: Session, one: string): Promise<void> {
  if (one === 'user' || one === 'agent') await record(telling, session, one, true)
  else if (one === 'user unheard') await record(telling, session, 'user', false)
  else if (one === 'close' || one === 'remove') await leave(session, one)
  else if (one === 'tool') {
    const call = { id: `t${++chats}`, name: 'look', arguments: {}, output: 'x', latencyMs: 1, isError: false } as const
    await house.engine.execute<object>(house.ask, (unit) =>
      unit.run(noun, session.id, { type: 'note_tool', after: null, call }),
    )
  } else if (one.startsWith('written')) {
    const channelId = one === 'written elsewhere' ? 'another' : session.id
    await write(session, channelId, one === 'written anew' ? `same-${session.id}` : `r${++chats}`)
  }
}

describe('what an agent is told', () => {
  it('is the same by heart, after whatever happened', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 15 }), async (steps) => {
        const telling = new Telling(house.engine)
        const session = await open()
        for (const one of [...steps, 'told']) {
          await take(telling, session, one)
          const present = await house.session(session.id)
          const isTold = one === 'told'
          const byHeart = isTold && (await telling.toldOf(present))
          expect(byHeart).toEqual(isTold && (await toldOf(house.engine, present)))
        }
      }),
      { numRuns: 150 },
    )
  })

  it('is read only where it is not known', async () => {
    const session = await open()
    let reads = 0
    const { engine } = house
    const parts: typeof engine.parts = (...question) => {
      reads++
      return engine.parts(...question)
    }
    const telling = new Telling({ ...engine, execute: engine.execute.bind(engine), parts })
    const told = async () => (await telling.toldOf(await house.session(session.id))).said.length
    expect(await told()).toBe(1)
    expect(reads).toBeGreaterThan(0)
    reads = 0
    await record(telling, session, 'user', true)
    expect(await told()).toBe(2)
    expect(reads).toBe(0)
    await record(telling, session, 'agent', false)
    expect(await told()).toBe(3)
    expect(reads).toBe(2)
  })

  it('is forgotten of chats that nobody said anything in, too', async () => {
    const telling = new Telling(house.engine, { room: 1_200 })
    const sessions: Session[] = []
    for (let i = 0; i < 3; i++) {
      const agent = { id: await house.agent({ welcome: '' }) }
      const draft = { agent, user: `user-${++chats}`, data: null }
      sessions.push(got(await house.services.texts.open(house.ask, draft)).view.session)
    }
    for (const session of sessions) expect((await telling.toldOf(session)).said).toEqual([])
    expect(telling.known).toBe(2)
  })

  it('is forgotten of those who talked longest ago, where there is no room', async () => {
    const telling = new Telling(house.engine, { room: 1_300 })
    const sessions = [await open(), await open(), await open()]
    for (const session of sessions) await telling.toldOf(session)
    let reads = 0
    const { engine } = house
    house.engine.parts = ((...question: Parameters<typeof engine.parts>) => {
      reads++
      return Object.getPrototypeOf(engine).parts.apply(engine, question)
    }) as typeof engine.parts
    await telling.toldOf(sessions[2]!)
    expect(reads).toBe(0)
    await telling.toldOf(sessions[0]!)
    expect(reads).toBeGreaterThan(0)
  })
})
