/** The cost legs of a session (the value of its artefact `cost`), in cents. */
export interface CostLegs {
  readonly llm: number
  readonly network: number
  readonly platform: number
  readonly synthesizer: number
  readonly transcriber: number
  readonly transfer: number
}

const nothing: CostLegs = { llm: 0, network: 0, platform: 0, synthesizer: 0, transcriber: 0, transfer: 0 }

/** `cost_breakdown` (3.5), added up over attempts; of none: zeros. */
export function costOf(values: readonly unknown[]) {
  const legs: Record<keyof CostLegs, number> = { ...nothing }
  for (const value of values) {
    if (typeof value !== 'object' || value === null) continue
    for (const [name, cost] of Object.entries(value))
      if (name in legs && typeof cost === 'number')
        legs[name as keyof CostLegs] = thousandths(legs[name as keyof CostLegs] + cost)
  }
  return {
    llm: legs.llm,
    network: legs.network,
    platform: legs.platform,
    synthesizer: legs.synthesizer,
    transcriber: legs.transcriber,
    transfer_cost: legs.transfer,
    llm_breakdown: {
      conversation: legs.llm,
      hangup: 0,
      analytics: 0,
      voicemail: 0,
      routing: 0,
      extraction: 0,
      summarization: 0,
    },
    synthesizer_breakdown: { conversation: legs.synthesizer, welcome_message: 0 },
    transcriber_breakdown: { conversation: legs.transcriber, analytics: 0 },
  }
}

/** What the second leg of one attempt cost (3.3), by its artefact `cost`: two decimals. */
export function transferCost(value: unknown): number {
  return Math.round(costOf([value]).transfer_cost * 100) / 100
}

/** Cents are told to a thousandth, so that what is added up does not drift. */
function thousandths(amount: number): number {
  return Math.round(amount * 1000) / 1000
}
