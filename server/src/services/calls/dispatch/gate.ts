import { agent as agentNoun } from '#domain/agent/agent.ts'
import type { AgentDefinition } from '#domain/agent/state.ts'
import { numberClaim } from '#domain/number/claims.ts'
import type { Gate } from '#domain/session/commands.ts'
import { policyOf } from '#domain/session/limits.ts'
import { session as sessionNoun } from '#domain/session/session.ts'
import type { Session } from '#domain/session/state.ts'
import { isOpen, nextOpenings } from '#domain/vocabulary/calling-hours.ts'
import type { Id } from '#domain/vocabulary/id.ts'
import type { Instant } from '#domain/vocabulary/instant.ts'
import { wallet as walletNoun } from '#domain/wallet/wallet.ts'
import { walletClaim } from '#domain/wallet/decide.ts'
import { free } from '#domain/wallet/state.ts'
import type { Engine, Unit } from '#engine/api.ts'
import { read } from '../../reading.ts'
import type { Agents } from '../api.ts'
import type { NumberZones } from '../ports.ts'

export interface GateNeed {
  readonly agents: Pick<Agents, 'version'>
  readonly zones: NumberZones
  /** The zone (IANA name) of numbers that nobody knows the zone of. */
  zoneOf(account: string): string
  /** What one started minute costs, in cents. */
  readonly minuteCents: number
}

/** A session that waits, and what its agent is now; undefined: nothing of it is left. */
export interface Waiting {
  readonly session: Session
  readonly definition: AgentDefinition | undefined
}

/**
 * A session with its agent's present definition, whose hours hold: those that were changed, added or removed since the order count
 * (B9). What the agent says stays that of the version the session was ordered with.
 */
export async function waitingOf(
  { agents, engine }: Pick<GateNeed, 'agents'> & { readonly engine: Engine },
  account: string,
  id: Id,
): Promise<Waiting | undefined> {
  const found = await read(engine, account, (unit) => {
    const session = unit.state(sessionNoun, id)
    return session && { session, version: unit.state(agentNoun, session.agent.id)?.version }
  })
  if (!found) return undefined
  const { session, version } = found
  return {
    session,
    definition: version === undefined ? undefined : await agents.version(account, session.agent.id, version),
  }
}

/** What the session's dial gate has to know of tables and of other nouns (B9, B15, B16). */
export function gateOf(need: GateNeed, unit: Unit, session: Session, definition: AgentDefinition | undefined): Gate {
  const unusable = unusableOf(unit, session, definition)
  const closed = closedFor(need, session, definition, unit.now)
  const balance = coversMinute(need, unit) ? 'enough' : 'low'
  return { balance, ...(unusable && { unusable }), ...(closed && { closed }) }
}

function unusableOf(unit: Unit, { agent, own }: Session, definition: AgentDefinition | undefined): Gate['unusable'] {
  if (unit.state(agentNoun, agent.id)?.status !== 'live') return 'agent_deleted'
  if (!definition) return 'agent_unusable'
  return unit.holder(numberClaim(own)) === undefined ? 'number_unusable' : undefined
}

/** The next openings, where it may not be called now. Unknown zone: the account's own (B9). */
export function closedFor(
  need: Pick<GateNeed, 'zones' | 'zoneOf'>,
  session: Session,
  definition: AgentDefinition | undefined,
  now: Instant,
): Gate['closed'] {
  const { keepsHours, hours: own } = policyOf(session)
  const hours = own ?? definition?.hours
  if (!hours || !keepsHours) return undefined
  const known = own?.zone ? [own.zone] : need.zones.of(session.user)
  const zones = known.length > 0 ? known : [need.zoneOf(session.account)]
  return isOpen(now, zones, hours) ? undefined : { openings: nextOpenings(now, zones, hours) }
}

/** B15: the wallet less all holds covers one started minute. Without a wallet, billing is off. */
function coversMinute({ minuteCents }: GateNeed, unit: Unit): boolean {
  const id = unit.holder(walletClaim)
  const wallet = id === undefined ? undefined : unit.state(walletNoun, id)
  return !wallet || free(wallet) >= minuteCents
}
