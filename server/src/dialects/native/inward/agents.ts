import type { AgentDefinition, AgentLimits, AgentSpeech, InboundRules } from '#domain/agent/state.ts'
import type { Vault } from '#services/ports.ts'
import type { AgentDraft } from '../wire/agents.ts'
import { idIn } from '../inward.ts'
import { checkLengths } from './policy.ts'
import { linesOf, toolsOf } from './tools.ts'

type Make = (present?: AgentDefinition) => AgentDefinition

/**
 * An agent as it was written, to be made from what is there: secrets that were not given stay as long as their URL does, so that
 * none is sent elsewhere; what other dialects keep in it stays. Secrets are sealed here, once.
 */
export function definitionOf(draft: AgentDraft, vault: Pick<Vault, 'seal'>): Make {
  const speech = speechOf(draft, vault)
  const tools = toolsOf(draft.tools, vault)
  const inbound = inboundOf(draft.inbound, vault)
  const { name, welcome, hours, retry, route, configurationId, callsBack, mail, makes } = draft
  const configuration = configurationId === null ? undefined : idIn('configuration', 'configurationId', configurationId)
  const limits = defined(draft.limits) as AgentLimits
  const { voicemailWords: _, lastWords: __, onlineQuestion: ___, ...lengths } = limits
  checkLengths({ ...lengths, retry }, (name) => (name.startsWith('retry') ? name : `limits.${name}`))
  return (present) => ({
    name,
    welcome,
    speech: speech(present?.speech),
    limits,
    hours,
    retry,
    route,
    ...(configuration !== undefined && { configurationId: configuration }),
    callsBack,
    ...(draft.tools.length > 0 && { tools: tools(present?.tools) }),
    ...(mail && { mail }),
    ...(present?.unlisted && { unlisted: present.unlisted }),
    inbound: inbound(present?.inbound),
    announce: present?.announce ?? null,
    makes,
    vendor: present?.vendor ?? {},
  })
}

function speechOf({ speech, tools }: AgentDraft, vault: Pick<Vault, 'seal'>): (present?: AgentSpeech) => AgentSpeech {
  if (speech.by === 'script') {
    const scripted = { ...speech, lines: linesOf(speech, tools) }
    return () => scripted
  }
  if (speech.by === 'openai') return modelOf(speech, vault)
  const { by, url, timeoutMs, secret } = speech
  const sealed = sealedOf(secret, vault)
  return (present) => {
    const kept = present?.by === 'http' && present.url === url ? present.sealedSecret : undefined
    const sealedSecret = sealed === undefined ? kept : sealed
    return { by, url, timeoutMs, ...(typeof sealedSecret === 'string' && { sealedSecret }) }
  }
}

function modelOf(
  { key, temperature, maxTokens, ...speech }: Extract<AgentDraft['speech'], { by: 'openai' }>,
  vault: Pick<Vault, 'seal'>,
): (present?: AgentSpeech) => AgentSpeech {
  const sealed = sealedOf(key, vault)
  const set = { ...(temperature !== undefined && { temperature }), ...(maxTokens !== undefined && { maxTokens }) }
  return (present) => {
    const kept = present?.by === 'openai' && present.baseUrl === speech.baseUrl ? present.sealedKey : undefined
    const sealedKey = sealed === undefined ? kept : sealed
    return { ...speech, ...set, ...(typeof sealedKey === 'string' && { sealedKey }) }
  }
}

function inboundOf(
  { source, ...rules }: AgentDraft['inbound'],
  vault: Pick<Vault, 'seal'>,
): (present?: InboundRules) => InboundRules {
  if (source === null) return () => rules
  const { url, token } = source
  const sealed = sealedOf(token, vault)
  return (present) => {
    const kept = present?.source?.url === url ? present.source.sealedToken : undefined
    const sealedToken = sealed === undefined ? kept : sealed
    return { ...rules, source: { url, ...(typeof sealedToken === 'string' && { sealedToken }) } }
  }
}

/** Undefined: not given. Null: none from now on. */
function sealedOf(secret: string | null | undefined, vault: Pick<Vault, 'seal'>): string | null | undefined {
  return typeof secret === 'string' ? vault.seal(secret) : secret
}

function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
