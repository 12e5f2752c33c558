import type twilio from 'twilio'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openBolna, phone, shop, type BolnaHouse, type Line } from '#conformance/bolna-client.ts'
import { clientOf, whole } from '#conformance/twilio-client.ts'
import type { Execution } from '#dialects/bolna/executions/execution.ts'
import { readId } from '#dialects/bolna/ids.ts'
import { showId } from '#dialects/native/vocabulary.ts'
import type { Asked } from '#services/ports.ts'

/**
 * One call, seen through Bolna, through the native API, and as communications of its conversation through the official Twilio
 * client: the three agree at every step, by the projection of the lifecycle (section 3) and its section 4.
 */

const analysisUrl = 'https://analysis.example.com/make'
const step = 500

/** What the native API shows of a session, as far as it is compared. */
interface Native {
  readonly state: string
  readonly outcome: string | null
  readonly from: string
  readonly to: string
  readonly user: string
  readonly end: { readonly at: string } | null
  readonly attempt: Readonly<Record<'dialedAt' | 'ringingAt' | 'answeredAt' | 'endedAt' | 'callId', string | null>>
  readonly pastAttempts: readonly { readonly outcome: string; readonly at: string }[]
  readonly conversationIds: readonly string[]
  readonly createdAt: string
  readonly updatedAt: string
  readonly dueAt: string | null
  readonly transcript: readonly { readonly who: 'user' | 'agent'; readonly text: string }[]
}

interface Conversation {
  readonly status: string
  readonly parties: readonly string[]
  readonly said: readonly { readonly who: string; readonly text: string; readonly call: string; readonly at: string }[]
}

interface Seen {
  readonly execution: Execution
  readonly session: Native
  readonly conversation: Conversation | undefined
}

/** Lifecycle section 3: the states as Bolna shows them. */
const shownAs: Readonly<Record<string, string>> = {
  scheduled: 'scheduled',
  deferred: 'rescheduled',
  queued: 'queued',
  dialing: 'initiated',
  ringing: 'ringing',
  live: 'in-progress',
  wrapping: 'call-disconnected',
}
const endedAs: Readonly<Record<string, string>> = {
  no_answer: 'no-answer',
  busy: 'busy',
  canceled: 'canceled',
  stopped: 'stopped',
  failed: 'failed',
  error: 'error',
  balance_low: 'balance-low',
}

function expectedStatus({ state, outcome, attempt: { answeredAt } }: Native): string | undefined {
  if (state !== 'ended') return shownAs[state]
  return answeredAt === null ? endedAs[outcome ?? ''] : 'completed'
}

/** The same instant, of which one is told in microseconds. */
function isSame(one: string | null, other: string | null): boolean {
  return one === null || other === null ? one === other : Date.parse(one) === Date.parse(other)
}

const between = (from: string | null, to: string | null): number | undefined =>
  from === null || to === null ? undefined : Date.parse(to) - Date.parse(from)

/** Where the three do not say the same. */
function disagreements({ execution, session, conversation }: Seen, isInbound: boolean): readonly string[] {
  const { attempt, transcript } = session
  const { telephony_data: line } = execution
  const talked = between(attempt.answeredAt, attempt.endedAt)
  const missed = session.state === 'scheduled' ? session.pastAttempts.at(-1)?.at : undefined
  const rang = between(attempt.ringingAt, attempt.answeredAt ?? attempt.endedAt ?? missed ?? null)
  const over = session.state === 'wrapping' || session.state === 'ended'
  const words = transcript.map(({ who, text }) => `${who === 'agent' ? 'assistant' : 'user'}: ${text}\n`).join('')
  const facts: Readonly<Record<string, boolean>> = {
    status: execution.status === expectedStatus(session),
    'created at': isSame(execution.created_at, session.createdAt),
    'updated at': isSame(execution.updated_at, session.updatedAt),
    'initiated at': isSame(execution.initiated_at, isInbound ? null : attempt.dialedAt),
    'scheduled at': isSame(execution.scheduled_at, session.state === 'scheduled' ? session.dueAt : null),
    ends: line.from_number === session.from && line.to_number === session.to,
    'the carrier’s id': line.provider_call_id === attempt.callId,
    'ring time': rang === undefined || line.ring_duration === Math.round(rang / 1000),
    duration: execution.conversation_duration === (talked === undefined ? 0 : Math.round(talked / 100) / 10),
    words: execution.transcript === (over && attempt.answeredAt !== null ? words : ''),
    'has a conversation': (conversation !== undefined) === (attempt.answeredAt !== null),
  }
  const wrong = Object.entries(facts).flatMap(([fact, holds]) => (holds ? [] : [fact]))
  return [...wrong, ...(conversation ? aboutConversation(conversation, session) : [])]
}

