import { describe, expect, it } from 'vitest'
import type { ConversationEvent } from '#domain/conversation/events.ts'
import type { Callback, Conversation } from '#domain/conversation/state.ts'
import type { ConfigurationDocument } from '#domain/configuration/state.ts'
import { partId } from '#domain/vocabulary/id.ts'
import type { Followed } from '#engine/api.ts'
import type { Announcement } from '#services/ports.ts'
import { announcementsOf } from './announcements.ts'
import { createCallbacks } from './callbacks.ts'
import { callbackBody } from './resources.ts'
import { openVault, principal } from './testing/house.ts'
import { at, communication, conversation, document, ids, mia } from './testing/samples.ts'

const sid = principal.sid
const moved: ConversationEvent = {
  type: 'conversation.moved',
  at,
  from: 'active',
  to: 'inactive',
  by: 'deadline',
  because: 'x',
}

function followed(
  event: ConversationEvent,
  after: Partial<Conversation> = {},
  request: string | null = null,
  n = 5,
): Followed {
  return {
    recorded: {
      id: `${ids.conversation}.${n}`,
      seq: 9,
      account: ids.account,
      noun: 'conversation',
      aggregate: ids.conversation,
      n,
      recordedAt: at,
      request,
      event,
    },
    before: conversation,
    after: { ...conversation, ...after },
  }
}

interface Told {
  eventType: string
  timestamp: string
  data: Record<string, unknown>
}

function told(
  event: ConversationEvent,
  after: Partial<Conversation> = {},
  of: ConfigurationDocument = document,
): Told | undefined {
  const [announcement] = announcementsOf(followed(event, after), of, sid, openVault)
  if (!announcement) return undefined
  const body = JSON.parse(announcement.frozen.body) as Told
  expect(callbackBody.safeParse(body).success).toBe(true)
  expect(announcement.eventType).toBe(body.eventType)
  return body
}

describe('callbacks (section 6): what is told', () => {
  it('N9 a change of status, with the whole conversation', () => {
    expect(told(moved, { status: 'inactive' })).toMatchObject({
      eventType: 'CONVERSATION_UPDATED',
      timestamp: '2026-11-20T09:05:00.000Z',
      data: {
        id: `conv_conversation_${ids.conversation}`,
        status: 'INACTIVE',
        configurationId: `conv_configuration_${ids.configuration}`,
        participants: [{ name: 'Mia Verne' }, { name: '' }],
        configuration: { displayName: 'Care line' },
      },
    })
  })

  it('a change of name, not of metadata alone', () => {
    const described = { type: 'conversation.described', at, metadata: { a: 'b' } } as const
    expect(told({ ...described, name: 'New' })?.eventType).toBe('CONVERSATION_UPDATED')
    expect(told({ ...described, name: conversation.name })).toBeUndefined()
  })

  it('D50 participants, with their type under both names', () => {
    for (const change of ['added', 'updated', 'removed'] as const)
      expect(told({ type: `participant.${change}`, at, participant: mia })).toMatchObject({
        eventType: `PARTICIPANT_${change.toUpperCase()}`,
        data: { id: `conv_participant_${ids.mia}`, type: 'CUSTOMER', participantType: 'CUSTOMER' },
      })
  })

  it('N9 communications, under the id that the API gives them', () => {
    const createdId = `conv_communication_${partId(ids.conversation, 5, communication.createdAt)}`
    expect(told({ type: 'communication.created', at, communication })).toMatchObject({
      eventType: 'COMMUNICATION_CREATED',
      data: { id: createdId, author: { channel: 'SMS' } },
    })
    const updatedId = `conv_communication_${partId(ids.conversation, 3, communication.createdAt)}`
    expect(told({ type: 'communication.updated', at, n: 3, communication })).toMatchObject({
      eventType: 'COMMUNICATION_UPDATED',
      data: { id: updatedId },
    })
  })

  it('nothing of streams, sessions, callbacks, refused latecomers and deletions', () => {
    const silent: ConversationEvent[] = [
      { type: 'stream.attached', at, callSid: 'CA1' },
      { type: 'stream.ended', at, callSid: 'CA1', because: 'x' },
      { type: 'session.attached', at, sessionId: ids.conversation },
      { type: 'session.detached', at, sessionId: ids.conversation },
      { type: 'conversation.callbacks_changed', at, callbacks: [] },
      { type: 'late.refused', at, what: 'x', because: 'y' },
      { type: 'conversation.erased', at, by: 'api' },
    ]
    for (const event of silent) expect(told(event)).toBeUndefined()
  })

  it('D49 the classic service, where one is bridged', () => {
    expect(told(moved)?.data).not.toHaveProperty('serviceId')
    expect(told(moved, {}, { ...document, bridgeService: 'IS1' })?.data).toHaveProperty('serviceId', 'IS1')
  })
})

