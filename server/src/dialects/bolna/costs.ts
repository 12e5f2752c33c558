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

/** `cost_breakdown` (3.5): zeros until the execution is completed. */
export function costOf(value: unknown, completed: boolean) {
  const legs =
    completed && typeof value === 'object' && value !== null ? { ...nothing, ...(value as CostLegs) } : nothing
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
