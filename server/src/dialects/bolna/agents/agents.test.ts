import { describe, expect, it } from 'vitest'
import type { AgentDefinition } from '#domain/agent/state.ts'
import { definitionOf, documentOf, patched, shownAgent } from './agents.ts'
import { agentPatch, agentWrite } from '../wire/agents.ts'

const vault = { seal: (secret: string) => `sealed ${secret}` }
const task = { task_type: 'conversation', tools_config: { synthesizer: { provider: 'polly' } }, task_config: {} }
const write = (config: Record<string, unknown> = {}, more: Record<string, unknown> = {}) =>
  agentWrite.parse({ agent_config: { agent_name: 'alice', tasks: [task], ...config }, ...more })
const agentState = {
  id: '01km9s346q3d25vt4f5v37e3s3',
  account: '01km9s346q3d25vt4f5v37e3s0',
  status: 'live',
  version: 1,
  name: 'alice',
  announces: true,
  createdAt: 0,
  updatedAt: 0,
  deletedAt: null,
} as const
const shown = (definition: AgentDefinition) => shownAgent({ agent: agentState, definition }) as Record<string, unknown>

describe('an agent inward (3.11)', () => {
  it('has the documented defaults: D18 90 s, 10 s of silence, D47 asks first', () => {
    const { limits, hours, announce, retry, route } = definitionOf(write(), vault)
    expect(limits).toMatchObject({ maxMs: 90_000, silenceMs: 10_000, askOnlineMs: 10_000, voicemailMs: null })
    expect({ hours, announce, retry, route }).toEqual({ hours: null, announce: null, retry: null, route: 'default' })
  })

  it('takes what touches calls', () => {
    const task_config = {
      call_terminate: 300,
      hangup_after_silence: 20,
      check_if_user_online: false,
      voicemail: true,
      voicemail_min_transcript_length: 5,
      call_hangup_message: 'Bye.',
      inbound_limit: 2,
      whitelist_phone_numbers: ['+12025550199'],
      disallow_unknown_numbers: true,
      auto_reschedule: true,
    }
    const config = {
      tasks: [{ ...task, task_config }, { task_type: 'summarization' }, { task_type: 'extraction' }],
      calling_guardrails: { call_start_hour: 9, call_end_hour: 21 },
      telephony_provider: 'plivo',
    }
    const definition = definitionOf(write(config), vault)
    expect(definition.limits).toEqual({
      maxMs: 300_000,
      silenceMs: 20_000,
      askOnlineMs: null,
      voicemailMs: 30_000,
      voicemailWords: 5,
      lastWords: 'Bye.',
    })
    expect(definition.hours).toEqual({ startHour: 9, endHour: 21 })
    expect(definition.inbound).toMatchObject({ callsPerCaller: 2, exempt: ['+12025550199'], rejectUnknown: true })
    expect(definition.makes).toEqual({ recording: true, summary: true, extraction: true })
    expect(definition).toMatchObject({ route: 'plivo', callsBack: true })
  })

  it.each([
    [{ call_start_hour: 9, call_end_hour: 24 }],
    [{ call_start_hour: -1, call_end_hour: 21 }],
    [{ call_start_hour: 21, call_end_hour: 9 }],
    [{ call_start_hour: 9 }],
  ])('%j are no calling hours', (calling_guardrails) => {
    expect(() => write({ calling_guardrails })).toThrow('calling_guardrails')
  })

  it('keeps and gives back what it does not know', () => {
    const definition = definitionOf(
      write({ future_key: { a: 1 } }, { agent_prompts: { task_1: { system_prompt: 'x' } } }),
      vault,
    )
    expect(shown(definition)).toMatchObject({
      future_key: { a: 1 },
      agent_prompts: { task_1: { system_prompt: 'x' } },
      tasks: [task],
      agent_status: 'processed',
      agent_type: 'other',
    })
  })
})

