import type { CampaignTold } from '#domain/batch/state.ts'
import { campaign as noun } from '#domain/campaign/campaign.ts'
import type { CampaignCommand } from '#domain/campaign/commands.ts'
import type { StopRuns } from '#domain/campaign/state.ts'
import { isRefused, refusals } from '#domain/vocabulary/refusal.ts'
import type { EffectAnswer, EffectRequest, EffectRunner, Engine } from '#engine/api.ts'
import { order, type OrderingNeed } from './ordering.ts'
import { stopRuns } from './stopping.ts'

export type CampaignEffect = 'campaign.order' | 'campaign.stop' | 'campaign.told'

/** Does a campaign's work: ordering its calls, stopping what waits, and hearing how its batches fare. Each is safe to repeat. */
export function campaignRunners(need: OrderingNeed): Readonly<Record<CampaignEffect, EffectRunner>> {
  return {
    'campaign.order': { run: (effect) => order(need, effect) },
    'campaign.stop': { run: (effect) => stop(need.engine, effect) },
    'campaign.told': { run: (effect) => tell(need.engine, effect) },
  }
}

async function stop(engine: Engine, { account, aggregate, payload }: EffectRequest): Promise<EffectAnswer> {
  const refused = await stopRuns(engine, account, aggregate, (payload as StopRuns).round)
  return refused ? { settled: false, error: refused.refusal.message } : { settled: true }
}

async function tell(engine: Engine, { account, kind, payload }: EffectRequest): Promise<EffectAnswer> {
  const told = payload as CampaignTold
  const { refusal } = await engine.execute<true>({ account, by: `effect:${kind}` }, (unit) => {
    const done = unit.run(noun, told.campaign, commandOf(told))
    return isRefused(done) ? done : true
  })
  // A campaign that is not there wants to hear nothing.
  return refusal && refusals[refusal.code].retryable ? { settled: false, error: refusal.message } : { settled: true }
}

function commandOf(told: CampaignTold): CampaignCommand {
  const { round } = told
  return told.is === 'room' ? { type: 'go_on', round } : { type: 'halt', round, because: told.because }
}
