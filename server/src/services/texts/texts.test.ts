import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCallsHouse, talker, type CallsHouse, type HouseOptions } from '#conformance/calls-house.ts'
import { handAgent } from '#conformance/hand-agent.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import { homeOfId, type Id } from '#domain/vocabulary/id.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { AgentRuntime, TurnReply } from '../calls/ports.ts'
import type { OpenedText, TalkItem, TextDraft, TextTurn } from './api.ts'

let house: CallsHouse
beforeEach(async () => {
  house = await openCallsHouse()
})
afterEach(() => house.close())

/** The house with another agent behind it. */
async function refurnish(own: HouseOptions): Promise<void> {
  await house.close()
  house = await openCallsHouse(own)
}

function got<Value>(answer: Value | Refused): Value {
  if (isRefused(answer)) throw new Error(`${answer.refusal.code}: ${answer.refusal.message}`)
  return answer
}

function code(answer: object | Refused): string | undefined {
  return isRefused(answer) ? answer.refusal.code : undefined
}

async function tryOpen(draft: Partial<TextDraft> & Pick<TextDraft, 'agent'>): Promise<OpenedText | Refused> {
  return house.services.texts.open(house.ask, { user: 'alice', data: null, ...draft })
}

async function open(definition: Partial<AgentDefinition> = {}, draft: Partial<TextDraft> = {}): Promise<OpenedText> {
  return got(await tryOpen({ agent: { id: await house.agent(definition) }, ...draft }))
}

async function trySay(id: Id, text: string): Promise<TextTurn | Refused> {
  return house.services.texts.say(house.ask, id, { text, rich: false })
}

async function items(id: Id): Promise<readonly TalkItem[]> {
  const view = await house.services.sessions.get(house.account, id)
  return view ? house.services.texts.items(view) : []
}

async function lines(id: Id): Promise<readonly string[]> {
  return (await items(id)).map((item) =>
    item.is === 'turn' ? `${item.who}: ${item.text}` : `${item.call.name} ${String(item.call.output)}`,
  )
}

async function types(id: Id): Promise<readonly string[]> {
  return (await house.events(id)).map(({ type }) => type)
}

/** An agent that says the same each time; without a greeting. */
function answering(reply: TurnReply): AgentRuntime {
  return { turn: async ({ on }) => (on === 'start' ? {} : reply) }
}

function remove(conversation: Id) {
  return house.services.conversations.remove(house.ask, conversation)
}

const tool = { id: 't1', name: 'look', arguments: { q: 'hours' }, output: 'nine', isError: false, latencyMs: 12 }

