import type { AgentDefinition } from '#domain/agent/state.ts'
import type { SessionEvent } from '#domain/session/events.ts'
import type { Session } from '#domain/session/state.ts'
import type { Followed, Recorded } from '#engine/api.ts'
import { uuidOf } from '../ids.ts'

/** The pre-call webhook of a transfer tool (section 6): where it goes, and what is merged into the execution. */
export interface PreCall {
  readonly url: string
  readonly template: Readonly<Record<string, unknown>>
}

/** Whether a person begins to be dialled with this event (5.9). */
export function transferBegun({ recorded }: Followed): boolean {
  const { event } = recorded as Recorded<SessionEvent>
  return event.type === 'control.changed' && event.on === 'transfer' && event.regions.second?.purpose === 'transfer'
}

/** Undefined: the agent's document asks for none. */
export function preCallOf({ vendor, announce }: Pick<AgentDefinition, 'vendor' | 'announce'>): PreCall | undefined {
  const config = record(record(vendor['bolna'])['agent_config'])
  for (const task of list(config['tasks'])) {
    const tools = record(record(record(task)['tools_config'])['api_tools'])
    for (const tool of Object.values(record(tools['tools_params']))) {
      const { pre_call_webhook_param: param, pre_call_webhook_url: own } = record(tool)
      if (param === undefined || param === null) continue
      const url = typeof own === 'string' && /^https?:\/\//.test(own) ? own : announce?.url
      if (url !== undefined) return { url, template: templateOf(param) }
    }
  }
  return undefined
}

/** An object, or one as JSON text. */
function templateOf(param: unknown): Readonly<Record<string, unknown>> {
  if (typeof param !== 'string') return record(param)
  try {
    return record(JSON.parse(param))
  } catch {
    return {}
  }
}

/** The template with its variables filled in; what is not known is an empty text. */
export function rendered(
  template: Readonly<Record<string, unknown>>,
  { id, control, attempt }: Pick<Session, 'id' | 'control' | 'attempt'>,
): Readonly<Record<string, unknown>> {
  const known: Readonly<Record<string, string>> = {
    call_transfer_number: control?.second?.to ?? '',
    call_sid: attempt.callId ?? uuidOf(id),
  }
  const fill = (text: string): string => text.replace(/%\((\w+)\)s/g, (_, name: string) => known[name] ?? '')
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) => [key, typeof value === 'string' ? fill(value) : value]),
  )
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
