import { describe, expect, test } from 'vitest'
import { showDefinition } from '../outward/agents.ts'
import { idIn } from '../inward.ts'
import { agentDraft } from '../wire/agents.ts'
import { definitionOf } from './agents.ts'

const vault = { seal: (secret: string) => `sealed ${secret.length}` }
const secret = 'whsec_c2VjcmV0c2VjcmV0c2VjcmV0'
const program = { by: 'http', url: 'https://agent.example.com/' }
const model = { by: 'openai', baseUrl: 'https://llm.example.com/v1', model: 'small', prompt: 'You are Ann.' }
const key = 'sk-0123456789'

const tool = { name: 'order_status', description: 'Where an order is', url: 'https://shop.example.com/status' }
const deep = (levels: number): object => (levels === 0 ? {} : { a: deep(levels - 1) })

/** As it is after being written like this, over what was there. */
function written(draft: object, present?: ReturnType<ReturnType<typeof definitionOf>>) {
  return definitionOf(agentDraft.parse({ name: 'Ann', ...draft }), vault)(present)
}

describe('an agent as it is written', () => {
  test('has defaults for all that is left out', () => {
    expect(written({})).toEqual({
      name: 'Ann',
      welcome: '',
      speech: { by: 'script', lines: [], goodbye: '' },
      limits: {},
      hours: null,
      retry: null,
      route: 'default',
      callsBack: false,
      inbound: { callsPerCaller: -1, exempt: [], rejectUnknown: false },
      announce: null,
      makes: { recording: false, summary: false, extraction: false },
      vendor: {},
    })
  })

  test('names the configuration of its conversations, and shows it', () => {
    const id = '01ka7n36096q14dr9gpqy77zxy'
    const definition = written({ configurationId: `configuration_${id}`, callsBack: true })
    expect(definition).toMatchObject({ configurationId: id, callsBack: true })
    expect(showDefinition(definition)).toMatchObject({ configurationId: `configuration_${id}`, callsBack: true })
    const without = written({ configurationId: null }, definition)
    expect(without).not.toHaveProperty('configurationId')
    expect(showDefinition(without)).toMatchObject({ configurationId: null, callsBack: false })
    expect(() => written({ configurationId: 'agent_1' })).toThrow(
      'The field configurationId takes the id of a configuration',
    )
  })

  test('names what an id is of, in good words', () => {
    expect(() => idIn('agent', 'agentId', 'x')).toThrow('takes the id of an agent, like agent_01k…')
    expect(() => idIn('batch', 'batchId', 'x')).toThrow('takes the id of a batch, like batch_01k…')
  })

  test.each([
    { speech: { ...program, url: 'https://bob:topsecret@agent.example.com/' } },
    { tools: [{ ...tool, url: 'https://bob@shop.example.com/status' }] },
  ])('takes no credentials in a URL, which would be shown', (draft) => {
    expect(() => written(draft)).toThrow('without user name and password')
    expect(() => written({ speech: { ...program, url: 'https://agent.example.com/@bob?mail=a@b.co' } })).not.toThrow()
  })

  test('keeps its secrets sealed, and never shows them', () => {
    const definition = written({
      speech: { ...program, secret },
      inbound: { source: { url: 'https://crm.example.com/', token: 'topsecret' } },
    })
    expect(definition).toMatchObject({
      speech: { sealedSecret: `sealed ${secret.length}` },
      inbound: { source: { sealedToken: 'sealed 9' } },
    })
    const shown = showDefinition(definition)
    expect(JSON.stringify(shown)).not.toMatch(/sealed|topsecret|whsec/)
    expect(shown).toMatchObject({ speech: { hasSecret: true }, inbound: { source: { hasToken: true } } })
  })

  test('keeps a secret that is not given again while its URL is the same, and then only', () => {
    const present = written({ speech: { ...program, secret } })
    const secretOf = (speech: object) => (written({ speech }, present).speech as { sealedSecret?: string }).sealedSecret
    expect(secretOf(program)).toBe(`sealed ${secret.length}`)
    expect(secretOf({ ...program, url: 'https://other.example.com/' })).toBeUndefined()
    expect(secretOf({ ...program, secret: null })).toBeUndefined()
    expect(secretOf({ ...program, secret: `${secret}${secret.slice(6)}` })).toBe('sealed 54')
  })

  test('keeps the key of a model sealed, and never shows it', () => {
    const definition = written({ speech: { ...model, key, temperature: 0, maxTokens: 200 } })
    const kept = { ...model, temperature: 0, maxTokens: 200, timeoutMs: 10_000 }
    expect(definition.speech).toEqual({ ...kept, sealedKey: 'sealed 13' })
    const shown = showDefinition(definition)
    expect(shown.speech).toEqual({ ...kept, hasKey: true })
    expect(JSON.stringify(shown)).not.toMatch(/sealed|sk-/)
    expect(showDefinition(written({ speech: model })).speech).toEqual({ ...model, timeoutMs: 10_000, hasKey: false })
  })

  test('keeps a key that is not given again while its URL is the same, and then only', () => {
    const present = written({ speech: { ...model, key } })
    const keyOf = (speech: object) => (written({ speech }, present).speech as { sealedKey?: string }).sealedKey
    expect(keyOf({ ...model, model: 'large' })).toBe('sealed 13')
    expect(keyOf({ ...model, baseUrl: 'https://other.example.com/v1' })).toBeUndefined()
    expect(keyOf({ ...model, baseUrl: 'https://llm.example.com/v2' })).toBeUndefined()
    expect(keyOf({ ...model, key: null })).toBeUndefined()
    expect(keyOf({ ...model, key: 'sk-1' })).toBe('sealed 4')
    expect(keyOf({ ...program, url: model.baseUrl })).toBeUndefined()
    const signed = written({ speech: { ...program, secret } })
    expect(written({ speech: { ...model, baseUrl: program.url } }, signed).speech).not.toHaveProperty('sealedKey')
  })

  test('has tools, their secrets sealed and never shown', () => {
    const parameters = { type: 'object', properties: { order: { type: 'string' } } }
    const definition = written({
      tools: [
        { ...tool, parameters, secret },
        { ...tool, name: 'pay', timeoutMs: 500 },
      ],
    })
    expect(definition.tools).toEqual([
      { ...tool, parameters, timeoutMs: 10_000, sealedSecret: `sealed ${secret.length}` },
      { ...tool, name: 'pay', parameters: { type: 'object', properties: {} }, timeoutMs: 500 },
    ])
    const shown = showDefinition(definition)
    expect(JSON.stringify(shown)).not.toMatch(/sealed|whsec/)
    expect(shown.tools).toEqual([
      { ...tool, parameters, timeoutMs: 10_000, hasSecret: true },
      { ...tool, name: 'pay', parameters: { type: 'object', properties: {} }, timeoutMs: 500, hasSecret: false },
    ])
    expect(written({}, definition)).not.toHaveProperty('tools')
    expect(showDefinition(written({})).tools).toEqual([])
  })

  test("keeps a tool's secret that is not given again while its URL is the same, and then only", () => {
    const present = written({ tools: [{ ...tool, secret }] })
    const secretOf = (draft: object) => written({ tools: [{ ...tool, ...draft }] }, present).tools?.[0]?.sealedSecret
    expect(secretOf({})).toBe(`sealed ${secret.length}`)
    expect(secretOf({ name: 'status' })).toBe(`sealed ${secret.length}`)
    expect(secretOf({ url: 'https://other.example.com/' })).toBeUndefined()
    expect(secretOf({ secret: null })).toBeUndefined()
    expect(secretOf({ secret: `${secret}${secret.slice(6)}` })).toBe('sealed 54')
  })

  test('has lines that do things, with its own tools only', () => {
    const line = { say: 'On Friday.', tool: { name: 'order_status', arguments: { a: [1] } }, handOver: true }
    const widgets = [{ type: 'list', data: { a: 1 } }]
    const speech = { by: 'script', lines: ['One.', line, { say: 'Look.', widgets }], goodbye: '' }
    const definition = written({ speech, tools: [tool] })
    expect(definition.speech).toEqual(speech)
    expect(showDefinition(definition).speech).toEqual(speech)
    expect(() => written({ speech })).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ field: 'speech.lines.1.tool.name' }) }),
    )
  })

  test('has an address for mail and an idle time, or neither', () => {
    const mail = { address: 'ann@example.com', subject: 'Your order' }
    const definition = written({ mail, limits: { idleMs: 3_600_000 } })
    expect(definition).toMatchObject({ mail, limits: { idleMs: 3_600_000 } })
    expect(showDefinition(definition)).toMatchObject({ mail, limits: { idleMs: 3_600_000 } })
    expect(written({ mail: null }, definition)).not.toHaveProperty('mail')
    expect(showDefinition(written({})).mail).toBeNull()
    expect(written({ limits: { idleMs: null } }).limits).toEqual({ idleMs: null })
  })

  test('stays out of lists where it is', () => {
    expect(written({}, { ...written({}), unlisted: true })).toMatchObject({ unlisted: true })
  })

  test('keeps what other dialects have in it', () => {
    const present = {
      ...written({}),
      vendor: { other: { tasks: [] } },
      announce: { dialect: 'other', url: 'https://a/' },
    }
    expect(written({ name: 'Bob' }, present)).toMatchObject({
      name: 'Bob',
      vendor: { other: { tasks: [] } },
      announce: { dialect: 'other' },
    })
  })

  test.each([
    [{ limits: { ringMs: 1 } }, 'limits.ringMs'],
    [{ limits: { silenceMs: 999 } }, 'limits.silenceMs'],
    [{ limits: { idleMs: 1_000 } }, 'limits.idleMs'],
    [{ retry: { max: 1, on: ['busy'], afterMs: [0] } }, 'retry.afterMs'],
  ])('has no lengths of time that no call may have: %j', (draft, field) => {
    expect(() => written(draft)).toThrow(expect.objectContaining({ problem: expect.objectContaining({ field }) }))
  })

  test.each([
    [{ name: '' }],
    [{ speech: { by: 'magic' } }],
    [{ speech: { by: 'http', url: 'ftp://a' } }],
    [{ speech: { ...program, secret: 'short' } }],
    [{ speech: { ...model, baseUrl: 'https://alice:secret@llm.example.com/' } }],
    [{ speech: { ...model, baseUrl: 'https://llm.example.com/?key=secret' } }],
    [{ speech: { ...model, key: 'two words' } }],
    [{ speech: { ...model, key: '' } }],
    [{ speech: { ...model, prompt: '' } }],
    [{ speech: { ...model, temperature: 3 } }],
    [{ speech: { ...model, maxTokens: 0 } }],
    [{ hours: { startHour: 24, endHour: 24 } }],
    [{ hours: { startHour: 18, endHour: 9 } }],
    [{ retry: { max: 0, on: [], afterMs: [1000] } }],
    [{ tools: [{ ...tool, name: 'end_call' }] }],
    [{ tools: [{ ...tool, name: 'order status' }] }],
    [{ tools: [tool, tool] }],
    [{ tools: [{ ...tool, url: 'ftp://a' }] }],
    [{ tools: [{ ...tool, description: '' }] }],
    [{ tools: [{ ...tool, timeoutMs: 30_001 }] }],
    [{ tools: [{ ...tool, secret: 'short' }] }],
    [{ tools: [{ ...tool, parameters: { type: 'x'.repeat(17_000) } }] }],
    [{ tools: [{ ...tool, parameters: deep(40) }] }],
    [{ tools: Array.from({ length: 33 }, (_, index) => ({ ...tool, name: `t${index}` })) }],
    [{ speech: { by: 'script', lines: [''] } }],
    [{ speech: { by: 'script', lines: [{ say: '' }] } }],
    [{ speech: { by: 'script', lines: [{ say: 'Hi', handOver: false }] } }],
    [{ speech: { by: 'script', lines: [{ say: 'Hi', widgets: [{ type: 'a b', data: {} }] }] } }],
    [{ mail: { address: 'ann', subject: 'x' } }],
    [{ mail: { address: 'ann@example.com', subject: 'a\nBcc: bob@example.com' } }],
    [{ colour: 'red' }],
  ])('is not %j', (draft) => {
    expect(agentDraft.safeParse({ name: 'Ann', ...draft }).success).toBe(false)
  })
})
