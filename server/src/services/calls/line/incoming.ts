import type { AgentDefinition } from '#domain/agent/state.ts'
import type { PhoneNumber } from '#domain/number/state.ts'
import { referenceOf } from '#domain/session/requests.ts'
import type { Create } from '#domain/session/commands.ts'
import { session as noun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import { canonicalAddress } from '#domain/vocabulary/address.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Milliseconds } from '#domain/vocabulary/instant.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { Engine, Unit } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { Logger } from '../../ports.ts'
import { read } from '../../reading.ts'
import type { Agents, AgentView, Numbers } from '../api.ts'
import { homeRoute } from '../conversation/words.ts'
import { persist, within } from '../patience.ts'
import type { IncomingCall, Telephony } from '../ports.ts'
import { configurationOf, isTooMuch } from '../sessions/placing.ts'
import { policyOf } from '../sessions/policy.ts'
import { hasCalledEnough } from './callers.ts'
import { answerLeg } from './runners.ts'

/** What is known of a caller before the call is taken. */
export interface CallerFacts {
  readonly account: string
  readonly session: Id
  readonly agent: Id
  /** E.164. */
  readonly caller: string
  readonly signal: AbortSignal
}

/**
 * Asks the agent's source for the data of a caller. `unknown`: the source does not know this caller; undefined: it could not
 * be asked, or there is none, and the call goes on without data.
 */
export type CallerData = (
  definition: AgentDefinition,
  facts: CallerFacts,
) => Promise<Readonly<Record<string, unknown>> | 'unknown' | undefined>

export interface IncomingNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'after'>
  readonly telephony: Telephony
  readonly agents: Pick<Agents, 'get' | 'version'>
  readonly numbers: Pick<Numbers, 'find'>
  readonly callerData?: CallerData
  readonly log?: Logger
}

/** How long the source of callers' data may take. */
const sourceMs: Milliseconds = 3_000

/** A call for one of our numbers: its agent takes it at once, unless the agent's rules say no, of which a record is kept. */
export async function takeIncoming(need: IncomingNeed, call: IncomingCall): Promise<void> {
  const { account } = call
  const own = await need.numbers.find(account, canonicalAddress('VOICE', call.to))
  const view = own && (await answering(need, account, own))
  if (!own || view?.agent.status !== 'live') {
    need.log?.warn({ account, callId: call.callId }, 'A call came for a number without an agent.')
    return
  }
  const user = canonicalAddress('VOICE', call.from)
  const id = await read(need.engine, account, (unit) => unit.id(homeRoute({ user, own: own.number })))
  const verdict = await judge(need, { account, view, own, user, id })
  const create = createOf({ call, view, own, user }, verdict)
  const made = await persist<Session>(need, { account, by: 'carrier' }, (unit) =>
    makeSession(unit, id, create, ruleNow(unit, { view, own, user }, verdict)),
  )
  if (made.value === undefined) {
    need.log?.warn({ account, callId: call.callId, code: made.refusal?.code }, 'A call could not be taken.')
    return
  }
  if (made.value.state !== 'ringing') return
  const reference = referenceOf(id, made.value.attempt.number)
  call.take(reference)
  // The carrier reports the answer; where it cannot, the ring timeout ends the call.
  const failed = await answerLeg(need.telephony, account, reference)
  if (failed !== undefined) need.log?.warn({ account, session: id }, 'A call could not be answered.')
}

/** Who answers a number, in the version that is pinned to it, else in the present one. */
async function answering(
  { agents }: IncomingNeed,
  account: string,
  { agentId, agentVersion }: PhoneNumber,
): Promise<AgentView | undefined> {
  const view = agentId === null ? undefined : await agents.get(account, agentId)
  if (!view || agentVersion === undefined || agentVersion === view.agent.version) return view
  const definition = await agents.version(account, view.agent.id, agentVersion)
  return definition && { agent: { ...view.agent, version: agentVersion }, definition }
}

type Caller = Pick<Arrived, 'view' | 'own' | 'user'>

interface Arrived {
  readonly account: string
  readonly view: AgentView
  readonly own: PhoneNumber
  readonly user: string
  readonly id: Id
}

/** Whether the call is taken, and with which data. `rule`: the one that says no, in words for the record. */
interface Verdict {
  readonly data: Readonly<Record<string, unknown>> | null
  readonly rule?: string
}

async function judge(need: IncomingNeed, arrived: Arrived): Promise<Verdict> {
  const { rejectUnknown } = arrived.view.definition.inbound
  // Looked at before its source is asked for nothing, and again in the unit that makes the call: two may come at once.
  const isTooMany = await read(need.engine, arrived.account, (unit) => isUsedUp(unit, arrived))
  if (isTooMany) return { data: null, rule: usedUp }
  const data = await within(need.system, sourceMs, (signal) => askSource(need, arrived, signal))
  if (data === 'unknown' && rejectUnknown) return { data: null, rule: 'the caller is not known' }
  return { data: data === 'unknown' ? null : (data ?? null) }
}

const usedUp = 'the caller has used up the calls it may make'

/** The rule that says no at this very moment. */
function ruleNow(unit: Unit, arrived: Caller, { rule }: Verdict): string | undefined {
  return rule ?? (isUsedUp(unit, arrived) ? usedUp : undefined)
}

function isUsedUp(unit: Unit, { view: { agent, definition }, own, user }: Caller): boolean {
  const { callsPerCaller, exempt } = definition.inbound
  if (callsPerCaller < 0 || exempt.some((number) => canonicalAddress('VOICE', number) === user)) return false
  return hasCalledEnough(unit, { agent: agent.id, own: own.number, user }, callsPerCaller)
}

/** What the source says; a failure is no reason to lose the call. */
async function askSource(
  { callerData, log }: IncomingNeed,
  { account, view, user, id: session }: Arrived,
  signal: AbortSignal,
): ReturnType<CallerData> {
  if (!callerData || !view.definition.inbound.source) return undefined
  try {
    const data = await callerData(view.definition, { account, session, agent: view.agent.id, caller: user, signal })
    if (data === undefined || data === 'unknown' || !isTooMuch(data)) return data
    log?.warn({ account, session }, 'The source of callers said more than an order may have.')
    return undefined
  } catch (error) {
    const name = error instanceof Error ? error.name : typeof error
    log?.warn({ account, session, error: name }, 'The source of callers could not be asked.')
    return undefined
  }
}

function createOf({ call, view, own, user }: Caller & { readonly call: IncomingCall }, { data }: Verdict): Create {
  return {
    type: 'create',
    kind: 'telephone',
    direction: 'inbound',
    to: 'ringing',
    agent: { id: view.agent.id, version: view.agent.version },
    user,
    own: own.number,
    route: own.route,
    policy: policyOf(view.definition, { retry: null, keepsHours: false }),
    ...configurationOf(view.definition),
    callId: call.callId,
    order: { data },
    because: 'a call arrived',
  }
}

/** One that is not allowed has a record too: it rang, and was rejected. */
function makeSession(unit: Unit, id: Id, create: Create, rule: string | undefined): Session | Refused {
  const made = unit.run(noun, id, create)
  if (isRefused(made) || rule === undefined) return isRefused(made) ? made : made.state
  const { number } = made.state.attempt
  const ended = unit.run(noun, id, { type: 'reject', attempt: number, note: rule })
  return isRefused(ended) ? ended : ended.state
}
