import { describe, expect, it } from 'vitest'
import { parseBody, readQuery, UnreadableBody, withMeantNulls, withoutNulls } from './reading.ts'

describe('bodies', () => {
  it('refuses half a surrogate pair, which a store takes for another one', () => {
    expect(() => parseBody('{"resourceId":"s\\ud800"}')).toThrow(UnreadableBody)
    expect(parseBody('{"resourceId":"\\ud83d\\ude00"}')).toEqual({ resourceId: '😀' })
  })

  it('of two equal keys the later counts', () => {
    expect(parseBody('{"status":"ACTIVE","status":"CLOSED"}')).toEqual({ status: 'CLOSED' })
  })

  it('a byte order mark is not part of it', () => {
    expect(parseBody('\uFEFF{"a":1}')).toEqual({ a: 1 })
  })

  it.each(['', '   ', '{', "{'a':1}", '{"a":1,}', 'status=CLOSED', '{"a":NaN}'])(
    '"%s" is refused with a reason',
    (text) => {
      expect(() => parseBody(text)).toThrow(UnreadableBody)
    },
  )

  it.each([[[]], ['CLOSED'], [7], [null], [true]])('%j is not an object', (body) => {
    expect(() => withoutNulls(body)).toThrow('The body must be a JSON object.')
    expect(() => withMeantNulls(body)).toThrow('The body must be a JSON object.')
  })

  it.each(['{"__proto__":{"status":"CLOSED"}}', '{"metadata":{"__proto__":"x"}}', '{"a":[{"\\u005f_proto__":1}]}'])(
    '%s is refused and pollutes nothing',
    (text) => {
      expect(() => withoutNulls(parseBody(text))).toThrow('__proto__')
      expect(() => withMeantNulls(parseBody(text))).toThrow('__proto__')
      expect(({} as Record<string, unknown>)['status']).toBeUndefined()
    },
  )

  it('nested a thousand levels deep is refused, not a crash', () => {
    const deep = `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`
    expect(() => withoutNulls(parseBody(deep))).toThrow('nested more than')
    expect(() => withMeantNulls(parseBody(deep))).toThrow('nested more than')
    expect(() => withoutNulls(parseBody(`{"a":${'['.repeat(1000)}${']'.repeat(1000)}}`))).toThrow('nested more than')
  })
})

describe('D68 null in a POST or PUT', () => {
  it('is the same as leaving the key out, at every depth', () => {
    const body = {
      name: null,
      status: 'CLOSED',
      metadata: null,
      configuration: { workflows: null, intelligenceConfigurationIds: ['a'] },
      participants: [{ name: null, addresses: [{ channel: 'SMS', address: '+1', channelId: null }] }],
    }
    expect(withoutNulls(body)).toEqual({
      status: 'CLOSED',
      configuration: { intelligenceConfigurationIds: ['a'] },
      participants: [{ addresses: [{ channel: 'SMS', address: '+1' }] }],
    })
  })

  it('in a list is nobody\'s "absent"', () => {
    expect(withoutNulls({ participants: [null] })).toEqual({ participants: [null] })
  })
})

describe('D68 null in a PATCH', () => {
  it('keeps its meaning where it has one', () => {
    const body = {
      name: null,
      description: null,
      statusCallbacks: null,
      conversationsV1Bridge: null,
      channelSettings: { SMS: null, VOICE: { statusTimeouts: null, captureRules: null } },
    }
    expect(withMeantNulls(structuredClone(body))).toEqual({ ...body, channelSettings: { SMS: null, VOICE: {} } })
    expect(withMeantNulls({ metadata: { a: null, b: 'x' } })).toEqual({ metadata: { a: null, b: 'x' } })
    expect(withMeantNulls({ configuration: { statusCallbacks: null, workflows: null } })).toEqual({
      configuration: { statusCallbacks: null },
    })
    expect(
      withMeantNulls({ configuration: { statusCallbacks: [{ url: 'https://a.example', method: null }] } }),
    ).toEqual({ configuration: { statusCallbacks: [{ url: 'https://a.example' }] } })
  })

  it.each(['status', 'configuration', 'metadata', 'displayName', 'memoryStoreId', 'conversationGroupingType'])(
    'means "absent" everywhere at the top once %s is null',
    (key) => {
      const body = { [key]: null, name: null, description: null, statusCallbacks: null, memoryExtractionEnabled: true }
      expect(withMeantNulls(body)).toEqual({ memoryExtractionEnabled: true })
    },
  )

  it('still removes an entry of a map that the body sets', () => {
    expect(withMeantNulls({ status: null, name: null, metadata: { a: null } })).toEqual({ metadata: { a: null } })
  })
})

describe('queries (D42)', () => {
  const names = ['status', 'channelId', 'pageSize', 'pageToken', 'addresses']

  it('match names whatever their case, and ignore what they do not know', () => {
    expect(readQuery({ PageSize: '7', PAGETOKEN: 'x', Page: '3', foo: 'bar' }, names)).toEqual({
      pageSize: '7',
      pageToken: 'x',
    })
  })

  it('prefer the exact name: one client sends two spellings', () => {
    expect(readQuery({ PageSize: '50', pageSize: '7' }, names)).toEqual({ pageSize: '7' })
  })

  it('take repetition and commas for several statuses', () => {
    expect(readQuery({ status: ['ACTIVE', 'CLOSED'] }, names)).toEqual({ status: ['ACTIVE', 'CLOSED'] })
    expect(readQuery({ Status: 'ACTIVE,INACTIVE' }, names)).toEqual({ status: ['ACTIVE', 'INACTIVE'] })
    expect(readQuery({ status: '' }, names)).toEqual({ status: [] })
  })

  it('leave a comma inside one of several addresses alone', () => {
    expect(readQuery({ addresses: ['alice,home', 'bob'] }, names)).toEqual({ addresses: ['alice,home', 'bob'] })
  })

  it('take the first of several where one is meant', () => {
    expect(readQuery({ channelId: ['CA1', 'CA2'] }, names)).toEqual({ channelId: 'CA1' })
  })
})
