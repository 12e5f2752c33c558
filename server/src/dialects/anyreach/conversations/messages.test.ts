import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAnyreach, type AnyreachHouse, type Organization } from '#conformance/anyreach-client.ts'

/** What the agent's program answers next, in order; afterwards it says nothing. */
let answers: (object | (() => Promise<object>))[] = []

let house: AnyreachHouse
let shop: Organization
beforeAll(async () => {
  house = await openAnyreach({}, async ({ url }) => {
    if (!url.includes('agent.example')) return { status: 200 }
    const next = answers.shift() ?? {}
    const body = typeof next === 'function' ? await next() : next
    return 'status' in body ? (body as { status: number }) : { status: 200, body: JSON.stringify(body) }
  })
})
afterAll(() => house.stop())
beforeEach(async () => {
  answers = []
  shop = await house.organization()
})

const messages = (id: string): string => `/core/conversations/${id}/messages`

/** An agent whose answers are a program's. */
async function talker(): Promise<string> {
  return shop.agent({ speech: { by: 'http', url: 'https://agent.example.com/turn', timeoutMs: 10_000 } })
}

/** The events of a stream, in order. */
function eventsIn(text: string): { event: string; data: unknown }[] {
  return [...text.matchAll(/^event: (.*)\ndata: (.*)$/gm)].map(([, event = '', data = '']) => ({
    event,
    data: JSON.parse(data),
  }))
}

describe('messages (4.4)', () => {
  it('one message, one turn of the agent', async () => {
    const id = await shop.text(await shop.agent({ speech: { by: 'script', lines: ['On Friday.', 'Yes.'] } }))
    const answer = await shop.ask('POST', messages(id), { text: 'Where is my order?' })
    expect([answer.status, answer.body]).toEqual([200, { conversation_id: id, reply: 'On Friday.', tool_calls: [] }])
    const { conversation, user_turn_count } = await shop.read(id)
    const said = conversation.items.map(({ role, text }: { role: string; text: string }) => [role, text])
    expect([user_turn_count, said]).toEqual([
      1,
      [
        ['user', 'Where is my order?'],
        ['agent', 'On Friday.'],
      ],
    ])
  })

  it('widgets only where interactivity is rich; tools with what came of them', async () => {
    const widgets = [{ type: 'order_tracker', data: { order_id: 'A-118' } }]
    const agent = await shop.agent({ speech: { by: 'script', lines: [{ say: 'There.', widgets }, 'And?', 'Well.'] } })
    const plain = await shop.text(agent)
    expect((await shop.ask('POST', messages(plain), { text: 'Hi' })).body).not.toHaveProperty('widgets')
    const rich = await shop.text(agent)
    const first = await shop.ask('POST', messages(rich), { text: 'Hi', interactivity: 'rich' })
    expect(first.body).toEqual({ conversation_id: rich, reply: 'There.', tool_calls: [], widgets })
    const second = await shop.ask('POST', messages(rich), { text: 'Hi', interactivity: 'rich' })
    expect(second.body).toMatchObject({ reply: 'And?', widgets: [] })
  })

  it.each([
    ['no text', {}],
    ['an empty text', { text: '' }],
    ['a blank text', { text: ' \n\t' }],
    ['a text too long', { text: 'x'.repeat(16_001) }],
    ['a number', { text: 7 }],
    ['another interactivity', { text: 'Hi', interactivity: 'loud' }],
    ['null', null],
  ])('422 for %s', async (_what, body) => {
    const id = await shop.text(await shop.agent())
    const headers = { 'content-type': 'application/json' }
    const answer = await shop.ask('POST', messages(id), JSON.stringify(body), headers)
    expect(answer.status).toBe(422)
    expect(answer.body.errors[0].loc[0]).toBe('body')
    expect((await shop.read(id)).user_turn_count).toBe(0)
  })

  it.each(['x', '😀'])('the longest text is taken: 16 000 × %s', async (character) => {
    const id = await shop.text(await shop.agent())
    const text = character.repeat(16_000)
    expect((await shop.ask('POST', messages(id), { text })).status).toBe(200)
    expect((await shop.read(id)).conversation.items).toContainEqual(expect.objectContaining({ role: 'user', text }))
    expect((await shop.ask('POST', messages(id), { text: text + character })).status).toBe(422)
  })

  it('an agent that fails is a 502, and the message is kept', async () => {
    const id = await shop.text(await talker())
    answers = [{ status: 400 }]
    const failed = await shop.ask('POST', messages(id), { text: 'Are you there?' })
    expect([failed.status, Object.keys(failed.body)]).toEqual([502, ['detail']])
    expect(failed.body.detail).not.toContain('Are you there?')
    expect(await shop.read(id)).toMatchObject({ status: 'in_progress', user_turn_count: 1 })
    answers = [{ say: 'Now I am.' }]
    expect((await shop.ask('POST', messages(id), { text: 'And now?' })).body.reply).toBe('Now I am.')
  })

  it('two messages at once are two turns, one after the other', async () => {
    const id = await shop.text(await shop.agent({ speech: { by: 'script', lines: ['One.', 'Two.', 'Three.'] } }))
    const sent = await Promise.all(['a', 'b', 'c'].map((text) => shop.ask('POST', messages(id), { text })))
    expect(new Set(sent.map(({ body }) => body.reply))).toEqual(new Set(['One.', 'Two.', 'Three.']))
    const { conversation } = await shop.read(id)
    const roles = conversation.items.map(({ role }: { role: string }) => role)
    expect(roles).toEqual(['user', 'agent', 'user', 'agent', 'user', 'agent'])
  })

  it('D19: the end wins over a turn that runs, and the turn’s call is told so', async () => {
    const id = await shop.text(await talker())
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>()
    const { promise: answer, resolve: answerNow } = Promise.withResolvers<object>()
    answers = [
      () => {
        isAsked()
        return answer
      },
    ]
    const sent = shop.ask('POST', messages(id), { text: 'Hi' })
    await asked
    const ended = await shop.ask('POST', `/core/conversations/${id}/end`)
    expect([ended.status, ended.body.status]).toEqual([200, 'completed'])
    answerNow({ say: 'Too late.' })
    expect(await sent).toMatchObject({ status: 409, body: { detail: 'Conversation is not active' } })
    const { conversation } = await shop.read(id)
    expect(conversation.items.map(({ text }: { text: string }) => text)).toEqual(['Hi'])
  })
})