describe('a text session', () => {
  it('is live at once, greets, answers and ends as completed', async () => {
    const { view, greeting, repeated } = await open({
      speech: { by: 'script', lines: ['We open at nine.', 'Yes.'], goodbye: 'Goodbye.' },
    })
    const { id, agent } = view.session
    expect([greeting, repeated]).toEqual([talker.welcome, false])
    expect(view.session).toMatchObject({ kind: 'text', state: 'live', direction: 'inbound' })
    expect(view.session).toMatchObject({ user: 'alice', own: `agent_${agent.id}` })

    const turn = got(await trySay(id, 'When do you open?'))
    expect(turn.reply.say).toBe('We open at nine.')
    expect(turn.view.session).toMatchObject({ state: 'live', userTurns: 1 })
    expect(await lines(id)).toEqual([`agent: ${talker.welcome}`, 'user: When do you open?', 'agent: We open at nine.'])

    const ended = got(await house.services.texts.end(house.ask, id))
    expect(ended.view.session).toMatchObject({ outcome: 'completed', end: { cause: 'request_hangup', by: 'request' } })
    expect(ended.summary).toBeNull()
    await house.pass(1)
    const before = await house.session(id)
    expect(before.state).toBe('ended')
    expect(got(await house.services.texts.end(house.ask, id)).view.session).toEqual(before)
    expect(code(await trySay(id, 'hello?'))).toBe('closed')
  })

  it('keeps its words as communications of a conversation on CHAT, at home with it', async () => {
    const { view } = await open()
    const { id, own } = view.session
    got(await trySay(id, 'hello'))
    const [conversation, ...others] = await house.conversations()
    expect(others).toEqual([])
    expect(homeOfId(conversation!.id)).toBe(homeOfId(id))
    expect(conversation).toMatchObject({ status: 'active', sessions: [id], last: { CHAT: expect.any(Number) } })
    expect(conversation!.participants.map(({ type, addresses }) => [type, addresses[0]])).toEqual([
      ['customer', { channel: 'CHAT', address: 'alice' }],
      ['agent', { channel: 'CHAT', address: own }],
    ])
    const page = await house.services.conversations.communications(house.account, conversation!.id, {
      after: 0,
      limit: 9,
    })
    const said = page?.items.map(({ communication: { channelId, author, content } }) => [
      channelId,
      author.address,
      content.text,
    ])
    expect(said).toEqual([
      [id, own, talker.welcome],
      [id, 'alice', 'hello'],
      [id, own, 'We open at nine.'],
    ])
  })

  it('the agent is told everything: who it is, its context, the data, and all that was said', async () => {
    const agent = handAgent()
    await refurnish({ runtime: agent.runtime })
    const opening = open({}, { context: 'gold plan', data: { order: 'A-118' } })
    const first = await agent.asked(0)
    expect(first.input).toMatchObject({ on: 'start', channel: 'text', context: 'gold plan', data: { order: 'A-118' } })
    first.answer({ say: 'Hello!' })
    const { view } = await opening
    const progress: unknown[] = []
    const turn = house.services.texts.say(house.ask, view.session.id, {
      text: 'Hi',
      rich: true,
      onProgress: (news) => {
        progress.push(news)
        throw new Error('their connection broke')
      },
    })
    const second = await agent.asked(1)
    expect(second.input).toMatchObject({ on: 'user', rich: true, context: 'gold plan', session: view.session.id })
    expect(second.input.said).toEqual([
      { who: 'agent', text: 'Hello!' },
      { who: 'user', text: 'Hi' },
    ])
    second.input.onProgress?.({ is: 'text', delta: 'How' })
    second.answer({ say: 'How can I help?' })
    expect(got(await turn).reply.say).toBe('How can I help?')
    expect(progress).toEqual([{ is: 'text', delta: 'How' }])
  })

  it('talks by the version that was asked for, and keeps it', async () => {
    const id = await house.agent({ welcome: 'One.' })
    await house.services.agents.write(house.ask, id, (present) => ({ ...present, welcome: 'Two.' }))
    expect(got(await tryOpen({ agent: { id, version: 1 } })).greeting).toBe('One.')
    expect(got(await tryOpen({ agent: { id } })).greeting).toBe('Two.')
    expect(await tryOpen({ agent: { id, version: 3 } })).toMatchObject({
      refusal: { code: 'not_found', field: 'version' },
    })
  })

  it('what cannot be opened says why', async () => {
    const id = await house.agent()
    const agent = { id }
    expect(await tryOpen({ agent: { id: '01ka7n36096q14dr9gpqy77zxy' } })).toMatchObject({
      refusal: { code: 'not_found', field: 'agentId' },
    })
    for (const user of ['', '  ', 'u'.repeat(255), `agent_${id}`]) {
      expect(await tryOpen({ agent, user })).toMatchObject({ refusal: { code: 'invalid', field: 'user' } })
    }
    expect(code(await tryOpen({ agent, data: { much: 'x'.repeat(26_000) } }))).toBe('invalid')
    expect(code(await tryOpen({ agent, context: 'x'.repeat(70_000) }))).toBe('invalid')
    expect(code(await tryOpen({ agent, reference: { key: '' } }))).toBe('invalid')
    await house.services.agents.remove(house.ask, id, { purge: false })
    expect(code(await tryOpen({ agent }))).toBe('not_found')
    expect(await house.conversations()).toEqual([])
  })

  it('what cannot be said says why, and changes nothing', async () => {
    const { view } = await open()
    const { id } = view.session
    for (const text of ['', ' \n\t', 'x'.repeat(16_001), '😀'.repeat(16_001)]) {
      expect(await trySay(id, text)).toMatchObject({ refusal: { code: 'invalid', field: 'text' } })
    }
    expect(code(await trySay('01ka7n36096q14dr9gpqy77zxy', 'hello'))).toBe('not_found')
    expect(await lines(id)).toEqual([`agent: ${talker.welcome}`])
    expect(got(await trySay(id, 'x'.repeat(16_000))).reply.say).toBe('We open at nine.')
  })

  it('characters are counted, not the units of UTF-16', async () => {
    const { view } = await open()
    const longest = '😀'.repeat(16_000)
    expect(got(await trySay(view.session.id, longest)).reply.say).toBe('We open at nine.')
    expect(await lines(view.session.id)).toContain(`user: ${longest}`)
  })

  it('another account neither reads, writes nor ends it', async () => {
    const { view } = await open()
    const { id } = view.session
    const other = await house.services.accounts.create('test', { name: 'bob', clock: 'test' })
    const ask = { account: isRefused(other) ? '' : other.account.id, by: 'test' }
    expect(code(await house.services.texts.say(ask, id, { text: 'hello', rich: false }))).toBe('not_found')
    expect(code(await house.services.texts.end(ask, id))).toBe('not_found')
    expect((await house.session(id)).state).toBe('live')
  })

  it('a call is no text session', async () => {
    const { session } = await house.call({ agentId: await house.agent(), to: '+12025550100' })
    expect(code(await trySay(session.id, 'hello'))).toBe('wrong_state')
    expect(code(await house.services.texts.end(house.ask, session.id))).toBe('wrong_state')
    await house.pass(5_000)
    expect((await items(session.id))[0]).toEqual({
      is: 'turn',
      who: 'agent',
      text: talker.welcome,
      at: expect.any(Number),
      took: { totalMs: 0 },
    })
  })
})

