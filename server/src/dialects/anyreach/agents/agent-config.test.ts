import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createVault } from '#adapters/vault/vault.ts'
import type { AgentSpeech } from '#domain/agent/state.ts'
import { newAgent } from './about-agent.ts'
import { definitionOf, documentOf, sealed, shownConfig, type AgentDocument } from './agent-config.ts'
import { agentConfig, type AgentConfig } from '../wire/agent-config.ts'
import { shownAgentConfig } from '../wire/shown-config.ts'

const vault = createVault(new Uint8Array(32).fill(1))
const blank = newAgent('alice')
const parse = (config: unknown): AgentConfig => agentConfig.parse(config)
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const http = { type: 'http', url: 'https://alice.example/turn', secret }
const openai = { type: 'openai', base_url: 'https://model.example/v1', model: 'small', api_key: 'sk-alice' }
const tool = { name: 'order_status', url: 'https://alice.example/tool', secret }
const full = {
  greeting: 'Hello {name}',
  instructions: 'Be short.',
  agent: { ...openai, temperature: 0.5, max_tokens: 200, timeout_ms: 5_000 },
  tools: [
    {
      ...tool,
      description: 'Says where an order is',
      parameters: { type: 'object', properties: { id: {} } },
      timeout_ms: 2_000,
    },
  ],
  idle_end_minutes: 30,
  summary: false,
  email: { address: 'shop@alice.example', default_subject: 'Your order' },
  voice: { provider: 'any', speed: 1.1 },
}

describe('a configuration', () => {
  it('says the same once it has been a definition', () => {
    for (const config of [
      {},
      full,
      { agent: http },
      {
        agent: {
          type: 'script',
          lines: ['One', { say: 'Two', tool: { name: 'x' }, widgets: [{ type: 'info' }], hand_over: true }],
          goodbye: 'Bye',
        },
      },
    ]) {
      const document = sealed(parse(config), vault)
      expect(documentOf(definitionOf(document, blank))).toEqual(document)
    }
  })

  it('is an agent in our words', () => {
    const definition = definitionOf(sealed(parse(full), vault), { ...blank, hours: { startHour: 9, endHour: 17 } })
    expect(definition).toMatchObject({
      name: 'alice',
      welcome: 'Hello {name}',
      speech: {
        by: 'openai',
        baseUrl: 'https://model.example/v1',
        model: 'small',
        prompt: 'Be short.',
        temperature: 0.5,
        maxTokens: 200,
        timeoutMs: 5_000,
      },
      tools: [{ name: 'order_status', url: 'https://alice.example/tool', timeoutMs: 2_000 }],
      mail: { address: 'shop@alice.example', subject: 'Your order' },
      limits: { idleMs: 1_800_000 },
      makes: { summary: false, recording: true },
      hours: { startHour: 9, endHour: 17 },
    })
    const { speech, tools } = definition
    expect(speech.by === 'openai' && vault.open(speech.sealedKey ?? '')).toBe('sk-alice')
    expect(vault.open(tools?.[0]?.sealedSecret ?? '')).toBe(secret)
  })

  it('loses what the next one leaves out', () => {
    const before = definitionOf(sealed(parse(full), vault), blank)
    const after = definitionOf(sealed(parse({}), vault), before)
    expect(after).toMatchObject({
      welcome: '',
      speech: { by: 'script', lines: [] },
      limits: {},
      makes: { summary: true },
    })
    for (const key of ['tools', 'mail']) expect(after).not.toHaveProperty(key)
    expect(after.limits).not.toHaveProperty('idleMs')
    expect(documentOf(after)).not.toHaveProperty('voice')
  })
})

describe('a configuration as it is read', () => {
  const lines = [
    'One',
    { say: 'Two' },
    { say: '', tool: { name: 'x' }, widgets: [{ type: 'info' }, { type: 'list', data: { a: [1] } }], hand_over: true },
  ]
  const configs = [
    {},
    full,
    { agent: http, tools: [tool, { ...tool, name: 'other', secret: null }] },
    { agent: { ...http, secret: null, timeout_ms: 500 }, email: { address: 'shop@alice.example' } },
    { agent: openai, tools: [{ name: 'bare', url: 'https://alice.example/' }] },
    { agent: { type: 'script', lines, goodbye: 'Bye' } },
  ]

  it.each(configs)('is told of in the document, key by key: %j', (config) => {
    const document = sealed(parse(config), vault)
    for (const kept of [document, documentOf(definitionOf(document, blank))]) expectTold(kept)
  })

  it('is so, too, whatever an agent can be elsewhere', () => {
    const tool = { name: 'x', arguments: { a: 1 } }
    const speeches: readonly AgentSpeech[] = [
      { by: 'script', lines: ['One', { say: 'Two', tool, widgets: [{ type: 'info', data: {} }] }], goodbye: 'Bye' },
      { by: 'script', lines: [{ say: 'A person comes.', handOver: true }], goodbye: '' },
      { by: 'http', url: 'https://alice.example/', timeoutMs: 500 },
      { by: 'openai', baseUrl: 'https://model.example/v1', model: 'm', prompt: 'p', maxTokens: 9, timeoutMs: 500 },
    ]
    for (const speech of speeches)
      expectTold(
        documentOf({
          ...blank,
          speech,
          hours: { startHour: 9, endHour: 17 },
          retry: null,
          callsBack: true,
          limits: { idleMs: 90_000, silenceMs: null, lastWords: 'Bye' },
          mail: { address: 'shop@alice.example', subject: '' },
          tools: [{ name: 'x', description: 'd', parameters: {}, url: 'https://alice.example/', timeoutMs: 500 }],
        }),
      )
  })

  /** What is read is what is told of: keys that are not would be gone. Those that nobody knows may be beside them. */
  function expectTold(kept: AgentDocument): void {
    const shown = shownConfig(kept)
    const { voice: _, ...known } = shown
    expect(shownAgentConfig.strip().parse(shown)).toEqual(known)
  }
})