function aboutConversation({ status, said, parties }: Conversation, { state, transcript, from, to, attempt }: Native) {
  const start = Date.parse(attempt.answeredAt ?? '')
  const end = attempt.endedAt === null ? Infinity : Date.parse(attempt.endedAt)
  const facts: Readonly<Record<string, boolean>> = {
    'the conversation is active while the call is live': (state === 'live') === (status === 'ACTIVE'),
    'and closed after it': (state === 'live') !== (status === 'CLOSED'),
    'the parties are those of the call': [from, to].every((one) => parties.includes(one)) && parties.length === 2,
    'the communications are the words':
      JSON.stringify(said.map(({ who, text }) => ({ who, text }))) === JSON.stringify(transcript),
    'they are said in the call': said.every(({ at }) => start <= Date.parse(at) && Date.parse(at) <= end),
    'and belong to it': new Set(said.map(({ call }) => call)).size <= 1,
  }
  return Object.entries(facts).flatMap(([fact, holds]) => (holds ? [] : [fact]))
}

describe('one call through three languages', () => {
  let house: BolnaHouse
  let url: string
  let line: Line
  let client: twilio.Twilio
  let whileAnalysed: () => Promise<void> = async () => {}
  beforeAll(async () => {
    house = await openBolna({ analysisUrl }, async (request): Promise<Asked> => {
      if (request.url !== analysisUrl) return { status: 200, body: '' }
      await whileAnalysed()
      return { status: 200, body: '"They talked."' }
    })
    url = await house.listen()
  })
  afterAll(() => house.stop())
  beforeEach(async () => {
    line = await house.line()
    const { made } = line.native
    client = clientOf(url, made?.key.sid ?? '', made?.keySecret ?? '', made?.account.sid ?? '')
  })

  const speaker = () => {
    const tasks = [{ task_type: 'conversation' }, { task_type: 'summarization' }]
    return line.agent({ config: { tasks }, lines: ['We open at nine.', 'And we close at five.'] })
  }

  async function look(id: string): Promise<Seen> {
    const path = `/sessions/${showId('session', readId(id) ?? '')}`
    const [execution, session, { transcript }] = await Promise.all([
      line.execution(id),
      line.native.get(path).then(({ body }) => body as Omit<Native, 'transcript'>),
      line.native.get(`${path}/transcript`).then(({ body }) => body as Pick<Native, 'transcript'>),
    ])
    const [first] = session.conversationIds
    const conversation = first === undefined ? undefined : await talk(first, session)
    return { execution, session: { ...session, transcript }, conversation }
  }

  /** The conversation as the vendor's own client reads it. */
  async function talk(conversationId: string, { user }: Pick<Native, 'user'>): Promise<Conversation> {
    const { v2 } = client.conversations
    const id = `conv_${conversationId}`
    const [{ status }, communications, participants] = await Promise.all([
      whole(v2.conversations(id).fetch()),
      v2.communications(id).list(),
      v2.participants(id).list(),
    ])
    const said = communications.map(({ author, content, channelId, occurredAt }) => ({
      who: author.address === user ? 'user' : 'agent',
      text: (content as { text: string }).text,
      call: String(channelId),
      at: new Date(occurredAt as unknown as string).toISOString(),
    }))
    return { status, said, parties: participants.flatMap(({ addresses }) => addresses.map(({ address }) => address)) }
  }

  /** Looks after every half second, and while the call is wrapped up; answers with the ways it was seen to go. */
  async function follow(id: string, seconds: number, isInbound = false) {
    const states: string[] = []
    const statuses: string[] = []
    const conversations: string[] = []
    const complaints: string[] = []
    const note = async (): Promise<void> => {
      const seen = await look(id)
      const { execution, session, conversation } = seen
      if (states.at(-1) !== session.state) states.push(session.state)
      if (statuses.at(-1) !== execution.status) statuses.push(execution.status)
      if (conversations.at(-1) !== (conversation?.status ?? 'none')) conversations.push(conversation?.status ?? 'none')
      complaints.push(...disagreements(seen, isInbound).map((what) => `${session.state}: ${what}`))
    }
    whileAnalysed = note
    await note()
    for (let gone = 0; gone < seconds * 1000; gone += step) {
      await line.pass(step)
      await note()
    }
    return { states, statuses, conversations, complaints, last: await look(id) }
  }

  test('a call that is answered and talked on', async () => {
    await line.slots(0)
    const id = await line.call(await speaker(), phone('01'))
    await line.rest()
    const waiting = await look(id)
    expect([waiting.execution.status, waiting.session.state, waiting.conversation]).toEqual([
      'queued',
      'queued',
      undefined,
    ])
    expect(disagreements(waiting, false)).toEqual([])
    await line.slots(10)
    await line.rest()
    const { states, statuses, conversations, complaints, last } = await follow(id, 30)
    expect(complaints).toEqual([])
    expect(states).toEqual(['dialing', 'ringing', 'live', 'wrapping', 'ended'])
    expect(statuses).toEqual(['initiated', 'ringing', 'in-progress', 'call-disconnected', 'completed'])
    expect(conversations).toEqual(['none', 'ACTIVE', 'CLOSED'])
    expect(last.conversation?.said.length).toBeGreaterThan(4)
    expect(last.session.transcript).toContainEqual({ who: 'agent', text: 'We open at nine.' })
    expect(last.execution.summary).toBe('They talked.')
  })

  test('a call that comes in', async () => {
    const agent_id = await speaker()
    const [number] = (await line.ask('GET', '/phone-numbers/all')).body
    expect((await line.ask('POST', '/inbound/setup', { agent_id, phone_number_id: number.id })).status).toBe(200)
    const script = [
      { do: 'wait-for-agent' },
      { do: 'say', text: 'Is this the shop?' },
      { do: 'wait-for-agent' },
      { do: 'hang-up' },
    ]
    expect((await line.native.post('/simulator/calls', { from: phone('30'), to: shop, script })).status).toBe(201)
    const [arrived] = (await line.ask('GET', '/executions')).body.data as Execution[]
    const { states, conversations, complaints, last } = await follow(arrived?.id ?? '', 20, true)
    expect(complaints).toEqual([])
    expect(states).toEqual(['ringing', 'live', 'wrapping', 'ended'])
    expect(conversations).toEqual(['none', 'ACTIVE', 'CLOSED'])
    expect(last.conversation?.said).toContainEqual(expect.objectContaining({ who: 'user', text: 'Is this the shop?' }))
  })

  test('a call that is not answered has no conversation; the retry that is, has one', async () => {
    const retry_config = { enabled: true, max_retries: 1, retry_intervals_minutes: [1] }
    const id = await line.call(await speaker(), phone('19'), { retry_config })
    await line.rest()
    const { states, conversations, complaints, last } = await follow(id, 130)
    expect(complaints).toEqual([])
    const second = ['dialing', 'ringing', 'live', 'wrapping', 'ended']
    expect(states).toEqual(['dialing', 'ringing', 'scheduled', ...second])
    expect(conversations).toEqual(['none', 'ACTIVE', 'CLOSED'])
    expect(last.session.pastAttempts).toMatchObject([{ outcome: 'no_answer' }])
    expect(last.execution.retry_history).toMatchObject([{ status: 'no-answer' }])
  })

  test.each([
    ['02', 'busy', 'busy'],
    ['05', 'failed', 'failed'],
    ['10', 'stopped', 'stopped'],
  ])('a call to …%s ends %s in both, and leaves no conversation', async (digits, outcome, status) => {
    const id = await line.call(await speaker(), phone(digits))
    await line.rest()
    const { complaints, conversations, last } = await follow(id, 62)
    expect(complaints).toEqual([])
    expect(conversations).toEqual(['none'])
    expect([last.session.outcome, last.execution.status]).toEqual([outcome, status])
    expect(await client.conversations.v2.conversations.list()).toEqual([])
  })

  test('what one language does, the others see: hung up natively, closed by Twilio, stopped by Bolna', async () => {
    const agent = await speaker()
    const id = await line.call(agent, phone('07'))
    await line.pass(7_000)
    const live = await look(id)
    expect([live.execution.status, live.conversation?.status]).toEqual(['in-progress', 'ACTIVE'])
    const path = `/sessions/${showId('session', readId(id) ?? '')}`
    expect((await line.native.post(`${path}/hang-up`)).status).toBe(200)
    await line.pass(1_000)
    const ended = await look(id)
    expect([ended.execution.x.outcome, ended.conversation?.status]).toEqual(['api_hangup', 'CLOSED'])
    expect(disagreements(ended, false)).toEqual([])

    const other = await line.call(agent, phone('07'))
    await line.pass(7_000)
    const [conversation = ''] = (await look(other)).session.conversationIds
    await client.conversations.v2.conversations(`conv_${conversation}`).update({ status: 'CLOSED' })
    // Lifecycle section 4: the call goes on, and its next words begin the next conversation.
    expect((await look(other)).execution.status).toBe('in-progress')

    await line.slots(0)
    const waiting = await line.call(agent, phone('01'))
    expect((await line.ask('POST', `/call/${waiting}/stop`)).status).toBe(200)
    expect((await look(waiting)).session).toMatchObject({ state: 'ended', outcome: 'stopped' })
  })
})
