import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCallsHouse, talker, type CallsHouse } from '#conformance/calls-house.ts'
import { handAgent, type HandAgent } from '#conformance/hand-agent.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { OpenedText, TextDraft, TextTurn } from './api.ts'

let house: CallsHouse
let agent: HandAgent
beforeEach(async () => {
  agent = handAgent()
  house = await openCallsHouse({ runtime: agent.runtime })
})
afterEach(() => house.close())

function got<Value>(answer: Value | Refused): Value {
  if (isRefused(answer)) throw new Error(`${answer.refusal.code}: ${answer.refusal.message}`)
  return answer
}

function code(answer: object | Refused): string | undefined {
  return isRefused(answer) ? answer.refusal.code : undefined
}

function say(id: Id, text: string): Promise<TextTurn | Refused> {
  return house.services.texts.say(house.ask, id, { text, rich: false })
}

async function lines(id: Id): Promise<readonly string[]> {
  const said = await house.services.sessions.transcript(await house.session(id))
  return said.map(({ who, text }) => `${who}: ${text}`)
}

/** A session whose agent has greeted. */
async function begun(draft: Partial<TextDraft> = {}): Promise<Id> {
  const opening = house.services.texts.open(house.ask, {
    agent: { id: await house.agent() },
    user: 'alice',
    data: null,
    ...draft,
  })
  ;(await agent.asked(0)).answer({ say: 'Hello!' })
  return got(await opening).view.session.id
}