describe('the page about it', () => {
  const page = readFileSync(new URL('../../../../../docs/dialects/anyreach-agents.md', import.meta.url), 'utf8')

  it('shows a configuration that passes, and names every key there is', () => {
    const [, example = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? []
    const config = parse(JSON.parse(example))
    const known = Object.keys(parse({}))
    expect(Object.keys(config).toSorted()).toEqual([...known, 'voice'].toSorted())
    const { type: _, ...keys } = { ...openai, secret, lines: [], goodbye: '' }
    for (const key of [...known, ...Object.keys(keys)]) expect(page).toContain(`\`${key}\``)
  })
})

describe('the secrets of a configuration', () => {
  it('are never shown, sealed or not', () => {
    for (const config of [full, { ...full, agent: http }]) {
      const document = sealed(parse(config), vault)
      for (const kept of [document, documentOf(definitionOf(document, blank))]) {
        const shown = JSON.stringify(shownConfig(kept))
        expect(shown).not.toMatch(/sk-alice|whsec|sealed/)
        expect(shown).toMatch(/"has_(api_key|secret)":true/)
      }
    }
  })

  it('stay where they are not given again while their URL does, and go with null or another URL', () => {
    const kept = (config: unknown, before: unknown): readonly (string | undefined)[] => {
      const { agent, tools } = sealed(parse(config), vault, sealed(parse(before), vault))
      const own =
        agent.type === 'http' ? agent.sealed_secret : agent.type === 'openai' ? agent.sealed_api_key : undefined
      return [own, tools[0]?.sealed_secret].map((one) => (one === undefined ? undefined : vault.open(one)))
    }
    const { secret: _, ...bareHttp } = http
    const { api_key: __, ...bareModel } = openai
    const { secret: ___, ...bareTool } = tool
    const before = { agent: http, tools: [tool] }
    expect(kept({ agent: bareHttp, tools: [bareTool] }, before)).toEqual([secret, secret])
    // What was read can be written back as it is.
    expect(kept(shownConfig(sealed(parse(before), vault)), before)).toEqual([secret, secret])
    expect(kept({ agent: { ...bareHttp, secret: null }, tools: [{ ...bareTool, secret: null }] }, before)).toEqual([
      undefined,
      undefined,
    ])
    const elsewhere = 'https://mallory.example/'
    expect(kept({ agent: { ...bareHttp, url: elsewhere }, tools: [{ ...bareTool, url: elsewhere }] }, before)).toEqual([
      undefined,
      undefined,
    ])
    expect(kept({ agent: bareModel }, { agent: openai })[0]).toBe('sk-alice')
    expect(kept({ agent: { ...bareModel, base_url: elsewhere } }, { agent: openai })[0]).toBeUndefined()
    expect(kept({ agent: bareModel }, before)[0]).toBeUndefined()
  })
})

describe('what no configuration is', () => {
  it.each([
    [null],
    [[]],
    ['x'],
    [{ greeting: 5 }],
    [{ agent: {} }],
    [{ agent: { type: 'http', url: 'ftp://x' } }],
    [{ agent: { ...http, secret: 'short' } }],
    [{ agent: { ...http, timeout_ms: 1 } }],
    [{ agent: { ...http, lines: [] } }],
    [{ agent: { ...openai, base_url: 'https://user@model.example/v1' } }],
    [{ agent: { ...openai, temperature: 3 } }],
    [{ tools: [tool, tool] }],
    [{ tools: [{ ...tool, name: 'order status' }] }],
    [{ idle_end_minutes: 0 }],
    [{ idle_end_minutes: 1.5 }],
    [{ email: { address: 'nobody' } }],
    [{ email: { address: 'a@b.example', default_subject: 'One\r\nBcc: all@b.example' } }],
    [{ summary: 'yes' }],
  ])('%j', (config) => {
    expect(agentConfig.safeParse(config).success).toBe(false)
  })

  it('keeps what it does not know, whatever it is', () => {
    const known = new Set(Object.keys(parse({})))
    const unknown = fc.dictionary(
      fc.string().filter((key) => !known.has(key) && key !== '__proto__'),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(unknown, (more) => {
        const document = sealed(parse(more), vault)
        expect(shownConfig(documentOf(definitionOf(document, blank)))).toMatchObject(more)
      }),
    )
  })
})
