import type { AgentDefinition, AgentLimits, Announcing } from '#domain/agent/state.ts'
import type { AgentView } from '#services/calls/api.ts'
import type { Vault } from '#services/ports.ts'
import { uuidOf } from '../ids.ts'
import { stamp } from '../time.ts'
import type { AgentConfig, AgentPatch, AgentWrite, TaskConfig, WebhookConfig } from '../wire/agents.ts'

/** The vendor's document of an agent, kept whole in the definition; secrets in it are masked, the real ones are sealed. */
export interface AgentDocument {
  readonly agent_config: AgentConfig
  readonly agent_prompts: Readonly<Record<string, unknown>>
}

const mask = '**********'
const secondMs = 1000
/** The vendor's defaults (3.11). */
const defaults = { terminate: 90, silence: 10, askOnline: 10, voicemail: 30, voicemailWords: 7 } as const

/** What an agent of theirs says of itself in our words. `present`: what is written over; its secrets stay where they read back masked. */
export function definitionOf(
  write: AgentWrite,
  vault: Pick<Vault, 'seal'>,
  present?: AgentDefinition,
): AgentDefinition {
  const { agent_config: config } = write
  const task = config.tasks[0]?.task_config ?? {}
  const inbound: AgentDefinition['inbound'] = {
    callsPerCaller: task.inbound_limit ?? -1,
    exempt: task.whitelist_phone_numbers ?? [],
    rejectUnknown: task.disallow_unknown_numbers ?? false,
    ...sourceOf(config, vault, present),
  }
  const announce = announcingOf(config, vault, present?.announce ?? null)
  const { lastWords: _lastWords, ...limits } = present?.limits ?? {}
  return {
    // What their words have no key for stays as it was set elsewhere.
    ...present,
    name: config.agent_name,
    welcome: config.agent_welcome_message ?? '',
    speech: present?.speech ?? { by: 'script', lines: [], goodbye: 'Goodbye.' },
    limits: { ...limits, ...limitsOf(task) },
    hours: config.calling_guardrails
      ? { startHour: config.calling_guardrails.call_start_hour, endHour: config.calling_guardrails.call_end_hour }
      : null,
    retry: present?.retry ?? null,
    route: config.telephony_provider ?? 'default',
    inbound,
    announce,
    makes: madeBy(config),
    callsBack: task.auto_reschedule ?? false,
    vendor: { ...present?.vendor, bolna: masked(write, announce, inbound) },
  }
}

function limitsOf(task: TaskConfig): AgentLimits {
  const asks = task.check_if_user_online ?? true
  return {
    maxMs: (task.call_terminate ?? defaults.terminate) * secondMs,
    silenceMs: (task.hangup_after_silence ?? defaults.silence) * secondMs,
    askOnlineMs: asks ? (task.trigger_user_online_message_after ?? defaults.askOnline) * secondMs : null,
    voicemailMs: task.voicemail ? (task.voicemail_detection_duration ?? defaults.voicemail) * secondMs : null,
    voicemailWords: task.voicemail_min_transcript_length ?? defaults.voicemailWords,
    ...(typeof task.call_hangup_message === 'string' && { lastWords: task.call_hangup_message }),
  }
}

function sourceOf(
  { ingest_source_config: source }: AgentConfig,
  vault: Pick<Vault, 'seal'>,
  present?: AgentDefinition,
): Pick<AgentDefinition['inbound'], 'source'> {
  if (source?.source_type !== 'api' || source.source_url === undefined) return {}
  const token = source.source_auth_token
  const sealed =
    token === mask ? present?.inbound.source?.sealedToken : token === undefined ? undefined : vault.seal(token)
  return { source: { url: source.source_url, ...(sealed !== undefined && { sealedToken: sealed }) } }
}

function announcingOf(
  { webhook_url: url, webhook_config: config }: AgentConfig,
  vault: Pick<Vault, 'seal'>,
  present: Announcing | null,
): Announcing | null {
  if (!url) return null
  const headers = config?.headers && sealHeaders(config.headers, vault, present?.sealedHeaders ?? {})
  const secret = config?.secret === mask ? present?.sealedSecret : config?.secret && vault.seal(config.secret)
  return {
    dialect: 'bolna',
    url,
    ...(config?.statuses && { events: config.statuses }),
    ...(headers && { sealedHeaders: headers }),
    ...(secret && { sealedSecret: secret }),
    ...(config?.amendments !== undefined && { amendments: config.amendments }),
  }
}

