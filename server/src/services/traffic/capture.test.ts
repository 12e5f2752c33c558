import { describe, expect, it } from 'vitest'
import type { CaptureRule, ChannelRules, Configuration } from '#domain/configuration/state.ts'
import type { Channel } from '#domain/vocabulary/channel.ts'
import { rulebookOf, type Passing } from './capture.ts'

const alice = '+14155550133'
const line = '+18005550111'

function configuration(
  id: string,
  createdAt: number,
  channels: Partial<Record<Channel, readonly CaptureRule[]>>,
): Configuration {
  const rules = Object.entries(channels).map(([channel, capture]) => [channel, { timeouts: null, capture }])
  return {
    id,
    account: 'a',
    status: 'live',
    version: 1,
    createdAt,
    updatedAt: createdAt,
    document: {
      displayName: id,
      description: '',
      grouping: 'addresses',
      memoryStoreId: 'mem_store_1',
      channels: Object.fromEntries(rules) as Record<Channel, ChannelRules>,
      callbacks: [],
      intelligence: [],
      memoryExtraction: false,
      bridgeService: null,
    },
  }
}

function captor(configurations: readonly Configuration[], passing: Passing): string | undefined {
  return rulebookOf(configurations).match(passing)?.configurationId
}
const inbound: Passing = { channel: 'SMS', from: alice, to: line }

describe('capturing', () => {
  it('needs both addresses to match: the exact one, or a wildcard', () => {
    const care = [configuration('care', 1, { SMS: [{ from: '*', to: line }] })]
    expect(captor(care, inbound)).toBe('care')
    expect(captor(care, { ...inbound, to: '+18005550999' })).toBeUndefined()
    expect(captor(care, { channel: 'SMS', from: line, to: alice })).toBeUndefined()
  })

  it('takes two rules for both ways of messaging', () => {
    const care = [
      configuration('care', 1, {
        SMS: [
          { from: '*', to: line },
          { from: line, to: '*' },
        ],
      }),
    ]
    expect(captor(care, inbound)).toBe('care')
    expect(captor(care, { channel: 'SMS', from: line, to: alice })).toBe('care')
  })

  it('D30: compares addresses without prefix and punctuation', () => {
    const care = [configuration('care', 1, { WHATSAPP: [{ from: '*', to: 'whatsapp:+1 (800) 555-0111' }] })]
    expect(captor(care, { channel: 'WHATSAPP', from: `whatsapp:${alice}`, to: line })).toBe('care')
  })

  it('looks at the rules of its own channel only', () => {
    const care = [configuration('care', 1, { SMS: [{ from: '*', to: line }] })]
    expect(captor(care, { ...inbound, channel: 'WHATSAPP' })).toBeUndefined()
  })

  it('D33: takes the most specific rule, whatever the age of its configuration', () => {
    const wild = configuration('wild', 1, { SMS: [{ from: '*', to: '*' }] })
    const from = configuration('from', 2, { SMS: [{ from: alice, to: '*' }] })
    const to = configuration('to', 3, { SMS: [{ from: '*', to: line }] })
    const exact = configuration('exact', 4, { SMS: [{ from: alice, to: line }] })
    expect(captor([wild, from, to, exact], inbound)).toBe('exact')
    expect(captor([wild, from, to], inbound)).toBe('to')
    expect(captor([wild, from], inbound)).toBe('from')
    expect(captor([wild], inbound)).toBe('wild')
  })

  it('D33: among equal rules takes one with metadata, then the oldest configuration', () => {
    const call: Passing = { channel: 'VOICE', from: alice, to: line }
    const young = configuration('young', 2, { VOICE: [{ from: '*', to: line }] })
    const old = configuration('old', 1, { VOICE: [{ from: '*', to: line }] })
    const named = configuration('named', 3, { VOICE: [{ from: '*', to: line, metadata: { callType: 'PSTN' } }] })
    expect(captor([young, old], call)).toBe('old')
    expect(captor([young, old, named], call)).toBe('named')
  })

  it.each([
    [undefined, undefined, true],
    [undefined, 'PSTN', true],
    [undefined, 'CLIENT', false],
    ['CLIENT', 'CLIENT', true],
    ['CLIENT', undefined, false],
    ['PUBLIC_SIP', 'SIP', true],
    ['SIP', 'PUBLIC_SIP', true],
    ['*', 'CLIENT', true],
    ['*', undefined, true],
  ])('X16: a VOICE rule for calls of type %s and a call of type %s: %s', (wanted, callType, captured) => {
    const rule = { from: '*', to: line, ...(wanted !== undefined && { metadata: { callType: wanted } }) }
    const call = { channel: 'VOICE' as const, from: alice, to: line, ...(callType !== undefined && { callType }) }
    expect(captor([configuration('care', 1, { VOICE: [rule] })], call) !== undefined).toBe(captured)
  })

  it('leaves rules for a classic chat service alone, since our chat has none', () => {
    const bridged = configuration('bridged', 1, { CHAT: [{ from: '*', to: '*', metadata: { chatService: 'IS1' } }] })
    const plain = configuration('plain', 2, { CHAT: [{ from: '*', to: '*' }] })
    const chat: Passing = { channel: 'CHAT', from: 'alice', to: 'care' }
    expect(captor([bridged], chat)).toBeUndefined()
    expect(captor([bridged, plain], chat)).toBe('plain')
  })
})
