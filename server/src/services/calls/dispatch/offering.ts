import type { SlotOffer } from '#domain/dispatcher/state.ts'
import { session as sessionNoun } from '#domain/session/session.ts'
import type { SessionRequests } from '#domain/session/requests.ts'
import { wallet as walletNoun } from '#domain/wallet/wallet.ts'
import { walletClaim } from '#domain/wallet/decide.ts'
import { isRefused, type Refused } from '#domain/vocabulary/refusal.ts'
import type { EffectRunner, Engine, Unit } from '#engine/api.ts'
import type { System } from '#engine/ports.ts'
import { persist } from '../patience.ts'
import { closedFor, gateOf, waitingOf, type GateNeed } from './gate.ts'
import { releaseSlot } from './handing.ts'
import { heldBy, isUsing, keyOf, ledgerOf } from './ledger.ts'

export interface OfferingNeed extends GateNeed {
  readonly engine: Engine
  readonly system: Pick<System, 'after'>
  /** The process that dials. */
  readonly lease: string
}

/**
 * A slot for a session: its dial gate is asked, and it dials, or says that it gives the slot back. Run again after a crash, it finds
 * the slot in use or gone, and does nothing.
 */
export function offerRunner(need: OfferingNeed): EffectRunner {
  return {
    run: async ({ account, payload }) => {
      const offer = payload as SlotOffer
      const definition = (await waitingOf(need, account, offer.session))?.definition
      const outcome = await persist<unknown>(need, { account, by: 'dispatcher' }, (unit) => {
        const held = heldBy(ledgerOf(unit), offer)
        const present = unit.state(sessionNoun, offer.session)
        // Handed on meanwhile, or taken already.
        if (held?.slot !== offer.slot || isUsing(present, offer.attempt)) return true
        if (!present) return releaseSlot(unit, offer) ?? true
        const gate = gateOf(need, unit, present, definition)
        const command = { type: 'offer_slot', ...pick(offer), lease: need.lease, gate } as const
        const done = unit.run(sessionNoun, offer.session, command)
        if (isRefused(done)) return done
        // What it does not take it gives back itself: `slot.returned` makes the effect `slot.release`.
        return (isUsing(done.state, offer.attempt) ? hold(need, unit, offer) : undefined) ?? true
      })
      return outcome.refusal ? { settled: false, error: outcome.refusal.message } : { settled: true }
    },
  }
}

/** On entering the queue only the hours are looked at, so that a call out of hours is told at once and takes no slot (B9). */
export function hoursRunner(need: GateNeed & Pick<OfferingNeed, 'engine'>): EffectRunner {
  return {
    run: async ({ account, aggregate, payload }) => {
      const { attempt } = payload as SessionRequests['hours.look']
      const waiting = await waitingOf(need, account, aggregate)
      if (!waiting) return { settled: true }
      const closed = closedFor(need, waiting.session, waiting.definition, need.engine.clocks.now(account))
      const gate = { balance: 'enough', ...(closed && { closed }) } as const
      return { settled: true, command: { type: 'offer_slot', attempt, gate } }
    },
  }
}

function pick({ attempt, slot }: SlotOffer): Pick<SlotOffer, 'attempt' | 'slot'> {
  return { attempt, slot }
}

/** The least the call may cost. The gate found it covered, in this very transaction. */
function hold({ minuteCents: cents }: GateNeed, unit: Unit, offer: SlotOffer): Refused | undefined {
  const wallet = cents > 0 ? unit.holder(walletClaim) : undefined
  if (wallet === undefined) return undefined
  const done = unit.run(walletNoun, wallet, { type: 'hold', key: keyOf(offer), cents })
  return isRefused(done) ? done : undefined
}