function sealHeaders(
  given: Readonly<Record<string, string>>,
  vault: Pick<Vault, 'seal'>,
  kept: Readonly<Record<string, string>>,
): Record<string, string> {
  const pairs = Object.entries(given).flatMap(([name, value]) => {
    const sealed = value === mask ? kept[name] : vault.seal(value)
    return sealed === undefined ? [] : [[name, sealed] as const]
  })
  return Object.fromEntries(pairs)
}

/** A summary and an extraction are made where a task asks for them. */
function madeBy({ tasks }: AgentConfig): AgentDefinition['makes'] {
  const has = (type: string): boolean => tasks.some(({ task_type }) => task_type === type)
  return { recording: true, summary: has('summarization'), extraction: has('extraction') }
}

/** The document as it is kept and read back: no secret in it, and a mask only where one is sealed. */
function masked(
  { agent_config: config, agent_prompts }: AgentWrite,
  announce: Announcing | null,
  { source: sealed }: AgentDefinition['inbound'],
): AgentDocument {
  const { webhook_config: webhook, ingest_source_config: source } = config
  return {
    agent_config: {
      ...config,
      ...(webhook && { webhook_config: maskedWebhook(webhook, announce) }),
      ...(source && { ingest_source_config: maskedSource(source, sealed?.sealedToken !== undefined) }),
    },
    agent_prompts: agent_prompts ?? {},
  }
}

function maskedWebhook(config: WebhookConfig, announce: Announcing | null): WebhookConfig {
  const { secret: _secret, headers: _headers, ...open } = config
  const names = Object.keys(announce?.sealedHeaders ?? {})
  return {
    ...open,
    ...(announce?.sealedSecret !== undefined && { secret: mask }),
    ...(names.length > 0 && { headers: Object.fromEntries(names.map((name) => [name, mask])) }),
  }
}

function maskedSource(source: NonNullable<AgentConfig['ingest_source_config']>, isSealed: boolean) {
  const { source_auth_token: _token, ...open } = source
  return { ...open, ...(isSealed && { source_auth_token: mask }) }
}

/** What a PATCH takes of a body (section 4): the honoured keys over the present document; the rest is ignored. */
export function patched(present: AgentDefinition, { agent_config: patch = {}, agent_prompts }: AgentPatch): AgentWrite {
  const { agent_config: config, agent_prompts: prompts } = documentOf(present)
  const honoured = Object.entries(patch).filter(([key, value]) => honouredKeys.has(key) && value !== undefined)
  const { synthesizer } = patch
  return {
    agent_config: {
      ...config,
      ...Object.fromEntries(honoured),
      ...(synthesizer && { tasks: withSynthesizer(config.tasks, synthesizer) }),
    },
    agent_prompts: { ...prompts, ...agent_prompts },
  }
}

const honouredKeys = new Set([
  'agent_name',
  'agent_welcome_message',
  'webhook_url',
  'ingest_source_config',
  'telephony_provider',
  'calling_guardrails',
  'webhook_config',
])

function withSynthesizer(tasks: AgentConfig['tasks'], synthesizer: Readonly<Record<string, unknown>>) {
  return tasks.map((task, index) => {
    if (index > 0) return task
    const tools = task['tools_config']
    return { ...task, tools_config: { ...(typeof tools === 'object' && tools !== null && tools), synthesizer } }
  })
}

/** An agent as it is read (3.11); one made in another dialect is shown with what it has. */
export function shownAgent({ agent, definition }: AgentView) {
  const document = documentOf(definition)
  const { agent_config: config, agent_prompts } = document
  return {
    ...config,
    id: uuidOf(agent.id),
    agent_name: definition.name,
    agent_type: config.agent_type ?? 'other',
    agent_status: 'processed',
    created_at: stamp(agent.createdAt),
    updated_at: stamp(agent.updatedAt),
    tasks: config.tasks,
    ingest_source_config: config.ingest_source_config ?? null,
    agent_prompts,
    agent_welcome_message: definition.welcome,
    webhook_url: definition.announce?.dialect === 'bolna' ? definition.announce.url : null,
    calling_guardrails: definition.hours
      ? { call_start_hour: definition.hours.startHour, call_end_hour: definition.hours.endHour }
      : null,
    telephony_provider: definition.route === 'default' ? 'default' : definition.route,
    webhook_config: config.webhook_config ?? null,
  }
}

/** Its document in their words; made up of what we know where it was written in others'. */
export function documentOf(definition: AgentDefinition): AgentDocument {
  const kept = definition.vendor['bolna'] as AgentDocument | undefined
  if (kept) return kept
  return {
    agent_config: {
      agent_name: definition.name,
      agent_welcome_message: definition.welcome,
      agent_type: 'other',
      tasks: [],
      webhook_url: null,
    },
    agent_prompts: {},
  }
}