describe('races of text sessions', () => {
  it('end during a running turn: the end wins, the turn is told, its answer is discarded', async () => {
    const id = await begun()
    const turn = say(id, 'When?')
    const asked = await agent.asked(1)
    expect(got(await house.services.texts.end(house.ask, id)).view.session.outcome).toBe('completed')
    expect(code(await turn)).toBe('closed')
    expect(asked.input.signal.aborted).toBe(true)
    asked.answer({ say: 'At nine.', toolCalls: [] })
    await house.pass(1)
    expect(await lines(id)).toEqual(['agent: Hello!', 'user: When?'])
    expect((await house.events(id)).map(({ type }) => type)).not.toContain('turn.failed')
  })

  it('the answer comes in the very moment of the end: one of the two is first, and nothing is half', async () => {
    const id = await begun()
    const turn = say(id, 'When?')
    const asked = await agent.asked(1)
    const ending = house.services.texts.end(house.ask, id)
    asked.answer({ say: 'At nine.' })
    const [answer, ended] = await Promise.all([turn, ending])
    expect(got(ended).view.session.outcome).toBe('completed')
    const said = await lines(id)
    expect(said).toEqual(['agent: Hello!', 'user: When?', ...(isRefused(answer) ? [] : ['agent: At nine.'])])
  })

  it('two messages at once: one turn after the other, in the order they came', async () => {
    const id = await begun()
    const turns = [say(id, 'one'), say(id, 'two')]
    const first = await agent.asked(1)
    await house.pass(1)
    expect(agent.count()).toBe(2)
    first.answer({ say: 'ONE' })
    const second = await agent.asked(2)
    expect(second.input.said.map(({ text }) => text)).toEqual(['Hello!', 'one', 'ONE', 'two'])
    second.answer({ say: 'TWO' })
    expect((await Promise.all(turns)).map((turn) => got(turn).reply.say)).toEqual(['ONE', 'TWO'])
    expect(await lines(id)).toEqual(['agent: Hello!', 'user: one', 'agent: ONE', 'user: two', 'agent: TWO'])
  })

  it('sessions do not wait for each other', async () => {
    const id = await begun()
    const slow = say(id, 'slow')
    const held = await agent.asked(1)
    const other = house.services.texts.open(house.ask, { agent: { id: await house.agent() }, user: 'bob', data: null })
    ;(await agent.asked(2)).answer({ say: 'Hi bob' })
    expect(got(await other).greeting).toBe('Hi bob')
    held.answer({ say: 'done' })
    expect(got(await slow).reply.say).toBe('done')
  })

  it('too many messages at once are refused, and those that wait are answered', async () => {
    const id = await begun()
    const turns = Array.from({ length: 21 }, (_, i) => say(id, `m${i}`))
    await agent.asked(1)
    expect(code(await say(id, 'too many'))).toBe('busy')
    for (let n = 0; n < turns.length; n++) (await agent.asked(n + 1)).answer({ say: `a${n}` })
    expect((await Promise.all(turns)).map((turn) => got(turn).reply.say)).toEqual(turns.map((_, n) => `a${n}`))
    const next = say(id, 'again')
    ;(await agent.asked(22)).answer({ say: 'yes' })
    expect(got(await next).reply.say).toBe('yes')
  })

  it('the session ends while messages wait: they are refused, and leave nothing behind', async () => {
    const id = await begun()
    const turns = [say(id, 'one'), say(id, 'two')]
    await agent.asked(1)
    await house.services.sessions.hangUp(house.ask, id)
    expect((await Promise.all(turns)).map(code)).toEqual(['closed', 'closed'])
    expect(agent.count()).toBe(2)
    expect(await lines(id)).toEqual(['agent: Hello!', 'user: one'])
  })

  it('end and idle timeout at once: completed, whichever is first, and the end is answered', async () => {
    const id = await begun({ policy: { idleMs: 600_000 } })
    const [ended] = await Promise.all([house.services.texts.end(house.ask, id), house.pass(600_000)])
    expect(got(ended).view.session).toMatchObject({ outcome: 'completed' })
    const moves = (await house.events(id)).filter((event) => event.type === 'session.moved')
    expect(moves.map(({ to }) => to)).toEqual(['wrapping', 'ended'])
  })

  it('idle timeout, then the end at the very same instant: the timeout was due first', async () => {
    const id = await begun({ policy: { idleMs: 600_000 } })
    await house.pass(600_000)
    expect(got(await house.services.texts.end(house.ask, id)).view.session.end).toMatchObject({ cause: 'idle' })
  })

  it('idle timeout during a running turn: the answer is discarded', async () => {
    const id = await begun({ policy: { idleMs: 600_000 } })
    const turn = say(id, 'Are you there?')
    const asked = await agent.asked(1)
    await house.pass(600_000)
    expect(code(await turn)).toBe('closed')
    expect(asked.input.signal.aborted).toBe(true)
    expect(await house.session(id)).toMatchObject({ outcome: 'completed', end: { cause: 'idle' } })
  })
})

describe('opening by a reference', () => {
  async function open(draft: Partial<TextDraft> & Pick<TextDraft, 'agent'>): Promise<OpenedText | Refused> {
    return house.services.texts.open(house.ask, { user: 'alice', data: null, reference: { key: 'r1' }, ...draft })
  }

  it('twice while the first is still running: one session, one greeting, answered to both', async () => {
    const chosen = { agent: { id: await house.agent() } }
    const openings = [open(chosen), open(chosen)]
    const first = await agent.asked(0)
    const third = open(chosen)
    first.answer({ say: 'Hello!' })
    const answers = (await Promise.all([...openings, third])).map(got)
    expect(new Set(answers.map(({ view }) => view.session.id)).size).toBe(1)
    expect(answers.filter(({ repeated }) => repeated)).toHaveLength(2)
    expect(answers.map(({ greeting }) => greeting)).toEqual(['Hello!', 'Hello!', 'Hello!'])
    expect(agent.count()).toBe(1)
  })

  it('again later: the session as it stands, whatever has become of it and of its agent', async () => {
    const chosen = { agent: { id: await house.agent() } }
    const opening = open(chosen)
    ;(await agent.asked(0)).answer({ say: 'Hello!' })
    const { id } = got(await opening).view.session
    await house.services.texts.end(house.ask, id)
    await house.services.agents.remove(house.ask, chosen.agent.id, { purge: false })
    const again = got(await open(chosen))
    expect(again).toMatchObject({ repeated: true, greeting: 'Hello!', view: { session: { id, outcome: 'completed' } } })
    expect(agent.count()).toBe(1)
  })

  it('for another user, agent or kind it is taken, and says by which', async () => {
    const chosen = { agent: { id: await house.agent() } }
    const opening = open(chosen)
    ;(await agent.asked(0)).answer({})
    const { id } = got(await opening).view.session
    const taken = { code: 'in_use', field: 'reference', conflicting: { noun: 'session', id } }
    expect(await open({ ...chosen, user: 'bob' })).toMatchObject({ refusal: taken })
    expect(await open({ agent: { id: await house.agent() } })).toMatchObject({ refusal: taken })
    const call = await house.services.sessions.place(house.ask, {
      agentId: chosen.agent.id,
      to: '+12025550100',
      data: null,
      keepsHours: false,
      reference: { key: 'r1' },
    })
    expect(call.refusal).toMatchObject({ code: 'in_use' })
  })
})

