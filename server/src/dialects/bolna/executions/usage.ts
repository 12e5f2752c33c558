import type { AgentDefinition } from '#domain/agent/state.ts'
import type { ExecutionParts } from './execution.ts'
import { seconds } from '../time.ts'
import { isSaid } from './turns.ts'

/** What an agent document says of its tools, as far as reports name it. */
interface Tools {
  readonly synthesizer: string | null
  readonly synthesizerProvider: string | null
  readonly voice: string | null
  readonly transcriber: string | null
  readonly transcriberProvider: string | null
  readonly language: string | null
  readonly llm: string | null
  readonly llmProvider: string | null
  readonly task: Readonly<Record<string, unknown>>
}

/** `usage_breakdown` (3.6): the law's keys and those of real payloads; zeros until the execution is completed. */
export function usageOf({ session, definition, order, talk }: ExecutionParts, cost: unknown, completed: boolean) {
  const tools = toolsOf(definition)
  const voice = text(record(order.vendor?.['bolna'])['voice_id']) ?? tools.voice
  const { answeredAt, endedAt } = session.attempt
  const talkMs = completed && answeredAt !== undefined && endedAt !== undefined ? endedAt - answeredAt : 0
  const said = completed ? talk.filter(isSaid) : []
  const characters = said.reduce((sum, { who, text }) => sum + (who === 'agent' ? text.length : 0), 0)
  const models = completed ? modelsOf(cost) : {}
  const conversation = conversationOf(models, tools.llmProvider)
  return {
    synthesizer_characters: characters,
    synthesizer_model: tools.synthesizer,
    transcriber_duration: seconds(talkMs),
    transcriber_model: tools.transcriber,
    llm_tokens: conversation ? conversation.input + conversation.output : 0,
    llm_model: models, // D8: both spellings
    llmTokens: conversation ? conversation.input + conversation.output : 0,
    llmModel: models,
    voice_id: voice,
    api_tools: [],
    buffer_size: null,
    endpointing: null,
    incremental_delay: numberOr(tools.task['incremental_delay'], 400),
    provider_source: {
      llm: tools.llmProvider,
      synthesizer: tools.synthesizerProvider,
      transcriber: tools.transcriberProvider,
    },
    synthesizer_provider: tools.synthesizerProvider,
    transcriber_provider: tools.transcriberProvider,
    transcriber_language: tools.language,
    llm_usage_breakdown: {
      conversation,
      hangup: null,
      analytics: null,
      extraction: null,
      disposition: null,
      summarization: null,
    },
    synthesizer_usage_breakdown: {
      provider_connected: false,
      welcome_message_cache: false,
      conversation_characters: characters,
      welcome_message_characters: 0,
    },
    transcriber_usage_breakdown: { provider_connected: false, transcriber_duration: seconds(talkMs) },
    voicemail_detection_enabled: (definition.limits.voicemailMs ?? null) !== null,
    hangup_after_silence: wholeSeconds(definition.limits.silenceMs),
    check_if_user_online: (definition.limits.askOnlineMs ?? null) !== null,
    trigger_user_online_message_after: wholeSeconds(definition.limits.askOnlineMs) ?? 10,
  }
}

type Models = Readonly<Record<string, { readonly input: number; readonly output: number }>>

/** Tokens by model, as the artefact `cost` counted them. */
function modelsOf(cost: unknown): Models {
  const { models } = record(cost) as { readonly models?: Models }
  return models ?? {}
}

/** All of them together; null: none was asked. The key is the account's own. */
function conversationOf(models: Models, provider: string | null) {
  const names = Object.keys(models)
  if (names.length === 0) return null
  const uses = Object.values(models)
  const input = uses.reduce((sum, use) => sum + use.input, 0)
  const output = uses.reduce((sum, use) => sum + use.output, 0)
  return { input, output, model: names.join(', '), provider, provider_connected: true }
}

/** The first task's tools; an agent made in another dialect has none. */
function toolsOf(definition: AgentDefinition): Tools {
  const document = record(definition.vendor['bolna'])
  const task = record(list(record(document['agent_config'])['tasks'])[0])
  const tools = record(task['tools_config'])
  const synthesizer = record(tools['synthesizer'])
  const voice = record(synthesizer['provider_config'])
  const transcriber = record(tools['transcriber'])
  const agent = record(tools['llm_agent'])
  const llm = { ...agent, ...record(agent['llm_config']) }
  return {
    synthesizer: text(voice['model']) ?? text(synthesizer['provider']),
    synthesizerProvider: text(synthesizer['provider']),
    voice: text(voice['voice_id']) ?? text(voice['voice']),
    transcriber: text(transcriber['model']) ?? text(transcriber['provider']),
    transcriberProvider: text(transcriber['provider']),
    language: text(transcriber['language']),
    llm: text(llm['model']),
    llmProvider: text(llm['provider']),
    task: record(task['task_config']),
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function numberOr(value: unknown, other: number): number {
  return typeof value === 'number' ? value : other
}

function wholeSeconds(length: number | null | undefined): number | null {
  return length === null || length === undefined ? null : Math.round(length / 1000)
}
