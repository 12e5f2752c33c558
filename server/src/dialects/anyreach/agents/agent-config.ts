import type { AgentDefinition, AgentSpeech, AgentTool, ScriptLine } from '#domain/agent/state.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'
import type { Vault } from '#services/ports.ts'
import { aboutAgent, withAbout } from './about-agent.ts'
import type { AgentConfig } from '../wire/agent-config.ts'

type Spoken = AgentConfig['agent']
type Tool = AgentConfig['tools'][number]
type OfType<Type> = Extract<Spoken, { type: Type }>

/** A configuration as it is kept: secrets sealed, everything else as it came. */
export interface AgentDocument extends Pick<
  AgentConfig,
  'greeting' | 'instructions' | 'idle_end_minutes' | 'summary' | 'email'
> {
  readonly agent: KeptSpeech
  readonly tools: readonly KeptTool[]
  /** Keys that we know nothing of. */
  readonly [unknown: string]: unknown
}

type KeptSpeech =
  | OfType<'script'>
  | (Omit<OfType<'http'>, 'secret' | 'has_secret'> & { readonly sealed_secret?: string })
  | (Omit<OfType<'openai'>, 'api_key' | 'has_api_key'> & { readonly sealed_api_key?: string })

type KeptTool = Omit<Tool, 'secret' | 'has_secret'> & { readonly sealed_secret?: string }

type Sealing = Pick<Vault, 'seal'>

/**
 * A configuration as it is to be kept. Secrets that were not given stay as long as their URL does, so that none is sent elsewhere.
 * `present`: what is written over.
 */
export function sealed(config: AgentConfig, vault: Sealing, present?: AgentDocument): AgentDocument {
  const { agent, tools, ...rest } = config
  return {
    ...rest,
    agent: sealedSpeech(agent, vault, present?.agent),
    tools: tools.map((given) => {
      const { secret, has_secret: _, ...tool } = given
      const before = present?.tools.find(({ name, url }) => name === tool.name && url === tool.url)
      return { ...tool, ...kept('sealed_secret', secret, vault, before?.sealed_secret) }
    }),
  }
}

function sealedSpeech(agent: Spoken, vault: Sealing, present?: KeptSpeech): KeptSpeech {
  switch (agent.type) {
    case 'script':
      return agent
    case 'http': {
      const { secret, has_secret: _, ...rest } = agent
      const before = present?.type === 'http' && present.url === rest.url ? present.sealed_secret : undefined
      return { ...rest, ...kept('sealed_secret', secret, vault, before) }
    }
    case 'openai': {
      const { api_key: key, has_api_key: _, ...rest } = agent
      const before =
        present?.type === 'openai' && present.base_url === rest.base_url ? present.sealed_api_key : undefined
      return { ...rest, ...kept('sealed_api_key', key, vault, before) }
    }
  }
}

/** Undefined: not given. Null: none from now on. */
function kept<Name extends string>(
  name: Name,
  secret: string | null | undefined,
  vault: Sealing,
  before: string | undefined,
): Partial<Record<Name, string>> {
  const text = secret === undefined ? before : secret === null ? undefined : vault.seal(secret)
  return text === undefined ? {} : ({ [name]: text } as Record<Name, string>)
}

/** A configuration as it is read: never its secrets, sealed or not. */
export function shownConfig({ agent, tools, ...rest }: AgentDocument): Record<string, unknown> {
  return {
    ...rest,
    agent: shownSpeech(agent),
    tools: tools.map(({ sealed_secret: secret, ...tool }) => ({ ...tool, has_secret: secret !== undefined })),
  }
}

function shownSpeech(agent: KeptSpeech): Record<string, unknown> {
  switch (agent.type) {
    case 'script':
      return agent
    case 'http': {
      const { sealed_secret: secret, ...rest } = agent
      return { ...rest, has_secret: secret !== undefined }
    }
    case 'openai': {
      const { sealed_api_key: key, ...rest } = agent
      return { ...rest, has_api_key: key !== undefined }
    }
  }
}

