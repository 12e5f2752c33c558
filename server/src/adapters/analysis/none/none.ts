import type { Analysis, AnalysisInput } from '#services/calls/ports.ts'

/** Makes nothing: every artefact is skipped, with the reason. */
export function noAnalysis(): Analysis {
  return { make: async ({ artefact }) => ({ is: 'skipped', because: reasons[artefact] }) }
}

const reasons: Readonly<Record<AnalysisInput['artefact'], string>> = {
  recording: 'calls are not recorded on this server',
  summary: 'no program for summaries is set up on this server',
  extraction: 'no program for extractions is set up on this server',
}