describe('an answer', () => {
  it('its tools come right after what they were used for; what it took and shows goes with its words', async () => {
    const widgets = [{ type: 'info', data: { title: 'Hours' } }]
    const reply = { say: 'At nine.', toolCalls: [tool], widgets, took: { firstWordMs: 3, toolsMs: 12 } }
    await refurnish({ runtime: answering(reply) })
    const { view, greeting } = await open()
    expect(greeting).toBeNull()
    const turn = got(await trySay(view.session.id, 'When?'))
    expect(turn.reply).toEqual({ ...reply, took: { totalMs: 0, ...reply.took } })
    expect(await items(view.session.id)).toMatchObject([
      { who: 'user', text: 'When?' },
      { is: 'tool', call: tool },
      { who: 'agent', text: 'At nine.', widgets, took: { totalMs: 0, firstWordMs: 3, toolsMs: 12 } },
    ])
  })

  it('a tool that says too much does not lose it', async () => {
    const long = { ...tool, output: 'o'.repeat(70_000) }
    await refurnish({ runtime: answering({ say: 'At nine.', toolCalls: [long] }) })
    const { view } = await open()
    expect(got(await trySay(view.session.id, 'When?')).reply.say).toBe('At nine.')
    expect(await lines(view.session.id)).toEqual(['user: When?', 'look left out: too long', 'agent: At nine.'])
  })

  it('the agent ends it after its words, and they are kept', async () => {
    const { view } = await open()
    const turn = got(await trySay(view.session.id, 'Bye'))
    expect(turn.reply).toMatchObject({ say: 'Goodbye.', end: { note: 'the user said goodbye' } })
    expect(turn.view.session).toMatchObject({ state: 'wrapping', outcome: 'completed', end: { cause: 'agent_hangup' } })
    expect((await lines(view.session.id)).at(-1)).toBe('agent: Goodbye.')
    expect(got(await house.services.texts.end(house.ask, view.session.id)).view.session.outcome).toBe('completed')
  })

  it('rule 9: handed over it is transferred at once, and cannot be ended as completed any more', async () => {
    await refurnish({ runtime: answering({ say: 'One moment.', handOver: { note: 'asked for a person' } }) })
    const { view } = await open()
    const turn = got(await trySay(view.session.id, 'A person, please'))
    expect(turn.view.session).toMatchObject({ outcome: 'transferred', end: { cause: 'handed_over', by: 'agent' } })
    expect(code(await house.services.texts.end(house.ask, view.session.id))).toBe('closed')
  })

  it('a transfer or a callback is not possible in writing: it is left out, and its timeline says so', async () => {
    await refurnish({ runtime: answering({ say: 'Hm.', transfer: { to: '+12025550100' } }) })
    const { view } = await open()
    const turn = got(await trySay(view.session.id, 'Call me'))
    expect(turn.reply).toEqual({ say: 'Hm.', took: { totalMs: 0 } })
    expect(turn.view.session.state).toBe('live')
    expect(await types(view.session.id)).toContain('turn.failed')
  })

  it('without words is an answer, too', async () => {
    await refurnish({ runtime: answering({}) })
    const { view } = await open()
    expect(got(await trySay(view.session.id, 'Hello')).reply).toEqual({ took: { totalMs: 0 } })
    expect(await lines(view.session.id)).toEqual(['user: Hello'])
  })
})