describe('callbacks: who is told', () => {
  const one: Callback = { url: 'https://a.example/', method: 'POST' }
  const targets = (after: Partial<Conversation>, callbacks: readonly Callback[] = [one]): string[] =>
    announcementsOf(followed(moved, after), { ...document, callbacks }, sid, openVault).map(({ target }) => target)

  it("the configuration's callbacks, unless the conversation has its own", () => {
    expect(targets({})).toEqual(['twilio POST https://a.example/'])
    expect(targets({ overrides: { callbacks: [{ url: 'https://b.example/', method: 'GET' }] } })).toEqual([
      'twilio GET https://b.example/',
    ])
    expect(targets({ overrides: { callbacks: [] } })).toEqual([])
  })

  it('X6 those that want the event, each once', () => {
    const picky: Callback = { url: 'https://b.example/', method: 'POST', events: ['COMMUNICATION_CREATED'] }
    const wanting: Callback = { url: 'https://c.example/', method: 'POST', events: ['CONVERSATION_UPDATED'] }
    expect(targets({}, [one, picky, wanting, one])).toEqual([
      'twilio POST https://a.example/',
      'twilio POST https://c.example/',
    ])
  })

  it('under a token that is one UUID for each event and URL, the same on every rendering', () => {
    const two = { ...document, callbacks: [one, { ...one, url: 'https://b.example/' }] }
    const tokens = (n: number): string[] =>
      announcementsOf(followed(moved, {}, null, n), two, sid, openVault).map(({ frozen }) => frozen.token)
    expect(tokens(5)).toEqual(tokens(5))
    expect(new Set([...tokens(5), ...tokens(6)]).size).toBe(4)
    for (const token of tokens(5))
      expect(token).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('with the id of the request that caused it, or one of its own', () => {
    const request = (asked: string | null): string | null | undefined =>
      announcementsOf(followed(moved, {}, asked), document, sid, openVault)[0]?.frozen.request
    const asked = `RQ${'0'.repeat(32)}`
    expect(request(asked)).toBe(asked)
    expect(request(null)).toMatch(/^RQ[0-9a-f]{32}$/)
    expect(request('native-7')).toMatch(/^RQ[0-9a-f]{32}$/)
    expect(request(null)).toBe(request(null))
  })
})

describe('the announcer', () => {
  function announcer() {
    const loads: string[] = []
    const callbacks = createCallbacks({
      vault: openVault,
      retryAfter: () => undefined,
      services: {
        configurations: {
          version: async (account: string, id: string, version: number) => {
            loads.push(`${account} ${id} ${version}`)
            return document
          },
        },
        accounts: {
          get: async () => ({
            sid,
            sealedAuthToken: 'token',
            limits: { requestsPerSecond: null, internalTargets: true, slots: null },
          }),
        },
      } as unknown as Parameters<typeof createCallbacks>[0]['services'],
    })
    return { callbacks, loads }
  }

  it('loads a configuration version once, and answers at once from then on', async () => {
    const { callbacks, loads } = announcer()
    const first = await callbacks.announcements(followed(moved))
    const second = callbacks.announcements(followed(moved)) as readonly Announcement[]
    expect(first).toHaveLength(1)
    expect(second).toEqual(first)
    expect(loads).toEqual([`${ids.account} ${ids.configuration} 3`])
  })

  it('has nothing to say of other nouns', () => {
    const { callbacks, loads } = announcer()
    const event = followed(moved)
    expect(callbacks.announcements({ ...event, recorded: { ...event.recorded, noun: 'configuration' } })).toEqual([])
    expect(loads).toEqual([])
  })

  it("signs with the account's auth token and says whether inside targets are allowed", async () => {
    const { callbacks } = announcer()
    const [announcement] = await callbacks.announcements(followed(moved))
    const request = await callbacks.request(announcement!.frozen, { at, number: 1 })
    expect(request).toMatchObject({ method: 'POST', internalTargets: true })
  })
})