describe('an answer as events (X3)', () => {
  const stream = { accept: 'text/event-stream' }

  it('is told in pieces, and at last as the documented object', async () => {
    const id = await shop.text(await shop.agent({ speech: { by: 'script', lines: ['It comes on Friday.'] } }))
    const answer = await shop.ask('POST', messages(id), { text: 'When?', interactivity: 'rich' }, stream)
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    const events = eventsIn(answer.text)
    const tokens = events.filter(({ event }) => event === 'token').map(({ data }) => (data as { text: string }).text)
    expect(tokens.join('')).toBe('It comes on Friday.')
    expect(events.at(-1)).toEqual({
      event: 'message',
      data: { conversation_id: id, reply: 'It comes on Friday.', tool_calls: [], widgets: [] },
    })
  })

  it.each([
    ['text/event-stream', true],
    ['TEXT/Event-Stream; charset=utf-8 ; Q=0.5', true],
    ['application/json, text/event-stream', true],
    ['application/json;q=0.4, text/event-stream;q=0.4', true],
    ['application/json;q=0, text/event-stream;q=0.001', true],
    ['application/*, text/event-stream;q=0.1', true],
    ['text/event-stream;note="a,b;q=0"', true],
    ['application/json, text/event-stream;q=0', false],
    ['text/event-stream;q=0.000', false],
    ['text/event-stream;note="a,b";q=0', false],
    ['application/json, text/event-stream;q=0.9', false],
    ['application/json;profile=x;q=0.5, text/event-stream;q=0.4', false],
    ['text/event-stream;q=often', false],
    ['text/*, */*', false],
    ['text/event-streams', false],
    ['application/json', false],
  ])('RFC 9110 section 12.5.1: whether `%s` asks for them: %s', async (accept, isAsked) => {
    const id = await shop.text(await shop.agent({ speech: { by: 'script', lines: ['On Friday.'] } }))
    const { headers } = await shop.ask('POST', messages(id), { text: 'When?' }, { accept })
    expect(headers['content-type']).toBe(`${isAsked ? 'text/event-stream' : 'application/json'}; charset=utf-8`)
  })

  it('what is wrong before it begins is answered as ever', async () => {
    const id = await shop.text(await shop.agent())
    expect((await shop.ask('POST', messages(id), { text: '' }, stream)).status).toBe(422)
    expect((await shop.ask('POST', messages('conv_x'), { text: 'Hi' }, stream)).status).toBe(404)
    await shop.ask('POST', `/core/conversations/${id}/end`)
    const over = await shop.ask('POST', messages(id), { text: 'Hi' }, stream)
    expect([over.status, over.body]).toEqual([409, { detail: 'Conversation is not active' }])
  })

  it('who goes away loses the answer alone: the turn goes on', async () => {
    const id = await shop.text(await talker())
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>()
    const { promise: answer, resolve: answerNow } = Promise.withResolvers<object>()
    answers = [
      () => {
        isAsked()
        return answer
      },
    ]
    const url = await house.trial.app.listen()
    const leaving = new AbortController()
    const headers = { ...stream, authorization: `Bearer ${shop.token}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ text: 'Hi' })
    const response = await fetch(`${url}${messages(id)}`, { method: 'POST', headers, body, signal: leaving.signal })
    expect(response.status).toBe(200)
    await asked
    leaving.abort()
    answerNow({ say: 'Here you are.' })
    // The next turn comes after the one that nobody waits for.
    answers = [{ say: 'And that.' }]
    expect((await shop.ask('POST', messages(id), { text: 'More?' })).body.reply).toBe('And that.')
    const { conversation } = await shop.read(id)
    const said = conversation.items.map(({ text }: { text: string }) => text)
    expect(said).toEqual(['Hi', 'Here you are.', 'More?', 'And that.'])
  })

  it('what goes wrong afterwards is the last event', async () => {
    const id = await shop.text(await talker())
    answers = [{ status: 400 }]
    const answer = await shop.ask('POST', messages(id), { text: 'Hi' }, stream)
    expect([answer.status, eventsIn(answer.text)]).toEqual([
      200,
      [{ event: 'error', data: { detail: expect.any(String), status: 502 } }],
    ])
  })
})