describe('an agent that fails', () => {
  it('the message stays, the session too, its timeline says why without a word of what was said', async () => {
    const agent = handAgent()
    await refurnish({ runtime: agent.runtime })
    const opening = open()
    ;(await agent.asked(0)).fail(new Error('secret things'))
    const { view, greeting } = await opening
    const { id } = view.session
    expect([greeting, view.session.state]).toEqual([null, 'live'])
    const turn = trySay(id, 'my card number')
    ;(await agent.asked(1)).fail(new Error('secret things'))
    const refused = await turn
    expect(code(refused)).toBe('agent_failed')
    expect(JSON.stringify(refused)).not.toMatch(/secret|card/)
    const failures = (await house.events(id)).filter(({ type }) => type === 'turn.failed')
    expect(failures).toHaveLength(2)
    expect(JSON.stringify(failures)).not.toMatch(/secret|card/)
    const next = trySay(id, 'once more')
    const third = await agent.asked(2)
    expect(third.input.said.map(({ text }) => text)).toEqual(['my card number', 'once more'])
    third.answer({ say: 'Yes?' })
    expect(got(await next).reply.say).toBe('Yes?')
    expect(await lines(id)).toEqual(['user: my card number', 'user: once more', 'agent: Yes?'])
  })

  it('what it used in a turn that came to nothing is kept: when it broke, took too long, or the chat ended meanwhile', async () => {
    const agent = handAgent()
    await refurnish({ runtime: agent.runtime })
    const opening = open()
    ;(await agent.asked(0)).answer({ say: 'Hello.' })
    const { id } = (await opening).view.session
    const broken = trySay(id, 'one')
    const first = await agent.asked(1)
    first.input.onTool?.(tool)
    first.fail(new Error('no'))
    expect(code(await broken)).toBe('agent_failed')
    const slow = trySay(id, 'two')
    const second = await agent.asked(2)
    second.input.onTool?.({ ...tool, name: 'book' })
    await house.system.advance(60_000)
    expect(code(await slow)).toBe('agent_failed')
    second.input.onTool?.({ ...tool, name: 'pay' })
    const ended = trySay(id, 'three')
    const third = await agent.asked(3)
    third.input.onTool?.({ ...tool, name: 'refund' })
    got(await house.services.texts.end(house.ask, id))
    third.answer({ say: 'Done.' })
    expect(code(await ended)).toBe('closed')
    await house.pass(1)
    expect(await lines(id)).toEqual([
      'agent: Hello.',
      'user: one',
      'look nine',
      'user: two',
      'book nine',
      'pay nine',
      'user: three',
      'refund nine',
    ])
  })

  it('D2: that could not greet, or had nothing to say, is not asked for a greeting again', async () => {
    for (const fails of [true, false]) {
      let asked = 0
      const turn: AgentRuntime['turn'] = async () => {
        asked++
        if (fails) throw new Error('no')
        return {}
      }
      await refurnish({ runtime: { turn } })
      const draft = { agent: { id: await house.agent() }, reference: { key: 'order-1' } }
      for (let n = 0; n < 3; n++) expect(got(await tryOpen(draft))).toMatchObject({ greeting: null, repeated: n > 0 })
      house = await house.restart()
      await house.pass(60_000)
      expect(got(await tryOpen(draft))).toMatchObject({ greeting: null, repeated: true })
      expect(asked).toBe(1)
    }
  })

  it('one that takes too long has failed, and its answer is not heard any more', async () => {
    const agent = handAgent()
    await refurnish({ runtime: agent.runtime })
    const opening = open()
    ;(await agent.asked(0)).answer({})
    const { view } = await opening
    const turn = trySay(view.session.id, 'hello?')
    const asked = await agent.asked(1)
    await house.system.advance(15_000)
    expect(code(await turn)).toBe('agent_failed')
    expect(asked.input.signal.aborted).toBe(true)
    asked.answer({ say: 'too late' })
    await house.pass(1)
    expect(await lines(view.session.id)).toEqual(['user: hello?'])
  })
})

