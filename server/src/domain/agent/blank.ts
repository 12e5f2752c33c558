import type { AgentDefinition } from './state.ts'

/** An agent of which nothing has been said but its name: it listens, and makes nothing at the end. */
export function blankAgent(name: string): AgentDefinition {
  return {
    name,
    welcome: '',
    speech: { by: 'script', lines: [], goodbye: '' },
    limits: {},
    hours: null,
    retry: null,
    route: 'default',
    inbound: { callsPerCaller: -1, exempt: [], rejectUnknown: false },
    announce: null,
    makes: { recording: false, summary: false, extraction: false },
    vendor: {},
  }
}

/** What is left of an agent that was erased, to those who still talk by it. */
export const erasedAgent: AgentDefinition = blankAgent('')
