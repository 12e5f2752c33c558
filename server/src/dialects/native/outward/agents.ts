import type { z } from 'zod'
import type { AgentDefinition, AgentSpeech, AgentTool, ScriptLine } from '#domain/agent/state.ts'
import type { PhoneNumber } from '#domain/number/state.ts'
import type { RetryPolicy } from '#domain/session/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { AgentView } from '#services/calls/api.ts'
import { showId, showInstant } from '../vocabulary.ts'
import type * as wire from '../wire/agents.ts'
import { instantOrNull } from './sessions.ts'

type Wire<Schema extends z.ZodType> = z.output<Schema>
type Definition = Wire<typeof wire.agentVersion>['definition']

export function showAgent({ agent, definition }: AgentView): Wire<typeof wire.agent> {
  return {
    id: showId('agent', agent.id),
    status: agent.status === 'live' ? 'live' : 'deleted',
    version: agent.version,
    ...showDefinition(definition),
    createdAt: showInstant(agent.createdAt),
    updatedAt: showInstant(agent.updatedAt),
    deletedAt: instantOrNull(agent.deletedAt),
  }
}

export function showVersion(id: Id, version: number, definition: AgentDefinition): Wire<typeof wire.agentVersion> {
  return { id: showId('agent', id), version, definition: showDefinition(definition) }
}

/** Never its secrets, sealed or not; nor the documents that other dialects keep in it. */
export function showDefinition(definition: AgentDefinition): Definition {
  const { name, welcome, speech, limits, hours, retry, route, inbound, announce, makes } = definition
  const { callsPerCaller, exempt, rejectUnknown, source } = inbound
  return {
    name,
    welcome,
    speech: showSpeech(speech),
    limits: { ...limits },
    hours: hours && { ...hours },
    retry: showRetry(retry),
    route,
    configurationId:
      definition.configurationId === undefined ? null : showId('configuration', definition.configurationId),
    callsBack: definition.callsBack ?? false,
    tools: (definition.tools ?? []).map(showTool),
    mail: definition.mail ? { address: definition.mail.address, subject: definition.mail.subject } : null,
    inbound: {
      callsPerCaller,
      exempt: [...exempt],
      rejectUnknown,
      source: source ? { url: source.url, hasToken: source.sealedToken !== undefined } : null,
    },
    makes: { ...makes },
    announce: announce && {
      dialect: announce.dialect,
      url: announce.url,
      events: announce.events ? [...announce.events] : null,
    },
  }
}

/** Field by field, so that no secret is shown that is added one day. */
function showSpeech(speech: AgentSpeech): Definition['speech'] {
  switch (speech.by) {
    case 'script':
      return { by: 'script', lines: speech.lines.map(showLine), goodbye: speech.goodbye }
    case 'http':
      return { by: 'http', url: speech.url, timeoutMs: speech.timeoutMs, hasSecret: speech.sealedSecret !== undefined }
    case 'openai': {
      const { by, baseUrl, model, prompt, temperature, maxTokens, timeoutMs, sealedKey } = speech
      return { by, baseUrl, model, prompt, temperature, maxTokens, timeoutMs, hasKey: sealedKey !== undefined }
    }
  }
}

function showTool({
  name,
  description,
  parameters,
  url,
  timeoutMs,
  sealedSecret,
}: AgentTool): Definition['tools'][number] {
  return { name, description, parameters: { ...parameters }, url, timeoutMs, hasSecret: sealedSecret !== undefined }
}

type ScriptOut = Extract<Definition['speech'], { by: 'script' }>

function showLine(line: ScriptLine): ScriptOut['lines'][number] {
  if (typeof line === 'string') return line
  const { say, tool, widgets, handOver } = line
  return {
    say,
    ...(tool && { tool: { name: tool.name, arguments: { ...tool.arguments } } }),
    ...(widgets && { widgets: widgets.map(({ type, data }) => ({ type, data: { ...data } })) }),
    ...(handOver && { handOver }),
  }
}

export function showRetry(retry: RetryPolicy | null): Definition['retry'] {
  return retry && { ...retry, on: [...retry.on], afterMs: [...retry.afterMs] }
}

export function showNumber(number: PhoneNumber): Wire<typeof wire.phoneNumber> {
  return {
    id: showId('number', number.id),
    number: number.number,
    agentId: number.agentId === null ? null : showId('agent', number.agentId),
    agentVersion: number.agentVersion ?? null,
    outbound: number.outbound
      ? { agentId: showId('agent', number.outbound.id), version: number.outbound.version }
      : null,
    route: number.route,
    hosted: number.hosted,
    isDefault: number.isDefault,
    createdAt: showInstant(number.createdAt),
    updatedAt: showInstant(number.updatedAt),
  }
}