describe('secrets of an agent', () => {
  const config = {
    webhook_url: 'https://hooks.example.com/a',
    webhook_config: { secret: 'shh', headers: { Authorization: 'Bearer top' }, statuses: ['completed'] },
    ingest_source_config: { source_type: 'api', source_url: 'https://data.example.com', source_auth_token: 'token' },
  }

  it('are sealed, and read back as a mask', () => {
    const definition = definitionOf(write(config), vault)
    expect(definition.announce).toMatchObject({
      dialect: 'bolna',
      sealedSecret: 'sealed shh',
      sealedHeaders: { Authorization: 'sealed Bearer top' },
      events: ['completed'],
    })
    expect(definition.inbound.source).toEqual({ url: 'https://data.example.com', sealedToken: 'sealed token' })
    const text = JSON.stringify([shown(definition), documentOf(definition)])
    for (const secret of ['shh', 'Bearer top', '"token"']) expect(text).not.toContain(secret)
    expect(shown(definition)).toMatchObject({
      webhook_config: { secret: '**********', headers: { Authorization: '**********' } },
      ingest_source_config: { source_auth_token: '**********' },
    })
  })

  it('stay where what was read is written back', () => {
    const first = definitionOf(write(config), vault)
    const again = definitionOf(agentWrite.parse({ agent_config: shown(first), agent_prompts: {} }), vault, first)
    expect(again.announce).toEqual(first.announce)
    expect(again.inbound).toEqual(first.inbound)
  })

  it('go with the URL they were for, and are not said to be there any more', () => {
    const first = definitionOf(write(config), vault)
    const patch = agentPatch.parse({ agent_config: { webhook_url: null } })
    const silent = definitionOf(patched(first, patch), vault, first)
    expect(silent.announce).toBeNull()
    expect(shown(silent)).toMatchObject({ webhook_url: null, webhook_config: { statuses: ['completed'] } })
    expect(JSON.stringify(shown(silent)['webhook_config'])).not.toContain('*')
  })

  it('a mask that stands for nothing is not taken for a secret', () => {
    const { announce } = definitionOf(
      write({ webhook_url: 'https://a.example.com', webhook_config: { secret: '**********' } }),
      vault,
    )
    expect(announce).not.toHaveProperty('sealedSecret')
  })
})

describe('a PATCH', () => {
  const present = definitionOf(
    write({ webhook_url: 'https://a.example.com' }, { agent_prompts: { task_1: {} } }),
    vault,
  )

  it('honours the listed keys and ignores the rest', () => {
    const patch = agentPatch.parse({
      agent_config: {
        agent_name: 'bob',
        agent_type: 'ignored',
        tasks: [],
        synthesizer: { provider: 'elevenlabs' },
        calling_guardrails: { call_start_hour: 9, call_end_hour: 21 },
      },
      agent_prompts: { task_2: { system_prompt: 'y' } },
    })
    const changed = definitionOf(patched(present, patch), vault, present)
    expect(shown(changed)).toMatchObject({
      agent_name: 'bob',
      agent_type: 'other',
      webhook_url: 'https://a.example.com',
      agent_prompts: { task_1: {}, task_2: { system_prompt: 'y' } },
      tasks: [{ ...task, tools_config: { synthesizer: { provider: 'elevenlabs' } } }],
      calling_guardrails: { call_start_hour: 9, call_end_hour: 21 },
    })
  })

  it('leaves alone what it does not name, also what was set in other words', () => {
    const speech = { by: 'script', lines: ['One.'], goodbye: 'Bye.' } as const
    const retry = { max: 1, on: ['busy'], onVoicemail: false, afterMs: [60_000] } as const
    const own = { ...present, speech, retry, limits: { ...present.limits, ringMs: 20_000 } }
    const changed = definitionOf(patched(own, agentPatch.parse({})), vault, own)
    expect(changed).toEqual(own)
  })
})

it('an agent written in other words is shown with what it has', () => {
  const foreign: AgentDefinition = {
    name: 'carol',
    welcome: 'Hi.',
    speech: { by: 'script', lines: [], goodbye: '' },
    limits: {},
    hours: { startHour: 9, endHour: 17 },
    retry: null,
    route: 'trunk-7',
    inbound: { callsPerCaller: -1, exempt: [], rejectUnknown: false },
    announce: null,
    makes: { recording: false, summary: false, extraction: false },
    vendor: {},
  }
  expect(shown(foreign)).toMatchObject({
    agent_name: 'carol',
    agent_welcome_message: 'Hi.',
    tasks: [],
    calling_guardrails: { call_start_hour: 9, call_end_hour: 17 },
    webhook_url: null,
  })
})