/** What a configuration says in our words. What it has no key for stays as it was set elsewhere. */
export function definitionOf(document: AgentDocument, present: AgentDefinition): AgentDefinition {
  const { greeting, instructions, agent, tools, idle_end_minutes: idle, summary, email, ...unknown } = document
  const { mail: _, tools: __, limits: before, ...rest } = present
  const { idleMs: ___, ...limits } = before
  return {
    ...rest,
    welcome: greeting,
    speech: speechOf(agent, instructions),
    limits: { ...limits, ...(idle !== null && { idleMs: idle * minuteMs }) },
    ...(tools.length > 0 && { tools: tools.map(toolOf) }),
    ...(email && { mail: { address: email.address, subject: email.default_subject } }),
    makes: { ...present.makes, summary },
    vendor: withAbout(present, { ...aboutAgent(present), config: { ...unknown, instructions } }),
  }
}

function speechOf(agent: KeptSpeech, prompt: string): AgentSpeech {
  switch (agent.type) {
    case 'script':
      return { by: 'script', lines: agent.lines.map(lineOf), goodbye: agent.goodbye }
    case 'http': {
      const { url, timeout_ms: timeoutMs, sealed_secret: sealedSecret } = agent
      return { by: 'http', url, timeoutMs, ...(sealedSecret !== undefined && { sealedSecret }) }
    }
    case 'openai': {
      const { base_url: baseUrl, model, temperature, max_tokens: maxTokens, timeout_ms: timeoutMs } = agent
      const sealedKey = agent.sealed_api_key
      return {
        by: 'openai',
        baseUrl,
        model,
        prompt,
        ...(sealedKey !== undefined && { sealedKey }),
        ...(temperature !== undefined && { temperature }),
        ...(maxTokens !== undefined && { maxTokens }),
        timeoutMs,
      }
    }
  }
}

function lineOf(line: OfType<'script'>['lines'][number]): ScriptLine {
  if (typeof line === 'string') return line
  const { say, tool, widgets, hand_over: handOver } = line
  return { say, ...(tool && { tool }), ...(widgets && { widgets }), ...(handOver && { handOver }) }
}

function toolOf({ timeout_ms: timeoutMs, sealed_secret: sealedSecret, ...tool }: KeptTool): AgentTool {
  return { ...tool, timeoutMs, ...(sealedSecret !== undefined && { sealedSecret }) }
}

/** The configuration that a definition amounts to, whoever wrote it. */
export function documentOf(definition: AgentDefinition): AgentDocument {
  const { welcome, speech, limits, tools = [], makes, mail } = definition
  const { instructions = '', ...unknown } = aboutAgent(definition).config
  return {
    ...unknown,
    greeting: welcome,
    instructions: speech.by === 'openai' ? speech.prompt : String(instructions),
    agent: keptSpeech(speech),
    tools: tools.map(keptTool),
    idle_end_minutes: typeof limits.idleMs === 'number' ? Math.ceil(limits.idleMs / minuteMs) : null,
    summary: makes.summary,
    email: mail ? { address: mail.address, default_subject: mail.subject } : null,
  }
}

function keptSpeech(speech: AgentSpeech): KeptSpeech {
  switch (speech.by) {
    case 'script':
      return { type: 'script', lines: speech.lines.map(keptLine), goodbye: speech.goodbye }
    case 'http': {
      const { url, timeoutMs, sealedSecret } = speech
      return {
        type: 'http',
        url,
        timeout_ms: timeoutMs,
        ...(sealedSecret !== undefined && { sealed_secret: sealedSecret }),
      }
    }
    case 'openai': {
      const { baseUrl, model, temperature, maxTokens, timeoutMs, sealedKey } = speech
      return {
        type: 'openai',
        base_url: baseUrl,
        model,
        ...(temperature !== undefined && { temperature }),
        ...(maxTokens !== undefined && { max_tokens: maxTokens }),
        timeout_ms: timeoutMs,
        ...(sealedKey !== undefined && { sealed_api_key: sealedKey }),
      }
    }
  }
}

function keptLine(line: ScriptLine): OfType<'script'>['lines'][number] {
  if (typeof line === 'string') return line
  const { say, tool, widgets, handOver } = line
  return {
    say,
    ...(tool && { tool: { ...tool, arguments: { ...tool.arguments } } }),
    ...(widgets && { widgets: widgets.map(({ type, data }) => ({ type, data: { ...data } })) }),
    ...(handOver && { hand_over: handOver }),
  }
}

function keptTool({ name, description, parameters, url, timeoutMs, sealedSecret }: AgentTool): KeptTool {
  return {
    name,
    description,
    parameters: { ...parameters },
    url,
    timeout_ms: timeoutMs,
    ...(sealedSecret !== undefined && { sealed_secret: sealedSecret }),
  }
}