describe('its idle time', () => {
  it('ends it as completed, counted from the last word', async () => {
    const { view } = await open({ limits: { idleMs: 600_000 } })
    const { id } = view.session
    await house.pass(400_000)
    got(await trySay(id, 'hello'))
    await house.pass(599_999)
    expect((await house.session(id)).state).toBe('live')
    await house.pass(1)
    expect(await house.session(id)).toMatchObject({ state: 'ended', outcome: 'completed', end: { cause: 'idle' } })
    expect(got(await house.services.texts.end(house.ask, id)).view.session.end?.cause).toBe('idle')
  })

  it('without one it stays live for three years', async () => {
    const { view } = await open()
    await house.pass(1_000 * 86_400_000)
    expect((await house.session(view.session.id)).state).toBe('live')
    await house.pass(100 * 86_400_000)
    expect(await house.session(view.session.id)).toMatchObject({ state: 'ended', end: { cause: 'idle' } })
  })
})

describe('its summary', () => {
  const makes = { recording: true, summary: true, extraction: false }

  it('is waited for and answered with, made by its own agent', async () => {
    const runtime: AgentRuntime = {
      turn: async () => ({ say: 'Hello' }),
      summarise: async ({ said }) => `They said ${said.length} things.`,
    }
    await refurnish({ runtime })
    const { view } = await open({ makes })
    got(await trySay(view.session.id, 'Hi'))
    const ended = got(await house.services.texts.end(house.ask, view.session.id))
    expect(ended.summary).toBe('They said 3 things.')
    expect(ended.view.session.artefacts).toMatchObject({ summary: 'done', recording: 'skipped' })
    expect(got(await house.services.texts.end(house.ask, view.session.id)).summary).toBe('They said 3 things.')
  })

  it('that is not there in time is null, and filled in later as derived data', async () => {
    const { promise: summary, resolve } = Promise.withResolvers<string>()
    let asked = 0
    const runtime: AgentRuntime = {
      turn: async () => ({ say: 'Hello' }),
      summarise: () => {
        asked++
        return summary
      },
    }
    await refurnish({ runtime })
    const { view } = await open({ makes })
    const { id } = view.session
    const ending = house.services.texts.end(house.ask, id)
    await house.system.advance(10_000)
    expect(got(await ending)).toMatchObject({ summary: null, view: { session: { outcome: 'completed' } } })
    const before = await house.session(id)
    await house.system.advance(20_000)
    resolve('A short talk.')
    await house.pass(60_000)
    expect(asked).toBe(1)
    const after = await house.session(id)
    expect(after).toMatchObject({ state: 'ended', outcome: 'completed', artefacts: { summary: 'done' } })
    expect(after.end).toEqual(before.end)
    expect(got(await house.services.texts.end(house.ask, id)).summary).toBe('A short talk.')
  })

  it('that comes after the session has ended is kept as late', async () => {
    let isDown = true
    const summarise = async (): Promise<string> => {
      if (isDown) throw new Error('down')
      return 'At last.'
    }
    await refurnish({ runtime: { turn: async () => ({ say: 'Hello' }), summarise } })
    const { view } = await open({ makes })
    const { id } = view.session
    await house.services.sessions.hangUp(house.ask, id)
    await house.pass(180_000)
    expect(await house.session(id)).toMatchObject({ state: 'ended', artefacts: { summary: 'failed' } })
    isDown = false
    await house.pass(600_000)
    expect((await house.session(id)).artefacts.summary).toBe('done')
    expect((await house.events(id)).at(-1)).toMatchObject({ type: 'artefact.settled', late: true, value: 'At last.' })
  })

  it('an agent that makes none leaves it to whoever analyses, else it is skipped', async () => {
    await refurnish({ runtime: { turn: async () => ({ say: 'Hello' }), summarise: async () => undefined } })
    const { view } = await open({ makes })
    expect(got(await house.services.texts.end(house.ask, view.session.id)).summary).toBeNull()
    expect((await house.session(view.session.id)).artefacts.summary).toBe('skipped')
    await refurnish({ analysis: { make: async ({ artefact }) => ({ is: 'done', value: `the ${artefact}` }) } })
    const other = await open({ makes })
    expect(got(await house.services.texts.end(house.ask, other.view.session.id)).summary).toBe('the summary')
  })
})

