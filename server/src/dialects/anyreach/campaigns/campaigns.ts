import type { CallSettings } from '#domain/campaign/settings.ts'
import type { Campaign } from '#domain/campaign/state.ts'
import type { Plan } from '#domain/plan/state.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import { minuteMs } from '#domain/vocabulary/instant.ts'
import { refuse, type Refusal, type Refused } from '#domain/vocabulary/refusal.ts'
import type { ContactView } from '#services/campaigns/api.ts'
import { showAgentId } from '../agents/agent-ids.ts'
import type { Api } from '../api.ts'
import { plain, problemOf, type Problem } from '../errors.ts'
import { conversationId, readPrefixed } from '../ids.ts'
import { organizationId } from '../credentials/keys.ts'
import { madeAt, stamp, stampOf, touchedAt } from '../time.ts'
import { activeStatuses, statusOf, type Status } from '../vocabulary.ts'
import { versionIdFor } from '../widgets/widgets.ts'
import type { contactStates, Settings, SettingsGiven } from '../wire/campaigns.ts'

/** Undefined: no campaign is called that. */
export function readCampaignId(text: string): Id | undefined {
  return readPrefixed('campaign_', text)
}

export function readConfigurationId(text: string): Id | undefined {
  return readPrefixed('campcfg_', text)
}

function configurationId(id: Id): string {
  return `campcfg_${id}`
}

export async function shownCampaign(api: Api, campaign: Campaign) {
  const { id, account, name, agentId, from, planId, status, run, halted, contacts } = campaign
  const plan = planId === null ? undefined : await api.context.services.campaigns.plans.get(account, planId)
  return {
    id: `campaign_${id}`,
    organization_id: organizationId(account),
    name,
    agent_id: showAgentId(agentId),
    phone_numbers: from,
    configuration_id: planId === null ? null : configurationId(planId),
    status,
    started: status === 'active' && run !== null,
    pause_reason: halted,
    configuration: shownSettings((plan ?? campaign).settings),
    agent_version_id: run && (await versionIdFor(api, { account, agent: run.agent })),
    contact_count: contacts,
    created_at: stamp(madeAt(campaign)),
    updated_at: stamp(touchedAt(campaign)),
  }
}

export function shownConfiguration(plan: Plan) {
  return {
    id: configurationId(plan.id),
    organization_id: organizationId(plan.account),
    name: plan.name,
    ...shownSettings(plan.settings),
    created_at: stamp(madeAt(plan)),
    updated_at: stamp(touchedAt(plan)),
  }
}

function shownSettings({ hours, retry, atOnce }: CallSettings): Settings {
  return {
    calling_hours: hours && { start_hour: hours.startHour, end_hour: hours.endHour },
    timezone: hours?.zone ?? null,
    retry: retry && {
      max_attempts: retry.max + 1,
      delay_minutes: Math.round((retry.afterMs[0] ?? 0) / minuteMs),
      on: retry.on.filter((one) => one !== 'error'),
    },
    concurrency_limit: atOnce,
  }
}

/** Nothing is set. */
export const noSettings: CallSettings = { hours: null, retry: null, atOnce: null }

/** The settings with what was given of them; what was left out stays. */
export function settingsWith(present: CallSettings, given: SettingsGiven): CallSettings | Refused {
  const { calling_hours, timezone, retry, concurrency_limit } = { ...shownSettings(present), ...definedOf(given) }
  if (!calling_hours && given.timezone)
    return refuse('invalid', 'The time zone belongs to calling_hours: give them too.', { field: 'timezone' })
  return {
    hours: calling_hours && {
      startHour: calling_hours.start_hour,
      endHour: calling_hours.end_hour,
      zone: timezone,
    },
    retry: retry && {
      max: retry.max_attempts - 1,
      on: [...new Set(retry.on)],
      onVoicemail: false,
      afterMs: [retry.delay_minutes * minuteMs],
    },
    atOnce: concurrency_limit,
  }
}

function definedOf(given: SettingsGiven): Partial<Settings> {
  const { calling_hours, timezone, retry, concurrency_limit } = given
  const kept = Object.entries({ calling_hours, timezone, retry, concurrency_limit })
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined))
}

/** A contact's own columns, and where it stands. */
export function shownContact(view: ContactView) {
  const { id, contact, session } = view
  return {
    id: `contact_${id}`,
    phone_number: contact.number,
    name: contact.name,
    variables: contact.data,
    state: stateOf(view),
    conversation_id: session ? conversationId(session) : null,
    conversation_status: session ? statusOf(session) : null,
    created_at: stampOf(contact.createdAt),
    updated_at: stampOf(contact.updatedAt),
  }
}

function stateOf({ is, session }: ContactView): (typeof contactStates)[number] {
  if (is !== 'called') return is === 'pending' ? 'pending' : 'queued'
  return session && activeStatuses.has(statusOf(session)) ? 'in_progress' : 'done'
}

/** The status of a contact's conversation; where there is none, why. */
export function statWord({ is, session }: ContactView): Status | 'pending' | 'deleted' {
  if (session) return statusOf(session)
  return is === 'called' ? 'deleted' : 'pending'
}

/** Their names for our fields. */
const fieldNames: Readonly<Record<string, string>> = {
  hours: 'calling_hours',
  atOnce: 'concurrency_limit',
  from: 'phone_numbers',
  number: 'phone_number',
  data: 'variables',
}
const gone: Readonly<Record<string, string>> = {
  agentId: 'Agent not found',
  version: 'Agent version not found',
  planId: 'Configuration not found',
}

const settingNames: ReadonlySet<string> = new Set(['calling_hours', 'timezone', 'retry', 'concurrency_limit'])

/**
 * What does not fit the status is 400 (section 7). `what`: the thing that is not there, where one is not; `where`: the field of the body
 * that settings are in.
 */
export function refusedBy({ code, message, field }: Refusal, what: string, where: readonly string[] = []): Problem {
  if (code === 'wrong_state') return plain(400, message)
  if (code === 'not_found' && field === 'from') return problemOf({ code: 'invalid', message, field: 'phone_numbers' })
  if (code === 'not_found') return plain(404, gone[field ?? ''] ?? `${what} not found`)
  const [first = '', ...rest] = field?.split('.') ?? []
  const name = fieldNames[first] ?? first
  const path = [...(settingNames.has(name) ? where : []), name, ...rest].join('.')
  return problemOf({ code, message, ...(field !== undefined && { field: path }) })
}
