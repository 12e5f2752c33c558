import type { SlotLapsed } from '#domain/dispatcher/state.ts'
import type { SessionRequests } from '#domain/session/requests.ts'
import type { EffectRunner, Engine } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import type { Accounts } from '../../api.ts'
import type { Logger } from '../../ports.ts'
import { read } from '../../reading.ts'
import type { Agents, Sessions } from '../api.ts'
import type { NumberZones, Rates } from '../ports.ts'
import { handOn, type Back } from './handing.ts'
import { ledgerOf } from './ledger.ts'
import { hoursRunner, offerRunner } from './offering.ts'
import { recover } from './recovery.ts'
import { chargeRunner, releaseRunner } from './releasing.ts'
import { countWaiting, positionOf } from './waiting.ts'
import { Wakes } from './wakes.ts'

export interface DispatchNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'after'>
  readonly agents: Pick<Agents, 'version'>
  readonly accounts: Pick<Accounts, 'list'>
  readonly zones: NumberZones
  readonly rates: Rates
  /** The process that dials. */
  readonly lease: string
  /** Calls at once of an account. */
  limitOf(account: string): Promise<number>
  /** The zone (IANA name) of numbers that nobody knows the zone of; absent: UTC. */
  zoneOf?(account: string): string
  readonly log?: Logger
}

/** Who may dial now: slots are given in order, up to the account's limit, and every dial passes its gate. */
export interface Dispatch extends Pick<Sessions, 'queuePosition' | 'slots'> {
  readonly runners: DispatchRunners
  /** Looks whether somebody can have a slot: for whoever raises a limit. */
  wake(account: string): Promise<void>
  /** After the engine has started, once. */
  recover(): Promise<void>
}

type Asked = Extract<keyof SessionRequests, `slot.${string}` | 'hours.look' | 'wallet.charge'>
export type DispatchRunners = Readonly<Record<Asked | 'slot.offer' | 'slot.freed' | 'slot.lapsed', EffectRunner>>

export function createDispatch(need: DispatchNeed): Dispatch {
  const { engine, rates } = need
  const minuteCents = rates.perMinute.network + rates.perMinute.platform
  const gate = { ...need, minuteCents, zoneOf: (account: string) => need.zoneOf?.(account) ?? 'UTC' }
  const wakes = new Wakes<Back>((work) => handOn(need, work))

  function waking(routesOf: (payload: unknown) => readonly string[]): EffectRunner {
    return {
      run: async ({ account, payload }) => {
        await wakes.wake(account, { routes: routesOf(payload) })
        return { settled: true }
      },
    }
  }

  return {
    runners: {
      'slot.want': waking((payload) => [(payload as SessionRequests['slot.want']).route]),
      'slot.lapsed': waking((payload) => [(payload as SlotLapsed).route]),
      'slot.freed': waking(() => []),
      'slot.offer': offerRunner(gate),
      'slot.release': releaseRunner(need, wakes),
      'wallet.charge': chargeRunner(need),
      'hours.look': hoursRunner(gate),
    },
    wake: (account) => wakes.wake(account),
    recover: () => recover(need, wakes),
    queuePosition: (session) => positionOf(engine, session),
    slots: async (account) => {
      const [limit, held, waiting] = await Promise.all([
        need.limitOf(account),
        read(engine, account, (unit) => ledgerOf(unit)?.held ?? []),
        countWaiting(engine, account, wakes.routes(account)),
      ])
      return { limit, held, waiting }
    },
  }
}