describe('more chats of one user than a conversation names', () => {
  it('all end with it, and keep it from being deleted as long as one is live', async () => {
    const agent = { id: await house.agent() }
    const chats: Id[] = []
    for (let i = 0; i < 18; i++) chats.push(got(await tryOpen({ agent })).view.session.id)
    const [conversation, ...others] = await house.conversations()
    expect(others).toEqual([])
    expect(conversation).toMatchObject({ sessions: chats.slice(0, 12), moreSessions: 6 })
    for (const id of chats.slice(0, 12)) got(await house.services.texts.end(house.ask, id))
    expect((await remove(conversation!.id)).refusal?.code).toBe('in_use')
    await house.services.conversations.change(house.ask, conversation!.id, { status: 'closed' })
    await house.pass(1_000)
    const states = await Promise.all(chats.map(async (id) => (await house.session(id)).outcome))
    expect(states).toEqual(Array<string>(18).fill('completed'))
    expect((await house.session(chats[16]!)).end?.cause).toBe('conversation_closed')
    expect((await remove(conversation!.id)).refusal).toBeUndefined()
  })

  it('section 4: closed by its clocks it is not deleted under a live one, which goes on in the next', async () => {
    const { view } = await open()
    const { id } = view.session
    const [first] = await house.conversations()
    await house.pass(25 * 60 * 60_000)
    expect((await remove(first!.id)).refusal?.code).toBe('in_use')
    got(await trySay(id, 'still here'))
    expect((await remove(first!.id)).refusal).toBeUndefined()
    await house.pass(60_000)
    got(await trySay(id, 'and now?'))
    expect(got(await house.services.texts.end(house.ask, id)).view.session.outcome).toBe('completed')
  })
})