describe('crashes', () => {
  it('between the making of a session and its greeting: the next process greets, once', async () => {
    const opening = house.services.texts.open(house.ask, {
      agent: { id: await house.agent() },
      user: 'alice',
      data: null,
      reference: { key: 'r1' },
    })
    const { input } = await agent.asked(0)
    const id = input.session
    const next = handAgent()
    const gone = house
    house = await house.crash({ runtime: next.runtime })
    const again = house.services.texts.open(house.ask, {
      agent: { id: input.agent },
      user: 'alice',
      data: null,
      reference: { key: 'r1' },
    })
    ;(await next.asked(0)).answer({ say: 'Hello again!' })
    expect(got(await again)).toMatchObject({ repeated: true, greeting: 'Hello again!', view: { session: { id } } })
    await house.pass(60_000)
    expect(next.count()).toBe(1)
    expect(await lines(id)).toEqual(['agent: Hello again!'])
    await gone.close()
    await opening
  })

  it('nobody asks again: it is greeted all the same', async () => {
    const opening = house.services.texts.open(house.ask, {
      agent: { id: await house.agent() },
      user: 'alice',
      data: null,
    })
    const { input } = await agent.asked(0)
    const gone = house
    house = await house.crash({ runtime: { turn: async () => ({ say: talker.welcome }) } })
    await house.pass(1)
    expect(await lines(input.session)).toEqual([`agent: ${talker.welcome}`])
    await gone.close()
    await opening
  })

  it('in the middle of a turn: the message stays, and the next one goes on', async () => {
    const id = await begun()
    const turn = say(id, 'one')
    await agent.asked(1)
    const next = handAgent()
    const gone = house
    house = await house.crash({ runtime: next.runtime })
    expect(await lines(id)).toEqual(['agent: Hello!', 'user: one'])
    const second = say(id, 'two')
    const asked = await next.asked(0)
    expect(asked.input.said.map(({ text }) => text)).toEqual(['Hello!', 'one', 'two'])
    asked.answer({ say: 'Both.' })
    expect(got(await second).reply.say).toBe('Both.')
    await gone.close()
    await turn
  })

  it('a server that stops in order leaves a turn: its message is kept, and whoever waits is told to come again', async () => {
    const id = await begun()
    const turns = [say(id, 'one'), say(id, 'two')]
    await agent.asked(1)
    const next = handAgent()
    house = await house.restart({ runtime: next.runtime })
    expect((await Promise.all(turns)).map(code)).toEqual(['unavailable', 'unavailable'])
    expect(await lines(id)).toEqual(['agent: Hello!', 'user: one'])
    const third = say(id, 'three')
    ;(await next.asked(0)).answer({ say: 'Yes.' })
    expect(got(await third).reply.say).toBe('Yes.')
  })
})
